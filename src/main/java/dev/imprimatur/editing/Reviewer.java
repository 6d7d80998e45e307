package dev.imprimatur.editing;

import org.jspecify.annotations.Nullable;

/**
 * Who vouched for a revision, as readers are told.
 *
 * @param account the account here; null for someone who reviewed elsewhere
 */
public record Reviewer(
        @Nullable String account, String name, @Nullable String title) {
    static Reviewer of(Person person) {
        return new Reviewer(person.account(), person.name(), person.title());
    }
}
