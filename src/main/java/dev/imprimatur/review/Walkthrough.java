// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a workflow on the test bench.
 *
 * @param changed the names of the fields that the submitted revision changes
 * @param approvals how many approvals the content type asks for
 */
public record Walkthrough(Set<String> changed, int approvals, List<Step> steps) {
    public static final int MOST_STEPS = 100;
    /** How far the clock may be set ahead in one walk. */
    public static final Duration FARTHEST = Duration.ofDays(3650);

    public Walkthrough {
        changed = Set.copyOf(changed);
        steps = List.copyOf(steps);
    }

    /**
     * One step. Exactly one of {@code submit}, {@code decide} and {@code advance} is given.
     *
     * @param submit true to submit the draft
     * @param decide the id of an outcome
     * @param task the BPMN id of the task to decide on; null for the first open task with this outcome
     * @param by the name of whoever decides; null for somebody else than before
     * @param advance how far to set the clock ahead
     */
    public record Step(
            @Nullable Boolean submit,
            @Nullable String decide,
            @Nullable String task,
            @Nullable String by,
            @Nullable Duration advance) {}

    /** A task that is open. */
    public record OpenTask(
            String id,
            String name,
            String group,
            List<Outcome> outcomes,
            @Nullable Instant due) {}

    /** A timer that waits. */
    public record Timer(String element, Instant due) {}

    /**
     * Where the edition stands after a step.
     *
     * @param live whether it is published
     * @param active the BPMN ids of the elements that it is at
     * @param fired the BPMN ids of the timers that fired and of the service tasks that ran in this step, in order
     * @param refused why the step was not taken; null if it was
     */
    public record Position(
            Instant at,
            String state,
            boolean live,
            int approvals,
            int approvalsMissing,
            List<String> active,
            List<OpenTask> tasks,
            List<Timer> timers,
            List<String> fired,
            @Nullable String refused) {}
}
