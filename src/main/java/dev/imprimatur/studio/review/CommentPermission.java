// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.people.Person;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Decides who sees the buttons to comment, answer and resolve. Templates use this bean as {@code @discussing}. */
@Component("discussing")
class CommentPermission {
    public boolean may(@Nullable Person person) {
        return person != null && (person.has("EDITOR") || person.has("REVIEWER"));
    }
}
