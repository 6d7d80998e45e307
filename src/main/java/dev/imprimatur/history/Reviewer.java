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
 * @param external whether the person had no account here and was invited by a colleague; null instead of false
 */
public record Reviewer(
        @Nullable String account,
        String name,
        @Nullable String title,
        @Nullable String publicId,
        @Nullable Boolean external) {
    /** A reviewer with an account here, or one who reviewed elsewhere. */
    public Reviewer(@Nullable String account, String name, @Nullable String title, @Nullable String publicId) {
        this(account, name, title, publicId, null);
    }

    /** The reviewer with the name and title that the person has at the time of the decision. */
    public static Reviewer of(Person person) {
        return new Reviewer(
                person.account(), person.name(), person.title(), person.publicId(), person.isExternal() ? true : null);
    }
}
