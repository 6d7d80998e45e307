// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A workflow as its BPMN file declares it: the user tasks, the roles that may take them, and the outcomes they offer. */
public final class Workflow {
    /**
     * A user task.
     *
     * @param group the role that may take the task
     * @param outcomes empty for a drafting task, which a submission completes
     */
    public record Step(String id, String name, String group, List<Outcome> outcomes) {
        /** The role that may take the task, in lower case, for messages to people. */
        public String role() {
            return group.toLowerCase(Locale.ROOT);
        }

        public boolean isDrafting() {
            return outcomes.isEmpty();
        }

        public Optional<Outcome> outcome(String outcome) {
            return outcomes.stream().filter(it -> it.id().equals(outcome)).findFirst();
        }
    }

    private final String id;
    private final boolean asksForMoreApprovals;
    private final SequenceFlows sequenceFlows;
    private final Set<String> restsAt;
    private final Set<String> timers;
    private final Map<String, Step> steps = new LinkedHashMap<>();

    Workflow(
            String id,
            Collection<Step> steps,
            boolean asksForMoreApprovals,
            SequenceFlows sequenceFlows,
            Set<String> restsAt,
            Set<String> timers) {
        this.restsAt = restsAt;
        this.timers = Set.copyOf(timers);
        this.sequenceFlows = sequenceFlows;
        this.id = id;
        this.asksForMoreApprovals = asksForMoreApprovals;
        steps.forEach(step -> this.steps.put(step.id(), step));
    }

    public String id() {
        return id;
    }

    Collection<Step> steps() {
        return steps.values();
    }

    public Optional<Step> step(String task) {
        return Optional.ofNullable(steps.get(task));
    }

    /** The tasks that are open for an edition according to its log. */
    List<Step> openTasks(Edition edition) {
        return sequenceFlows.openTasks(edition, drafting().id(), steps.keySet()).stream()
                .flatMap(task -> step(task).stream())
                .toList();
    }

    /**
     * The BPMN ids of the activities at which a published edition waits for an event. Empty if a task can open as soon as the edition is
     * published.
     */
    Set<String> restsAt() {
        return restsAt;
    }

    /**
     * Whether a process of the workflow waits for the instant.
     *
     * @param variable {@link ServiceTasks#PUBLISH_AT} or {@link ServiceTasks#UNPUBLISH_AT}
     */
    boolean waitsFor(String variable) {
        return timers.contains(variable);
    }

    /** Whether the workflow publishes what was approved. */
    boolean publishes() {
        return sequenceFlows.publishing() != null;
    }

    /** The task in which an edition is written. */
    Step drafting() {
        return steps.values().stream().filter(Step::isDrafting).findFirst().orElseThrow();
    }

    /** Whether the workflow asks for an approval again until none is missing. */
    boolean asksForMoreApprovals() {
        return asksForMoreApprovals;
    }

    /** Whether the workflow can collect this number of approvals. */
    boolean canCollect(int approvals) {
        long approving = steps.values().stream()
                .filter(step -> step.outcomes().stream().anyMatch(Outcome::approves))
                .count();
        return asksForMoreApprovals || approving >= approvals;
    }
}
