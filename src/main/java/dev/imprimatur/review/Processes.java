// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Decision.Effect;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEnd;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.review.Workflow.Step;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flowable.engine.ManagementService;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.flowable.engine.repository.ProcessDefinition;
import org.flowable.engine.runtime.ActivityInstance;
import org.flowable.engine.runtime.Execution;
import org.flowable.engine.runtime.ProcessInstance;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The processes in the engine, one for each edition that is not over. A process follows the log of its edition: the missing steps are
 * replayed in the engine. A process whose state contradicts the log is deleted, and a new process replays the log.
 */
@Component
class Processes {
    private static final Logger log = LoggerFactory.getLogger(Processes.class);
    /** Variable: the length of the log when the process was started; older decisions are replayed only if they still stand. */
    private static final String STARTED_AT = "startedAt";
    /** Variable: the seq of the submission that completed the draft task. */
    private static final String SUBMISSION = "submission";
    /** Prefix of a variable for each task: the seq of the last decision that completed the task. */
    private static final String CONSUMED = "consumed:";

    private static final String DROPPED = "next-edition-dropped";

    private final RuntimeService runtime;
    private final TaskService tasks;
    private final ManagementService management;
    private final JdbcTemplate engineStore;
    private final TransactionTemplate transactions;
    private final Engine engine;
    private final Workflows workflows;
    private final Clock clock;

    Processes(
            @Lazy RuntimeService runtime,
            @Lazy TaskService tasks,
            @Lazy ManagementService management,
            DataSource engineStore,
            PlatformTransactionManager transactions,
            Engine engine,
            Workflows workflows,
            Clock clock) {
        this.transactions = new TransactionTemplate(transactions);
        this.engine = engine;
        this.management = management;
        this.engineStore = new JdbcTemplate(engineStore);
        this.clock = clock;
        this.runtime = runtime;
        this.tasks = tasks;
        this.workflows = workflows;
    }

    /** The process of the edition. If two nodes started one each at the same time, all nodes choose the same of the two: the older one. */
    Optional<ProcessInstance> of(EditionId id) {
        return runtime.createProcessInstanceQuery().processInstanceBusinessKey(id.toString()).list().stream()
                .min(Comparator.comparing(ProcessInstance::getStartTime).thenComparing(ProcessInstance::getId));
    }

    /**
     * The state of an edition in the engine.
     *
     * @param processes the number of its processes; more than one only until the edition is settled
     * @param led the name of the process, which says how far it followed the log and what it waits for; null if it has no name yet
     * @param tasks the BPMN ids of the open tasks
     */
    record Standing(int processes, @Nullable String led, List<String> tasks) {
        private Standing and(Standing other) {
            return new Standing(
                    processes + other.processes,
                    led,
                    Stream.concat(tasks.stream(), other.tasks.stream()).toList());
        }

        /** Whether the edition has exactly one process, and this process has followed the log up to this end. */
        boolean isRight(LogEnd end) {
            return processes == 1 && ledTo(end.length(), end.at(), tasks).equals(led);
        }
    }

    /**
     * The name of a process that followed a log up to an entry and then had these open tasks.
     *
     * @param length the number of entries of the log
     * @param at the instant of the last entry
     */
    private static String ledTo(int length, Instant at, Collection<String> tasks) {
        return length + "@" + at.toEpochMilli() + " "
                + Integer.toHexString(tasks.stream().sorted().toList().hashCode());
    }

    /**
     * The state in the engine of each edition that has a process. One SQL query reads the few columns needed; the engine's own queries
     * would load every process and task completely.
     */
    Map<EditionId, Standing> standings() {
        var standings = new HashMap<EditionId, Standing>();
        engineStore.query(
                "select p.BUSINESS_KEY_, p.ID_, p.NAME_, t.TASK_DEF_KEY_ from "
                        + management.getTableName(ProcessInstance.class) + " p left join "
                        + management.getTableName(Task.class)
                        + " t on t.PROC_INST_ID_ = p.ID_ where p.PARENT_ID_ is null and p.BUSINESS_KEY_ is not null order by p.ID_",
                (ResultSet row) -> {
                    String last = "";
                    while (row.next()) {
                        String task = row.getString(4);
                        boolean another = !row.getString(2).equals(last);
                        last = row.getString(2);
                        standings.merge(
                                EditionId.parse(row.getString(1)),
                                new Standing(
                                        another ? 1 : 0, row.getString(3), task == null ? List.of() : List.of(task)),
                                Standing::and);
                    }
                    return standings;
                });
        return standings;
    }

