// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Approvers;
import dev.imprimatur.history.Decision.Effect;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private final int version;
    private final boolean asksForMoreApprovals;
    private final SequenceFlows sequenceFlows;
    private final Set<String> restsAt;
    private final Set<String> timers;
    private final Set<String> changedFields;
    private final ChangedFields changes;
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
            Set<String> changedFields,
            List<TaskTimer> taskTimers,
            @Nullable Announcement announcement) {
        this(
                id,
                Workflows.FILE,
                steps,
                asksForMoreApprovals,
                sequenceFlows,
                restsAt,
                timers,
                changedFields,
                ChangedFields.NONE,
                taskTimers,
                announcement);
    }

    private Workflow(
            String id,
            int version,
            Collection<Step> steps,
            boolean asksForMoreApprovals,
            SequenceFlows sequenceFlows,
            Set<String> restsAt,
            Set<String> timers,
            Set<String> changedFields,
            ChangedFields changes,
            List<TaskTimer> taskTimers,
            @Nullable Announcement announcement) {
        this.version = version;
        this.changedFields = Set.copyOf(changedFields);
        this.changes = changes;
        this.taskTimers = List.copyOf(taskTimers);
        this.announcement = announcement;
        this.restsAt = restsAt;
        this.timers = Set.copyOf(timers);
        this.sequenceFlows = sequenceFlows;
        this.id = id;
        this.asksForMoreApprovals = asksForMoreApprovals;
        steps.forEach(step -> this.steps.put(step.id(), step));
    }

    /** This workflow, with conditions that ask there which fields are changed. */
    Workflow asking(ChangedFields there) {
        return with(version, there);
    }

    /** This workflow as the uploaded version with this number. */
    Workflow as(int number) {
        return with(number, changes);
    }

    private Workflow with(int number, ChangedFields there) {
        return new Workflow(
                id,
                number,
                steps.values(),
                asksForMoreApprovals,
                sequenceFlows,
                restsAt,
                timers,
                changedFields,
                there,
                taskTimers,
                announcement);
    }

    public String id() {
        return id;
    }

    /** The number of the uploaded version; {@link Workflows#FILE} for a file. */
    int version() {
        return version;
    }

    Collection<Step> steps() {
        return steps.values();
    }

    public Optional<Step> step(String task) {
        return Optional.ofNullable(steps.get(task));
    }

    /** The tasks that are open for an edition according to its log. */
    List<Step> openTasks(Edition edition) {
        var open = openedBy(edition).keySet();
        return steps.values().stream().filter(step -> open.contains(step.id())).toList();
    }

    /** The entries of the log that opened the tasks that are open now, by BPMN id. */
    Map<String, LogEntry> openedBy(Edition edition) {
        return sequenceFlows.openTasks(edition, drafting().id(), steps.keySet(), isChanged(edition));
    }

    private Predicate<String> isChanged(Edition edition) {
        return field -> changes.isChanged(edition, field);
    }

    /** Whether the flows behind a request for changes lead to the draft, and to nothing else. */
    boolean leadsBack(Edition edition, String task, String outcome) {
        return sequenceFlows.leadsBack(edition, task, outcome, drafting().id(), steps.keySet(), isChanged(edition));
    }

    /** What is wrong with the flows at the position of the edition, in words; null if nothing is. */
    @Nullable
    String hazard(Edition edition) {
        return sequenceFlows.hazard(edition, drafting().id(), steps.keySet(), isChanged(edition));
    }

    /** Whether nothing but the publication is ahead of the edition, according to its log. */
    boolean isAtPublication(Edition edition) {
        return sequenceFlows.isAtPublication(edition, drafting().id(), steps.keySet(), isChanged(edition));
    }

    /** The fields of the content type that conditions ask for, whether they are changed. */
    Set<String> changedFields() {
        return changedFields;
    }

    /** The variables of the process that say which fields the submitted revision changes. */
    Map<String, Object> changes(Edition edition) {
        return changedFields.stream()
                .collect(Collectors.toMap(
                        field -> field + ChangedFields.SUFFIX, field -> changes.isChanged(edition, field)));
    }

    /** How many approvals the tasks of the workflow give a revision that is about to be submitted. */
    int approvals(Predicate<String> isChanged) {
        return sequenceFlows.approvalsAhead(
                drafting().id(), this::content, this::canApprove, steps.keySet(), isChanged);
    }

    /**
     * How many approvals the tasks of the workflow give the submitted revision, with one that is about to be given on a task. A further
     * approval on a task that gave one before counts for the content type, but not for the workflow.
     */
    int approvals(Edition edition, String task, String outcome) {
        if (edition.state() != Edition.State.IN_REVIEW) return 1;
        var approvedOn = Stream.concat(
                        edition.approvals().stream().flatMap(entry -> Stream.ofNullable(entry.task())), Stream.of(task))
                .distinct()
                .count();
        return (int) approvedOn
                + sequenceFlows.approvalsAfter(
                        edition,
                        task,
                        outcome,
                        drafting().id(),
                        this::content,
                        this::canApprove,
                        steps.keySet(),
                        isChanged(edition));
    }

    /** How many approvals the tasks of the workflow give the submitted revision, with those that count so far. */
    int approvals(Edition edition) {
        var approvedOn =
                edition.approvals().stream().map(LogEntry::task).distinct().count();
        return (int) approvedOn + approvalsAhead(edition);
    }

    private int approvalsAhead(Edition edition) {
        return sequenceFlows.approvalsAhead(
                edition, drafting().id(), this::content, this::canApprove, steps.keySet(), isChanged(edition));
    }

    /** Whether an edition under review can get as many approvals as it needs. */
    boolean canCollectWhatIsMissing(Edition edition) {
        return asksForMoreApprovals || approvalsAhead(edition) >= edition.approvalsMissing();
    }

    /**
     * The decisions on the submitted revision of an edition that count in this workflow, in the order in which its flows take them: those on
     * a task that it has and comes to, with an outcome that means the same here. Nobody's approval counts twice.
     *
     * @param before the workflow that the edition follows so far
     */
    List<LogEntry> carried(Edition edition, Workflow before) {
        var meantTheSame = edition.decisionsOnSubmission().stream()
                .filter(decision -> meansTheSame(decision, before))
                .toList();
        return sequenceFlows.carried(
                edition,
                meantTheSame,
                (taken, decision) -> decision.kind() != LogEntry.Kind.APPROVED
                        || Approvers.count(Stream.concat(approvalsOf(taken), Stream.of(decision)))
                                > approvalsOf(taken).count(),
                drafting().id(),
                steps.keySet(),
                isChanged(edition));
    }

    private static Stream<LogEntry> approvalsOf(List<LogEntry> decisions) {
        return decisions.stream().filter(decision -> decision.kind() == LogEntry.Kind.APPROVED);
    }

    /** Whether the outcome exists here with the same effect, and the task is for the same role, or for one that the person had. */
    private boolean meansTheSame(LogEntry decision, Workflow before) {
        String task = String.valueOf(decision.task());
        return step(task)
                .filter(step -> decision.by().has(step.group())
                        || before.step(task)
                                .filter(it -> it.group().equals(step.group()))
                                .isPresent())
                .flatMap(step -> step.outcome(String.valueOf(decision.outcome())))
                .filter(outcome -> outcome.effect().isOf(decision))
                .isPresent();
    }

    /** Whether a decision on a published edition can be taken in this workflow as it was. */
    boolean knows(LogEntry decision) {
        return meansTheSame(decision, this);
    }

    /**
     * The outcome with which a published edition has passed a task, because the task is on the way to the publication. Empty for a task that
     * opens behind the publication.
     */
    Optional<String> passedWith(String task, Edition edition) {
        return wayToPublication(edition).contains(task) ? Optional.ofNullable(content(task)) : Optional.empty();
    }

    /** The tasks on the way to the publication; empty if no way is clear. */
    Set<String> wayToPublication(Edition edition) {
        return sequenceFlows.wayToPublication(drafting().id(), this::content, steps.keySet(), isChanged(edition));
    }

    /** The outcome that somebody chooses who has no objection; null for a task without one. */
    private @Nullable String content(String task) {
        var outcomes = step(task).map(Step::outcomes).orElse(List.of());
        return Stream.of(Effect.APPROVE, Effect.NONE)
                .flatMap(effect -> outcomes.stream().filter(outcome -> outcome.effect() == effect))
                .map(Outcome::id)
                .findFirst()
                .orElse(null);
    }

    private boolean canApprove(String task) {
        return step(task)
                .filter(step -> step.outcomes().stream().anyMatch(Outcome::approves))
                .isPresent();
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
