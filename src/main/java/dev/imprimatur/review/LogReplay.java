// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Decision.Effect;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.review.Workflow.Step;
import dev.imprimatur.store.UnitOfWork;
import java.time.Clock;
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
    /** Variable: the length of the log when the process was started; older decisions are replayed only if they still stand. */
    private static final String STARTED_AT = "startedAt";
    /** Variable: the seq of the submission that completed the draft task. */
    private static final String SUBMISSION = "submission";
    /** Prefix of a variable for each task: the seq of the last decision that completed the task. */
    private static final String CONSUMED = "consumed:";

    private static final String NEXT_EDITION_DROPPED = "next-edition-dropped";

    private final RuntimeService runtime;
    private final TaskService tasks;
    private final ManagementService management;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final Clock clock;

    LogReplay(
            @Lazy RuntimeService runtime,
            @Lazy TaskService tasks,
            @Lazy ManagementService management,
            Editions editions,
            Processes processes,
            Workflows workflows,
            Clock clock) {
        this.runtime = runtime;
        this.tasks = tasks;
        this.management = management;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
        this.clock = clock;
    }

    /**
     * Brings the process of the edition in line with its log, in the transaction of the caller.
     *
     * @param workflow the workflow to start if a new process is needed
     * @return whether the process moved, so that the log may have grown meanwhile
     */
    boolean replay(Edition edition, Workflow workflow) {
        deleteDuplicates(edition.id());
        var existing = processes.of(edition.id());
        if (edition.state().isOver()) {
            existing.ifPresent(process -> end(process, edition));
            return false;
        }
        if (existing.isPresent() && !canResultFromLog(existing.get(), edition))
            return replace(existing.get(), edition, workflow);
        var process = existing.orElseGet(() -> start(edition, workflow));
        if (advanceFully(process, edition)) return true;
        if (existing.isPresent() && !fitsLog(process, edition)) return replace(process, edition, workflow);
        mark(process, edition);
        return false;
    }

    /** Replaces the process by a new one that replays the log; returns whether the new process moved and agrees with the log. */
    private boolean replace(ProcessInstance process, Edition edition, Workflow workflow) {
        mustBeLatest(edition);
        log.warn("the process of edition {} contradicts its log; a new process replays the log", edition.id());
        runtime.deleteProcessInstance(process.getId(), "rebuilt from the edition log");
        var replacement = start(edition, workflow);
        boolean moved = advanceFully(replacement, edition);
        mark(replacement, edition);
        // a process that contradicts the log again would be replaced again without end
        return moved && fitsLog(replacement, edition);
    }

    /** Fails if the log has grown since it was read, because then the process may only be ahead of what was read. The caller tries again. */
    private void mustBeLatest(Edition edition) {
        UnitOfWork.forgetAll();
        if (editions.get(edition.id()).log().size() > edition.log().size())
            throw new IllegalStateException("the log of edition " + edition.id() + " has grown meanwhile");
    }

    /** Replays all missing steps of the log; returns whether the process moved. */
    private boolean advanceFully(ProcessInstance process, Edition edition) {
        boolean moved = false;
        while (advance(process, edition)) moved = true;
        return moved;
    }

    /** Whether the open tasks are those that the log implies. Also true while the process has a job, because the job will change the tasks. */
    private boolean fitsLog(ProcessInstance process, Edition edition) {
        var expected = workflows.ofDefinition(process.getProcessDefinitionId()).openTasks(edition).stream()
                .map(Step::id)
                .collect(Collectors.toSet());
        return expected.equals(Set.copyOf(openTasks(process)))
                || management
                                .createJobQuery()
                                .processInstanceId(process.getId())
                                .count()
                        > 0;
    }

    private List<String> openTasks(ProcessInstance process) {
        return processes.tasksOf(process).stream()
                .map(Task::getTaskDefinitionKey)
                .toList();
    }

    /** Marks how far the process followed the log, so that the reconciler can tell whether the process is up to date. */
    private void mark(ProcessInstance process, Edition edition) {
        String mark =
                ReplayMark.of(edition.log().size(), edition.log().getLast().at(), openTasks(process));
        if (!mark.equals(process.getName()) && processes.of(edition.id()).isPresent())
            runtime.setProcessInstanceName(process.getId(), mark);
    }

    private void deleteDuplicates(EditionId id) {
        var all = runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(id.toString())
                .list();
        if (all.size() < 2) return;
        String kept = processes.of(id).orElseThrow().getId();
        all.stream()
                .filter(process -> !process.getId().equals(kept))
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "started twice"));
    }

    private ProcessInstance start(Edition edition, Workflow workflow) {
        return runtime.createProcessInstanceBuilder()
                .processDefinitionKey(workflow.id())
                .businessKey(edition.id().toString())
                .variable(STARTED_AT, edition.log().size())
                .start();
    }

    private void end(ProcessInstance process, Edition edition) {
        String message = edition.state().apiName();
        var waiting = waitingFor(process, message);
        if (waiting.isPresent())
            runtime.messageEventReceived(message, waiting.get().getId());
        if (processes.of(edition.id()).isPresent())
            runtime.deleteProcessInstance(process.getId(), "edition " + message);
    }

    private Optional<Execution> waitingFor(ProcessInstance process, String message) {
        return runtime
                .createExecutionQuery()
                .processInstanceId(process.getId())
                .messageEventSubscriptionName(message)
                .list()
                .stream()
                .findFirst();
    }

    /**
     * Whether the log can have produced the state of the process. Three conditions hold then: the entry that the process followed last is
     * in the log; so is every decision that it consumed; and past the draft task, it carries the current submission.
     */
    private boolean canResultFromLog(ProcessInstance process, Edition edition) {
        var variables = runtime.getVariables(process.getId());
        int submission = edition.submissionEntry().map(LogEntry::seq).orElse(-1);
        boolean drafting = processes.tasksOf(process).stream()
                .anyMatch(task -> step(process, task).filter(Step::isDrafting).isPresent());
        boolean isAheadOfLog = variables.entrySet().stream()
                .anyMatch(variable -> variable.getKey().startsWith(CONSUMED)
                        && (Integer) variable.getValue() >= edition.log().size());
        return ReplayMark.fits(process.getName(), edition)
                && !isAheadOfLog
                && (drafting || Integer.valueOf(submission).equals(variables.get(SUBMISSION)));
    }

    private Optional<Step> step(ProcessInstance process, Task task) {
        return workflows.ofDefinition(process.getProcessDefinitionId()).step(task.getTaskDefinitionKey());
    }

    /** Replays the next missing step of the log; returns whether the process moved. */
    private boolean advance(ProcessInstance process, Edition edition) {
        if (processes.of(edition.id()).isEmpty()) return false;
        var variables = runtime.getVariables(process.getId());
        for (Task task : processes.tasksOf(process)) {
            var step = step(process, task);
            if (step.filter(Step::isDrafting).isPresent()) {
                if (edition.state() == Edition.State.DRAFT
                        || edition.submissionEntry().isEmpty()) continue;
                int submission = edition.submissionEntry().orElseThrow().seq();
                tasks.complete(task.getId(), Map.of(SUBMISSION, submission));
                return true;
            }
            var decision = pending(edition, task.getTaskDefinitionKey(), variables);
            if (decision.isPresent()) {
                complete(
                        task,
                        edition,
                        String.valueOf(decision.get().outcome()),
                        decision.get().seq());
                return true;
            }
            var byEvidence = step.flatMap(it -> outcomeByEvidence(edition, it));
            if (byEvidence.isPresent()) {
                complete(task, edition, byEvidence.get().id(), edition.log().size() - 1);
                return true;
            }
        }
        var waitingForDrop =
                edition.isRevisionCalled() ? Optional.<Execution>empty() : waitingFor(process, NEXT_EDITION_DROPPED);
        waitingForDrop.ifPresent(waiting -> runtime.messageEventReceived(NEXT_EDITION_DROPPED, waiting.getId()));
        return waitingForDrop.isPresent() || (edition.isReviewDueMarked() && fireDueTimer(process));
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

    private void complete(Task task, Edition edition, String outcome, int consumed) {
        var facts = new HashMap<>(ServiceTasks.facts(edition, outcome));
        facts.put(CONSUMED + task.getTaskDefinitionKey(), consumed);
        tasks.complete(task.getId(), facts);
    }

    /** The outcome with which imported evidence completes the task. Such evidence replaces every decision before publication. */
    private static Optional<Outcome> outcomeByEvidence(Edition edition, Step step) {
        return edition.evidence().isEmpty()
                ? Optional.empty()
                : Stream.of(Effect.APPROVE, Effect.NONE)
                        .flatMap(effect -> step.outcomes().stream().filter(outcome -> outcome.effect() == effect))
                        .findFirst();
    }

    /** The first decision on the task that the process has not consumed yet. */
    private static Optional<LogEntry> pending(Edition edition, String task, Map<String, Object> variables) {
        int startedAt = (Integer) variables.getOrDefault(STARTED_AT, 0);
        int consumed = (Integer) variables.getOrDefault(CONSUMED + task, -1);
        return edition.log().stream()
                .filter(entry -> task.equals(entry.task()) && entry.seq() > consumed)
                .filter(entry ->
                        entry.seq() >= startedAt || edition.decisionsInForce().contains(entry))
                .findFirst();
    }
}
