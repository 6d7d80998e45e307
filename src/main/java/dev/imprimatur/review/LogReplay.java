// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static dev.imprimatur.review.Processes.STARTED_AT;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Decision.Effect;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.review.Workflow.Step;
import dev.imprimatur.store.UnitOfWork;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.ManagementService;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.flowable.engine.runtime.Execution;
import org.flowable.engine.runtime.ProcessInstance;
import org.flowable.task.api.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Brings a process in line with the log of its edition: the missing steps are replayed in the engine. A process whose state contradicts
 * the log is deleted, and a new process replays the log.
 */
@Component
class LogReplay {
    private static final Logger log = LoggerFactory.getLogger(LogReplay.class);
    /** Variable: the seq of the submission that completed the draft task. */
    private static final String SUBMISSION = "submission";
    /** Prefix of a variable for each task: the seq of the last decision that completed the task. */
    private static final String CONSUMED = "consumed:";

    private static final String NEXT_EDITION_DROPPED = "next-edition-dropped";
    /** Messages: the publication is scheduled for another instant or not any more; the end of the publication is scheduled. */
    static final String SCHEDULE_CHANGED = "schedule-changed";

    static final String UNPUBLISH_SCHEDULED = "unpublish-scheduled";

    private final RuntimeService runtime;
    private final TaskService tasks;
    private final ManagementService management;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final Escalations escalations;
    private final Clock clock;

    LogReplay(
            @Lazy RuntimeService runtime,
            @Lazy TaskService tasks,
            @Lazy ManagementService management,
            Editions editions,
            Processes processes,
            Workflows workflows,
            Escalations escalations,
            Clock clock) {
        this.runtime = runtime;
        this.tasks = tasks;
        this.management = management;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
        this.escalations = escalations;
        this.clock = clock;
    }

    /** A process with its variables and its open tasks, as they were read together. */
    private record Position(ProcessInstance process, Map<String, Object> variables, List<Task> tasks) {
        private List<String> openTasks() {
            return tasks.stream().map(Task::getTaskDefinitionKey).toList();
        }
    }

