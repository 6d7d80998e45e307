// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.EditionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who has a task. The engine repeats it, and a process that is built again gets it from here.
 *
 * @param id the edition, the BPMN id of the task, and its round: a task that opens again is claimed anew
 * @param edition the edition and the BPMN id of the task
 * @param person the username of whoever has the task; null for nobody
 * @param by the username of whoever assigned it; null if the person claimed it, or if a rule assigned it
 * @param insteadOf the username of the absent person for whom {@code person} has the task; null for nobody
 * @param returned whether somebody gave the task back to its group, so that no rule assigns it again
 * @param isAssigned whether a rule or somebody else gave the task to the person, who is told of it
 */
public record Claim(
        String id,
        String edition,
        String guide,
        @Nullable String person,
        @Nullable String by,
        @Nullable String insteadOf,
        boolean returned,
        boolean isAssigned,
        Instant at,
        long version) {
    /** The edition whose task it is. */
    public EditionId editionId() {
        return TaskId.parse(id).edition();
    }

    /** Whether it is the claim of this open task. */
    public boolean isOf(OpenTask task) {
        return id.equals(id(TaskId.parse(task.id())));
    }

    static String id(TaskId task) {
        return step(task) + "." + task.round();
    }

    static String step(TaskId task) {
        return task.edition() + "." + task.task();
    }
}
