package dev.imprimatur.editing;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Someone who acts, as they are known at that moment.
 *
 * @param account the account, which is what rules compare
 * @param name as readers and colleagues see it
 * @param title what they are, such as “Senior editor”; null if they did not say
 * @param roles what they may do
 */
public record Person(String account, String name, @Nullable String title, Set<String> roles) {
    /** The application itself, where a fact has no person behind it. */
    public static final Person SYSTEM = new Person("imprimatur", "Imprimatur", null, Set.of());

    public Person {
        roles = Set.copyOf(roles);
    }

    public boolean has(String role) {
        return roles.contains(role);
    }
}
