// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import dev.imprimatur.people.Person;
import org.jspecify.annotations.Nullable;

/**
 * A person who approved a revision, as published.
 *
 * @param account the account here; null for someone who reviewed elsewhere
 * @param publicId the same whatever they are called; null for someone who reviewed elsewhere, and in what was stamped before there were
 *     such ids
 */
public record Reviewer(
        @Nullable String account,
        String name,
        @Nullable String title,
        @Nullable String publicId) {
    /** The reviewer with the name and title that the person has at the time of the decision. */
    public static Reviewer of(Person person) {
        return new Reviewer(person.account(), person.name(), person.title(), person.publicId());
    }
}
