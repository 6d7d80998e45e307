// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import dev.imprimatur.people.Person;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A comment on a place in a revision.
 *
 * @param pointer the JSON Pointer to the field
 * @param quote the passage that the comment is about, as it was when the comment was made
 * @param parent the id of the comment that this one answers
 */
public record Comment(
        String id,
        String guide,
        int revision,
        String pointer,
        @Nullable String quote,
        @Nullable String parent,
        String body,
        String author,
        Instant at,
        boolean resolved,
        @Nullable String resolvedBy) {
    Comment resolved(boolean now, Person by) {
        return new Comment(
                id, guide, revision, pointer, quote, parent, body, author, at, now, now ? by.account() : null);
    }
}
