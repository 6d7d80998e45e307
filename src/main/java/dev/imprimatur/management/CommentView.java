// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.comments.Comment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A comment as the management API describes it. */
record CommentView(
        String id,
        int revision,
        String pointer,
        @Nullable String quote,
        @Nullable String parent,
        String body,
        String author,
        Instant at,
        boolean resolved,
        @Nullable String resolvedBy) {
    static CommentView of(Comment comment) {
        return new CommentView(
                comment.id(),
                comment.revision(),
                comment.pointer(),
                comment.quote(),
                comment.parent(),
                comment.body(),
                comment.author(),
                comment.at(),
                comment.resolved(),
                comment.resolvedBy());
    }
}
