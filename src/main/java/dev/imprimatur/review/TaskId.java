// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;

/**
 * Identifies a task. The id does not change when a process is rebuilt.
 *
 * @param edition the edition that the task belongs to
 * @param task the BPMN id of the user task
 * @param round counts how often the edition reached this user task
 */
record TaskId(EditionId edition, String task, int round) {
    static TaskId parse(String text) {
        String[] parts = text.split("\\.", -1);
        try {
            if (parts.length == 4)
                return new TaskId(
                        new EditionId(parts[0], Integer.parseInt(parts[1])), parts[2], Integer.parseInt(parts[3]));
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
        return edition + "." + task + "." + round;
    }
}
