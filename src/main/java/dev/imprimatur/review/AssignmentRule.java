// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How tasks that open for a role are assigned. */
public enum AssignmentRule {
    /** Nobody is assigned: whoever has time claims the task. */
    NONE("Nobody: whoever has time claims it"),
    /** The person with the fewest open tasks. */
    LOAD("The person with the fewest open tasks"),
    /** The next person in the order of the usernames. */
    ROTATION("One after the other");

    private final String words;

    AssignmentRule(String words) {
        this.words = words;
    }

    /** The rule in words, for a form. */
    public String words() {
        return words;
    }

    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The rule that the API calls so. */
    static Optional<AssignmentRule> named(String name) {
        return Arrays.stream(values())
                .filter(rule -> rule.apiName().equals(name))
                .findFirst();
    }
}
