// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Stamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A workflow as its BPMN file declares it: the user tasks, the roles that may take them, and the outcomes they offer. */
public final class Workflow {
    /**
     * A user task.
     *
     * @param group the role that may take the task
     * @param outcomes empty for a drafting task, which a submission completes
     * @param within how long after it opened the task is due; null if the file names no duration
     */
    public record Step(
            String id,
            String name,
            String group,
            List<Outcome> outcomes,
            @Nullable Duration within) {
        /** The role that may take the task, in lower case, for messages to people. */
        public String role() {
            return group.toLowerCase(Locale.ROOT);
        }

        /** Whether an outcome approves or confirms content. */
        boolean vouches() {
            return Outcome.anyVouches(outcomes);
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
    private final List<TaskTimer> taskTimers;
    private final @Nullable Announcement announcement;
    private final Map<String, Step> steps = new LinkedHashMap<>();

    /**
     * The repeating timer that announces reviews ahead.
     *
     * @param timer the BPMN id of the boundary event
     * @param group the role that is told
     */
    record Announcement(String timer, String group) {}

    Workflow(
            String id,
            Collection<Step> steps,
            boolean asksForMoreApprovals,
            SequenceFlows sequenceFlows,
            Set<String> restsAt,
            Set<String> timers,
            List<TaskTimer> taskTimers,
            @Nullable Announcement announcement) {
        this.taskTimers = List.copyOf(taskTimers);
        this.announcement = announcement;
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
        return openedBy(edition).keySet().stream()
                .flatMap(task -> step(task).stream())
                .toList();
    }

    /** The entries of the log that opened the tasks that are open now, by BPMN id. */
    Map<String, LogEntry> openedBy(Edition edition) {
        return sequenceFlows.openTasks(edition, drafting().id(), steps.keySet());
    }

    /** When an open task is due according to the log; empty if it has no due date. */
    Optional<Instant> due(Step step, Edition edition) {
        if (edition.state() == Edition.State.PUBLISHED)
            return edition.reviewDue().map(Stamp::endOf);
        var openedBy = openedBy(edition).get(step.id());
        return openedBy == null || step.within() == null
                ? Optional.empty()
                : Optional.of(openedBy.at().plus(step.within()).truncatedTo(ChronoUnit.MILLIS));
    }

    /** The reminders and escalations of tasks. */
    List<TaskTimer> timers() {
        return taskTimers;
    }

    /** Whether the event is a timer that tells people something and changes nothing that readers see. */
    boolean onlyTells(String event) {
        return taskTimers.stream().anyMatch(timer -> timer.id().equals(event))
                || announcement != null && announcement.timer().equals(event);
    }

    /** How the workflow announces reviews ahead; empty if it does not. */
    Optional<Announcement> announcement() {
        return Optional.ofNullable(announcement);
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