    /** The position of the edition's process; empty if there is none. Deletes processes that another node started at the same time. */
    private Optional<Position> position(EditionId id) {
        var all = processes.allOf(id);
        var kept = Processes.kept(all);
        all.stream()
                .filter(process -> !process.getId().equals(kept.orElseThrow().getId()))
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "started twice"));
        return kept.map(process -> new Position(process, processes.variables(process), processes.tasksOf(process)));
    }

    /**
     * Brings the process of the edition in line with its log, in the transaction of the caller.
     *
     * @param workflow the workflow to start if a new process is needed
     * @return the edition that the process is in line with; its log is longer if the process wrote to it
     */
    Edition replay(Edition edition, Workflow workflow) {
        var position = position(edition.id());
        if (edition.state().isOver()) {
            position.ifPresent(it -> end(it.process(), edition));
            return edition;
        }
        if (position.isEmpty()) return follow(start(edition, workflow), edition, workflow, true);
        if (!Processes.followsMove(position.get().variables().get(STARTED_AT), edition)) {
            log.info(
                    "edition {} moves to another version of its workflow; a new process replays the log", edition.id());
            return move(position.get(), edition, workflow);
        }
        if (!canResultFromLog(position.get(), edition)) return replace(position.get(), edition, workflow);
        return carriesSubmission(position.get(), edition)
                ? follow(position.get(), edition, workflow, false)
                : restart(position.get(), edition, workflow);
    }

    /**
     * Replays all missing steps of the log, and replaces the process if it contradicts the log afterwards.
     *
     * @param isNew whether the process was started just now; such a process is replaced only if it moved
     */
    private Edition follow(Position from, Edition edition, Workflow workflow, boolean isNew) {
        var position = from;
        var followed = edition;
        boolean moved = false;
        while (advance(position, followed)) {
            moved = true;
            followed = editions.get(edition.id());
            var next = position(edition.id());
            if (next.isEmpty()) return followed;
            position = next.get();
        }
        if ((moved || !isNew) && !fitsLog(position, followed)) return replace(position, followed, workflow);
        mark(position, followed);
        return followed;
    }

    /** Replaces the process by a new one that replays the log. A process that contradicts the log again stays as it is. */
    private Edition replace(Position position, Edition edition, Workflow workflow) {
        log.warn("the process of edition {} contradicts its log; a new process replays the log", edition.id());
        return restart(position, edition, workflow);
    }

    /** Replaces the process by one of another version. Whoever has claimed a task that stays open keeps it. */
    private Edition move(Position position, Edition edition, Workflow workflow) {
        var claimed = position.tasks().stream()
                .filter(task -> task.getAssignee() != null)
                .toList();
        var followed = restart(position, edition, workflow);
        for (var task : position(edition.id()).map(Position::tasks).orElse(List.of()))
            claimed.stream()
                    .filter(before -> before.getTaskDefinitionKey().equals(task.getTaskDefinitionKey()))
                    .filter(_ -> !isOpenedByMove(task, followed, workflow))
                    .forEach(before -> tasks.setAssignee(task.getId(), before.getAssignee()));
        return followed;
    }

    private static boolean isOpenedByMove(Task task, Edition edition, Workflow workflow) {
        var by = workflow.openedBy(edition).get(task.getTaskDefinitionKey());
        return by != null && by.kind() == LogEntry.Kind.MOVED;
    }

    private Edition restart(Position position, Edition edition, Workflow workflow) {
        mustBeLatest(edition);
        runtime.deleteProcessInstance(position.process().getId(), "rebuilt from the edition log");
        var replacement = start(edition, workflow);
        var followed = edition;
        while (advance(replacement, followed)) {
            followed = editions.get(edition.id());
            var next = position(edition.id());
            if (next.isEmpty()) return followed;
            replacement = next.get();
        }
        mark(replacement, followed);
        return followed;
    }

    /** Fails if the log has grown since it was read, because then the process may only be ahead of what was read. The caller tries again. */
    private void mustBeLatest(Edition edition) {
        UnitOfWork.forgetAll();
        if (editions.get(edition.id()).log().size() > edition.log().size())
            throw new IllegalStateException("the log of edition " + edition.id() + " has grown meanwhile");
    }

    /** Whether the open tasks are those that the log implies. Also true while the process has a job, because the job will change the tasks. */
    private boolean fitsLog(Position position, Edition edition) {
        var process = position.process();
        var expected = workflows.ofDefinition(process.getProcessDefinitionId()).openTasks(edition).stream()
                .map(Step::id)
                .collect(Collectors.toSet());
        return expected.equals(Set.copyOf(position.openTasks()))
                || management
                                .createJobQuery()
                                .processInstanceId(process.getId())
                                .count()
                        > 0;
    }

    /**
     * Marks how far the process followed the log, so that the reconciler can tell whether the process is up to date. It is not if it is
     * still to be told of the schedule: another transaction moved it between two of its waits while it was looked at here.
     */
    private void mark(Position position, Edition edition) {
        if (edition.move().isPresent()) timeTasksOfMove(position, edition);
        if (edition.state() == Edition.State.PUBLISHED) timeReview(position, edition);
        position.tasks().forEach(task -> escalations.apply(task, edition));
        if (isToBeTold(position, edition)) return;
        String mark =
                ReplayMark.of(edition.log().size(), edition.log().getLast().at(), position.openTasks());
        var process = position.process();
        if (!mark.equals(process.getName())) runtime.setProcessInstanceName(process.getId(), mark);
    }

    /** A process of a workflow without a timer for the end of a publication is never told of it. */
    private boolean isToBeTold(Position position, Edition edition) {
        var workflow = workflows.ofDefinition(position.process().getProcessDefinitionId());
        return untold(position, edition)
                .filter(news -> news.message().equals(SCHEDULE_CHANGED) || workflow.waitsFor(ServiceTasks.UNPUBLISH_AT))
                .isPresent();
    }

    /**
     * Lets the time of tasks that a move opened count from the move. The engine opened them while it followed an earlier entry, from which
     * the time of the tasks counts that were open before.
     */
    private void timeTasksOfMove(Position position, Edition edition) {
        var process = position.process();
        var workflow = workflows.ofDefinition(process.getProcessDefinitionId());
        var openedBy = workflow.openedBy(edition);
        for (var task : position.tasks()) {
            var by = openedBy.get(task.getTaskDefinitionKey());
            if (by == null || by.kind() != LogEntry.Kind.MOVED) continue;
            workflow.step(task.getTaskDefinitionKey())
                    .flatMap(step -> workflow.due(step, edition))
                    .ifPresent(due -> tasks.setDueDate(task.getId(), Date.from(due)));
            workflow.timers().stream()
                    .filter(timer -> timer.task().equals(task.getTaskDefinitionKey()))
                    .forEach(timer -> reschedule(process, timer, by));
        }
    }

    /** More may have been requested while the task of the review was open, and be due earlier. */
    private void timeReview(Position position, Edition edition) {
        var due = edition.reviewDue().map(Stamp::endOf);
        for (var task : position.tasks())
            if (task.getDueDate() != null)
                due.filter(at -> !at.equals(task.getDueDate().toInstant()))
                        .ifPresent(at -> tasks.setDueDate(task.getId(), Date.from(at)));
    }

    private void reschedule(ProcessInstance process, TaskTimer timer, LogEntry by) {
        var planned = by.at().plus(timer.after()).truncatedTo(ChronoUnit.MILLIS);
        management.createTimerJobQuery().processInstanceId(process.getId()).elementId(timer.id()).list().stream()
                .filter(job -> job.getDuedate().toInstant().isBefore(planned))
                .forEach(job -> ScopedValue.where(LogCalendar.ENTRY_AT, by.at())
                        .run(() -> management.rescheduleTimeDurationJob(
                                job.getId(), timer.after().toString())));
    }

    private Position start(Edition edition, Workflow workflow) {
        after(
                SequenceFlows.draftedSince(edition),
                edition,
                () -> runtime.createProcessInstanceBuilder()
                        .processDefinitionId(workflows.definition(workflow))
                        .businessKey(edition.id().toString())
                        .variable(STARTED_AT, edition.log().size())
                        .start());
        return position(edition.id()).orElseThrow();
    }

    /** Moves the process; the tasks that open count their time from the entry of the log that opens them. */
    private static void after(LogEntry entry, Edition edition, Runnable move) {
        var opens = edition.reopened()
                .map(reopened -> SequenceFlows.later(entry, reopened))
                .orElse(entry);
        ScopedValue.where(LogCalendar.ENTRY_AT, opens.at()).run(move);
    }

    private void end(ProcessInstance process, Edition edition) {
        String message = edition.state().apiName();
        var waiting = processes.waitingFor(process, message);
        if (waiting.isPresent())
            runtime.messageEventReceived(message, waiting.get().getId());
        if (processes.of(edition.id()).isPresent())
            runtime.deleteProcessInstance(process.getId(), "edition " + message);
    }

    /**
     * Whether the log can have produced the state of the process: the entry that the process followed last is in the log, and so is every
     * decision that it consumed.
     */
    private boolean canResultFromLog(Position position, Edition edition) {
        var process = position.process();
        var variables = position.variables();
        boolean isAheadOfLog = variables.entrySet().stream()
                .anyMatch(variable -> variable.getKey().startsWith(CONSUMED)
                        && (Integer) variable.getValue() >= edition.log().size());
        return ReplayMark.fits(process.getName(), edition) && !isAheadOfLog;
    }

    /** Whether a process past the draft task carries the current submission. Another one is submitted while a review is under way. */
    private boolean carriesSubmission(Position position, Edition edition) {
        int submission = edition.submissionEntry().map(LogEntry::seq).orElse(-1);
        return Integer.valueOf(submission).equals(position.variables().get(SUBMISSION))
                || position.tasks().stream()
                        .anyMatch(task -> step(position.process(), task)
                                .filter(Step::isDrafting)
                                .isPresent());
    }

    private Optional<Step> step(ProcessInstance process, Task task) {
        return workflows.ofDefinition(process.getProcessDefinitionId()).step(task.getTaskDefinitionKey());
    }

    /** Replays the next missing step of the log; returns whether the process moved. */
    private boolean advance(Position position, Edition edition) {
        var process = position.process();
        if (completeDecided(position, edition)) return true;
        for (Task task : position.tasks()) {
            var step = step(process, task);
            if (step.filter(Step::isDrafting).isPresent()) {
                if (edition.state() == Edition.State.DRAFT
                        || edition.submissionEntry().isEmpty()) continue;
                var submission = edition.submissionEntry().orElseThrow();
                var facts = new HashMap<>(changes(process, edition));
                facts.put(SUBMISSION, submission.seq());
                after(submission, edition, () -> tasks.complete(task.getId(), facts));
                return true;
            }
            var byEvidence = step.flatMap(it -> outcomeByEvidence(edition, it))
                    .map(Outcome::id)
                    .or(() -> passedBeforeMove(process, task, edition));
            if (byEvidence.isPresent()) {
                complete(task, edition, byEvidence.get(), edition.log().getLast());
                return true;
            }
        }
        var waitingForDrop = edition.isRevisionCalled()
                ? Optional.<Execution>empty()
                : processes.waitingFor(process, NEXT_EDITION_DROPPED);
        waitingForDrop.ifPresent(waiting -> runtime.messageEventReceived(NEXT_EDITION_DROPPED, waiting.getId()));
        return waitingForDrop.isPresent()
                || followSchedule(position, edition)
                || (edition.isReviewDueMarked() && fireDueTimer(process));
    }

    private record Decided(Task task, LogEntry by) {}

    /** Completes the task with the earliest decision that the process has not consumed yet; returns whether there is one. */
    private boolean completeDecided(Position position, Edition edition) {
        var next = position.tasks().stream()
                .filter(task ->
                        step(position.process(), task).filter(Step::isDrafting).isEmpty())
                .flatMap(task -> pending(edition, task.getTaskDefinitionKey(), position.variables())
                        .map(entry -> new Decided(task, entry))
                        .stream())
                .min(Comparator.comparingInt(decided -> decided.by().seq()));
        next.ifPresent(it -> complete(it.task(), edition, String.valueOf(it.by().outcome()), it.by()));
        return next.isPresent();
    }

    private Map<String, Object> changes(ProcessInstance process, Edition edition) {
        return workflows.ofDefinition(process.getProcessDefinitionId()).changes(edition);
    }

    /** A message to the process, with facts that it does not know yet. */
    private record Untold(String message, Map<String, Object> facts) {}

    /** What the process does not know yet of the schedule. */
    private Optional<Untold> untold(Position position, Edition edition) {
        var unpublishAt = edition.schedule().unpublishAt();
        Untold news;
        if (ServiceTasks.WAITING.equals(position.variables().get(ServiceTasks.SCHEDULE)))
            news = new Untold(SCHEDULE_CHANGED, ServiceTasks.schedule(edition, clock.instant()));
        else if (edition.state() == Edition.State.PUBLISHED && unpublishAt != null)
            news = new Untold(UNPUBLISH_SCHEDULED, Map.of(ServiceTasks.UNPUBLISH_AT, Date.from(unpublishAt)));
        else return Optional.empty();
        return position.variables().entrySet().containsAll(news.facts().entrySet())
                ? Optional.empty()
                : Optional.of(news);
    }

    /** Tells the process what the schedule is now, if it waits for that; returns whether it was told. */
    private boolean followSchedule(Position position, Edition edition) {
        return untold(position, edition)
                .flatMap(news -> processes
                        .waitingFor(position.process(), news.message())
                        .map(execution -> {
                            runtime.setVariables(position.process().getId(), news.facts());
                            after(
                                    edition.reopened().orElse(edition.log().getLast()),
                                    edition,
                                    () -> runtime.messageEventReceived(news.message(), execution.getId()));
                            return true;
                        }))
                .orElse(false);
    }

    /** Fires the first timer that is due. The log says already that the review is due, so a rebuilt process need not wait for the job. */
    private boolean fireDueTimer(ProcessInstance process) {
        var due = management
                .createTimerJobQuery()
                .processInstanceId(process.getId())
                .duedateLowerThan(Date.from(clock.instant()))
                .list()
                .stream()
                .findFirst();
        due.ifPresent(timer -> {
            management.moveTimerToExecutableJob(timer.getId());
            management.executeJob(timer.getId());
        });
        return due.isPresent();
    }

    private void complete(Task task, Edition edition, String outcome, LogEntry consumed) {
        var facts = new HashMap<>(ServiceTasks.facts(edition, outcome));
        facts.put(CONSUMED + task.getTaskDefinitionKey(), consumed.seq());
        after(consumed, edition, () -> tasks.complete(task.getId(), facts));
    }

    /** The outcome with which imported evidence completes the task. Such evidence replaces every decision before publication. */
    private static Optional<Outcome> outcomeByEvidence(Edition edition, Step step) {
        return edition.evidence().isEmpty()
                ? Optional.empty()
                : Stream.of(Effect.APPROVE, Effect.NONE)
                        .flatMap(effect -> step.outcomes().stream().filter(outcome -> outcome.effect() == effect))
                        .findFirst();
    }

    /** The outcome with which an edition that moved after its publication passes a task that is ahead of the publication in its new version. */
    private Optional<String> passedBeforeMove(ProcessInstance process, Task task, Edition edition) {
        boolean movedWhileLive = edition.publishedEntry()
                .flatMap(published -> edition.move().filter(move -> move.seq() > published.seq()))
                .isPresent();
        return movedWhileLive
                ? workflows
                        .ofDefinition(process.getProcessDefinitionId())
                        .passedWith(task.getTaskDefinitionKey(), edition)
                : Optional.empty();
    }

    /** The first decision on the task that the process has not consumed yet. */
    private static Optional<LogEntry> pending(Edition edition, String task, Map<String, Object> variables) {
        int startedAt = (Integer) variables.getOrDefault(STARTED_AT, 0);
        // a decision on an earlier submission is not one on this submission, even if another task ended the round first
        int consumed = Math.max((Integer) variables.getOrDefault(CONSUMED + task, -1), (Integer)
                variables.getOrDefault(SUBMISSION, -1));
        return edition.log().stream()
                .filter(entry -> task.equals(entry.task()) && entry.seq() > consumed)
                .filter(entry ->
                        entry.seq() >= startedAt || edition.decisionsInForce().contains(entry))
                .findFirst();
    }
}
