// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a task. The id does not change when a process is rebuilt.
 *
 * @param edition the edition that the task belongs to
 * @param task the BPMN id of the user task
 * @param round counts how often the edition reached this user task
 * @param request the seq of the log entry that requested the review of parts; null for a task about the whole content. While the task is
 *     open, more may come due: it then has another id, so that nobody decides on more than they looked at
 */
record TaskId(
        EditionId edition, String task, int round, @Nullable Integer request) {
    static TaskId of(Edition edition, String task) {
        return new TaskId(edition.id(), task, edition.round(task), edition.partRequest());
    }

    static TaskId parse(String text) {
        String[] parts = text.split("\\.", -1);
        try {
            if (parts.length == 4 || parts.length == 5)
                return new TaskId(
                        new EditionId(parts[0], Integer.parseInt(parts[1])),
                        parts[2],
                        Integer.parseInt(parts[3]),
                        parts.length == 4 ? null : Integer.valueOf(parts[4]));
        } catch (IllegalArgumentException none) {
            // refused below
        }
        throw missing();
    }

    static RuntimeException missing() {
        return Refusal.missing("there is no task with this id").raise();
    }

    @Override
    public String toString() {
        return edition + "." + task + "." + round + (request == null ? "" : "." + request);
    }
}
