// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a timer of the workflow told people: a reminder of an open task, its escalation, or that a review comes due.
 *
 * @param timer the BPMN id of the timer event
 * @param task the BPMN id of the open task; null for a review that comes due
 * @param round the round of the task; 0 without a task
 * @param group the role of the people who are told
 * @param owner the username of the guide's owner, who is told too; null if nobody owns it, or if the notice is about a task
 * @param planned the instant that the timer waited for, computed from an earlier entry of the log
 * @param due when the task, or the review, is due; null if the task has no due date
 */
public record Notice(
        String timer,
        @Nullable String task,
        int round,
        String group,
        @Nullable String owner,
        Instant planned,
        @Nullable Instant due) {}
