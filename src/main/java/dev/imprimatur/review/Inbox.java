// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.absences.Absence;
import dev.imprimatur.absences.Absences;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Rows;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.ManagementService;
import org.flowable.engine.TaskService;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Lists open tasks: those that a person may take, and those of an edition. */
@Component
public class Inbox {
    private static final int BATCH = 500;
    /** The greatest number of tasks that is counted for somebody with limited roles. */
    private static final int MOST_COUNTED = 1_000;

    private final Permissions permissions;
    private final TaskService tasks;
    private final ManagementService management;
    private final Processes processes;
    private final Workflows workflows;
    private final Guides guides;
    private final Editions editions;
    private final Engine engine;
    private final LoggedTasks loggedTasks;
    private final ClaimStore claims;
    private final Absences absences;

    Inbox(
            @Lazy TaskService tasks,
            @Lazy ManagementService management,
            Processes processes,
            Workflows workflows,
            Guides guides,
            Editions editions,
            Engine engine,
            LoggedTasks loggedTasks,
            Permissions permissions,
            ClaimStore claims,
            Absences absences) {
        this.claims = claims;
        this.absences = absences;
        this.permissions = permissions;
        this.engine = engine;
        this.loggedTasks = loggedTasks;
        this.tasks = tasks;
        this.management = management;
        this.processes = processes;
        this.workflows = workflows;
        this.guides = guides;
        this.editions = editions;
    }

    /**
     * Which tasks to list.
     *
     * @param mine only tasks assigned to me
     * @param decisions only tasks that ask for a decision, and no drafts
     * @param group only tasks that this role may take; null for tasks that my roles may take or that are assigned to me
     * @param type only tasks on guides of this type; null for all types
     * @param dueBefore only tasks due before this instant; null for all tasks
     */
    public record Query(
            boolean mine,
            boolean decisions,
            @Nullable String group,
            @Nullable String type,
            @Nullable Instant dueBefore) {
        /** The page of this query at the cursor; the first page if the cursor is null. */
        public Window window(@Nullable String cursor, int limit) {
            return Window.of(Selection.of("tasks", mine, decisions, group, type, dueBefore), cursor, limit);
        }
    }

    /** The number of decisions that the person may take, plus the number of drafts assigned to the person. */
    public long waiting(Person me) {
        return me.roles().isEmpty()
                ? 0
                : engine.read(
                        () -> me.isLimited() ? countInScope(me) : countInEngine(me), () -> loggedTasks.waiting(me));
    }

    /** Whether the tasks come from the engine; if false, they are derived from the edition logs, since the engine is unavailable. */
    public boolean isFromEngine() {
        return engine.isAvailable();
    }

    private long countInEngine(Person me) {
        long decisions = tasks.createTaskQuery()
                .taskDefinitionKeys(workflows.decisionTasks())
                .or()
                .taskCandidateGroupIn(me.roles())
                .ignoreAssigneeValue()
                .taskAssignee(me.account())
                .endOr()
                .count();
        return decisions + draftsOf(me);
    }

    /** The tasks of a person with limited roles are counted as they are listed, because the engine does not know guides. */
    private long countInScope(Person me) {
        var decisions = new TaskRows(tasks, management)
                .forAnyOfOrAssignedTo(me.roles(), me.account())
                .ofSteps(workflows.decisionTasks());
        return offered(null, me, decisions).beside(null, false, MOST_COUNTED).size() + draftsOf(me);
    }

    private long draftsOf(Person me) {
        return tasks.createTaskQuery().taskAssignee(me.account()).list().stream()
                .filter(task -> !workflows.decisionTasks().contains(task.getTaskDefinitionKey()))
                .count();
    }

    private record TaskOfEdition(Task task, EditionId edition) {}

    /**
     * A page of open tasks, ordered by due date and then by age; tasks without a due date come last.
     *
     * @param window a page of the query
     */
    public Page<OpenTask> list(Query query, Window window, Person me) {
        return engine.read(() -> listFromEngine(query, window, me), () -> loggedTasks.list(query, window, me));
    }

    private Page<OpenTask> listFromEngine(Query query, Window window, Person me) {
        var matching = new TaskRows(tasks, management);
        if (query.mine()) matching.assignedTo(me.account());
        if (query.group() != null) matching.forAnyOf(List.of(query.group()));
        if (!query.mine() && query.group() == null) {
            if (me.roles().isEmpty()) return new Page<>(List.of(), null, null);
            matching.forAnyOfOrAssignedTo(me.roles(), me.account());
        }
        if (query.decisions()) matching.ofSteps(workflows.decisionTasks());
        if (query.dueBefore() != null) matching.dueBefore(query.dueBefore());
        Rows<Task> rows = query.type() == null && !me.isLimited() ? matching : offered(query.type(), me, matching);
        var page = window.page(rows, TaskRows::place);
        return new Page<>(
                withEditions(page.items())
                        .flatMap(it -> open(it.task(), it.edition()).stream())
                        .toList(),
                page.previous(),
                page.next());
    }