    /** The editions of these processes, by process instance id. */
    Map<String, EditionId> businessKeys(List<String> processInstanceIds) {
        return processInstanceIds.isEmpty()
                ? Map.of()
                : runtime
                        .createProcessInstanceQuery()
                        .processInstanceIds(Set.copyOf(processInstanceIds))
                        .list()
                        .stream()
                        .collect(Collectors.toMap(
                                ProcessInstance::getId, process -> EditionId.parse(process.getBusinessKey())));
    }

    /**
     * Brings the process of the edition in line with its log, in one transaction: others see the process before or after, and no state in
     * between.
     *
     * @param workflow the workflow to start if a new process is needed
     * @return whether the process moved, so that the log may have grown meanwhile
     */
    boolean settle(Edition edition, Workflow workflow) {
        return engine.retry(() -> Boolean.TRUE.equals(transactions.execute(status -> lead(edition, workflow))));
    }

    private boolean lead(Edition edition, Workflow workflow) {
        dropDoubles(edition.id());
        var found = of(edition.id());
        if (edition.state().isOver()) {
            found.ifPresent(process -> end(process, edition));
            return false;
        }
        if (found.isPresent() && !canHaveComeFrom(found.get(), edition))
            return isLedAnew(found.get(), edition, workflow);
        var process = found.orElseGet(() -> start(edition, workflow));
        if (isAdvanced(process, edition)) return true;
        if (found.isPresent() && !isWhereItShouldBe(process, edition)) return isLedAnew(process, edition, workflow);
        note(process, edition);
        return false;
    }

    private boolean isLedAnew(ProcessInstance process, Edition edition, Workflow workflow) {
        log.warn("the process of edition {} does not fit its log; it is led through it anew", edition.id());
        runtime.deleteProcessInstance(process.getId(), "rebuilt from the edition log");
        var anew = start(edition, workflow);
        boolean moved = isAdvanced(anew, edition);
        note(anew, edition);
        // a process that the same log leads elsewhere again is not led in circles
        return moved && isWhereItShouldBe(anew, edition);
    }

    private boolean isAdvanced(ProcessInstance process, Edition edition) {
        boolean moved = false;
        while (advance(process, edition)) moved = true;
        return moved;
    }

    /** Whether the open tasks are those that the log implies. Also true while the process has a job, which is about to change them. */
    private boolean isWhereItShouldBe(ProcessInstance process, Edition edition) {
        var should = workflows.ofDefinition(process.getProcessDefinitionId()).open(edition).stream()
                .map(Step::id)
                .collect(Collectors.toSet());
        return should.equals(Set.copyOf(openTasks(process)))
                || management
                                .createJobQuery()
                                .processInstanceId(process.getId())
                                .count()
                        > 0;
    }

    private List<String> openTasks(ProcessInstance process) {
        return tasksOf(process).stream().map(Task::getTaskDefinitionKey).toList();
    }

    /** Notes in the name of the process how far it followed the log, so that the reconciler can tell whether it is up to date. */
    private void note(ProcessInstance process, Edition edition) {
        String name = ledTo(edition.log().size(), edition.log().getLast().at(), openTasks(process));
        if (!name.equals(process.getName()) && of(edition.id()).isPresent())
            runtime.setProcessInstanceName(process.getId(), name);
    }

