// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Revision;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits for somebody.
 *
 * @param id stays the same for as long as the task is open
 * @param name as the workflow calls it
 * @param task its BPMN id
 * @param group the role that may take it
 * @param revision what is to be looked at; null for a draft
 * @param fromLog whether the log told of it, since the engine does not answer; who has claimed it is then not known
 * @param outcomes what can be said to it; empty for a draft, which is completed by submitting
 */
public record OpenTask(
        String id,
        String name,
        String task,
        String group,
        Guide guide,
        Edition edition,
        Revision.@Nullable Ref revision,
        List<Outcome> outcomes,
        @Nullable Instant due,
        @Nullable String assignee,
        Instant since,
        boolean fromLog) {
    /** The role that may take it, as people call it. */
    public String role() {
        return group.toLowerCase(Locale.ROOT);
    }
}