    private Stream<TaskOfEdition> withEditions(List<Task> open) {
        var keys = processes.businessKeys(
                open.stream().map(Task::getProcessInstanceId).toList());
        return open.stream()
                .flatMap(task -> Optional.ofNullable(keys.get(task.getProcessInstanceId()))
                        .map(edition -> new TaskOfEdition(task, edition))
                        .stream());
    }

    /**
     * The tasks on guides of a type that the limits of the person's roles allow. The engine does not know guides, so its tasks are read in
     * batches until enough match.
     */
    private Rows<Task> offered(@Nullable String type, Person me, Rows<Task> all) {
        return (from, back, most) -> {
            var ofType = guides.cached().stream()
                    .filter(guide -> type == null || guide.type().equals(type))
                    .collect(Collectors.toMap(Guide::id, Function.identity()));
            var matching = new ArrayList<Task>();
            for (var at = from; ; ) {
                var batch = all.beside(at, back, BATCH);
                withEditions(batch)
                        .filter(it -> Optional.ofNullable(
                                        ofType.get(it.edition().guide()))
                                .filter(guide -> isOffered(it.task(), guide, me))
                                .isPresent())
                        .map(TaskOfEdition::task)
                        .limit((long) most - matching.size())
                        .forEach(matching::add);
                if (matching.size() == most || batch.size() < BATCH) return matching;
                at = TaskRows.place(batch.getLast());
            }
        };
    }

    /** Whether the task is for a role that the person does not have, or for one whose limits allow the guide. */
    private boolean isOffered(Task task, Guide guide, Person me) {
        return workflows
                .ofDefinition(task.getProcessDefinitionId())
                .step(task.getTaskDefinitionKey())
                .filter(step -> me.has(step.group()))
                .map(step -> permissions.allowsByCard(me, guide, step.group()))
                // it was passed on to a role of the person
                .orElseGet(() -> permissions.allowsByCard(me, guide, me.roles().toArray(String[]::new)));
    }

    /** The open tasks of an edition, in the order of its workflow. */
    public List<OpenTask> of(EditionId id) {
        return engine.read(() -> fromEngine(id), () -> loggedTasks.of(id));
    }

    /** The open tasks of an edition, read from the engine. */
    List<OpenTask> fromEngine(EditionId id) {
        var open = processes.tasksOf(id);
        if (open.size() < 2)
            return open.stream().flatMap(task -> open(task, id).stream()).toList();
        var order = workflows.ofDefinition(open.getFirst().getProcessDefinitionId()).steps().stream()
                .map(Workflow.Step::id)
                .toList();
        return open.stream()
                .sorted(Comparator.comparingInt(task -> order.indexOf(task.getTaskDefinitionKey())))
                .flatMap(task -> open(task, id).stream())
                .toList();
    }

    Optional<OpenTask> open(Task task, EditionId id) {
        return workflows
                .ofDefinition(task.getProcessDefinitionId())
                .step(task.getTaskDefinitionKey())
                .map(step -> open(task, step, guides.require(id.guide()), editions.get(id)));
    }

    /** For whom the assignee has the task. Only tasks that somebody has need a look. */
    private OpenTask.@Nullable InsteadOf insteadOf(TaskId id, @Nullable String assignee) {
        if (assignee == null) return null;
        return claims.find(id)
                .filter(claim -> assignee.equals(claim.person()))
                .map(Claim::insteadOf)
                .map(absent -> new OpenTask.InsteadOf(
                        absent, absences.of(absent).map(Absence::until).orElse(null)))
                .orElse(null);
    }

    private OpenTask open(Task task, Workflow.Step step, Guide guide, Edition edition) {
        return new OpenTask(
                TaskId.of(edition, step.id()).toString(),
                step.name(),
                step.id(),
                step.group(),
                edition.escalatedTo(step.id()),
                guide,
                edition,
                step.isDrafting() ? null : edition.underReview().orElse(null),
                step.outcomes(),
                task.getDueDate() == null ? null : task.getDueDate().toInstant(),
                task.getAssignee(),
                insteadOf(TaskId.of(edition, step.id()), task.getAssignee()),
                task.getCreateTime().toInstant(),
                false);
    }
}