    /** Ends the processes of an edition that does not exist, as after MongoDB was restored to a time before the edition was opened. */
    void endStray(EditionId id) {
        log.warn("edition {} is driven and does not exist; its process is ended", id);
        runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(id.toString())
                .list()
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "of no edition"));
    }

    private void dropDoubles(EditionId id) {
        var all = runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(id.toString())
                .list();
        if (all.size() < 2) return;
        String kept = of(id).orElseThrow().getId();
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
        if (of(edition.id()).isPresent()) runtime.deleteProcessInstance(process.getId(), "edition " + message);
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
    private boolean canHaveComeFrom(ProcessInstance process, Edition edition) {
        var variables = runtime.getVariables(process.getId());
        int submission = edition.submissionEntry().map(LogEntry::seq).orElse(-1);
        boolean drafting = tasksOf(process).stream()
                .anyMatch(task -> step(process, task).filter(Step::isDrafting).isPresent());
        boolean aheadOfTheLog = variables.entrySet().stream()
                .anyMatch(variable -> variable.getKey().startsWith(CONSUMED)
                        && (Integer) variable.getValue() >= edition.log().size());
        return isLedAlong(process, edition)
                && !aheadOfTheLog
                && (drafting || Integer.valueOf(submission).equals(variables.get(SUBMISSION)));
    }

    private static boolean isLedAlong(ProcessInstance process, Edition edition) {
        if (process.getName() == null) return true;
        int length = Integer.parseInt(
                process.getName().substring(0, process.getName().indexOf('@')));
        return length <= edition.log().size()
                && process.getName()
                        .startsWith(length + "@"
                                + edition.log().get(length - 1).at().toEpochMilli() + " ");
    }

    /** Replays the next step of the log, if there is one; returns whether the process moved. */
    private boolean advance(ProcessInstance process, Edition edition) {
        if (of(edition.id()).isEmpty()) return false;
        var variables = runtime.getVariables(process.getId());
        for (Task task : tasksOf(process)) {
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
            var waved = step.flatMap(it -> wavedThrough(edition, it));
            if (waved.isPresent()) {
                complete(task, edition, waved.get().id(), edition.log().size() - 1);
                return true;
            }
        }
        var dropped = edition.isRevisionCalled() ? Optional.<Execution>empty() : waitingFor(process, DROPPED);
        dropped.ifPresent(waiting -> runtime.messageEventReceived(DROPPED, waiting.getId()));
        return dropped.isPresent() || (edition.isReviewDueMarked() && fireDueTimer(process));
    }

    /** Fires the first timer that is due: the log says already that the review is due, so a rebuilt process need not wait for the job. */
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

    /** The outcome that imported evidence stands for: such evidence replaces every decision on the way to publication. */
    private static Optional<Outcome> wavedThrough(Edition edition, Step step) {
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

    List<Task> tasksOf(ProcessInstance process) {
        return tasks.createTaskQuery().processInstanceId(process.getId()).list();
    }

    /** The open tasks of the edition, read in one query: between two queries another node may rebuild the process. */
    List<Task> tasksOf(EditionId id) {
        var all = tasks.createTaskQuery()
                .processInstanceBusinessKey(id.toString())
                .list();
        boolean isOne = all.stream().map(Task::getProcessInstanceId).distinct().count() < 2;
        if (isOne) return all;
        String kept = of(id).map(ProcessInstance::getId).orElse("");
        return all.stream()
                .filter(task -> kept.equals(task.getProcessInstanceId()))
                .toList();
    }

    /** The open task of the edition with this BPMN id. */
    Optional<Task> taskOf(EditionId id, String task) {
        return tasksOf(id).stream()
                .filter(it -> it.getTaskDefinitionKey().equals(task))
                .findFirst();
    }

    Optional<Step> step(ProcessInstance process, Task task) {
        return workflows.ofDefinition(process.getProcessDefinitionId()).step(task.getTaskDefinitionKey());
    }

    /** The number of processes of the workflow at each activity, by activity id; the engine's store counts them. */
    Map<String, Integer> standing(String workflow) {
        var standing = new HashMap<String, Integer>();
        engineStore.query(
                "select a.ACT_ID_, count(*) from ACT_RU_ACTINST a join "
                        + management.getTableName(ProcessDefinition.class)
                        + " d on d.ID_ = a.PROC_DEF_ID_ where a.END_TIME_ is null and d.KEY_ = ? group by a.ACT_ID_",
                (ResultSet row) -> {
                    standing.put(row.getString(1), row.getInt(2));
                },
                workflow);
        return standing;
    }

    /** The ids of the activities of the process: under true the active ones, under false the completed ones. */
    Map<Boolean, List<String>> activities(ProcessInstance process) {
        return runtime.createActivityInstanceQuery().processInstanceId(process.getId()).list().stream()
                .filter(activity -> !activity.getActivityType().equals("sequenceFlow"))
                .collect(Collectors.partitioningBy(
                        activity -> activity.getEndTime() == null,
                        Collectors.mapping(
                                ActivityInstance::getActivityId,
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        ids -> ids.stream().distinct().toList()))));
    }
}
