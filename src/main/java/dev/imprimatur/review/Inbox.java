// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Rows;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.ManagementService;
import org.flowable.engine.TaskService;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The open tasks of the people: lists them, claims them, gives them back and assigns them. */
@Component
public class Inbox {
    private static final int BATCH = 500;

    private final TaskService tasks;
    private final ManagementService management;
    private final Review review;
    private final Processes processes;
    private final Workflows workflows;
    private final Guides guides;
    private final Editions editions;
    private final Assignments assignments;
    private final Engine engine;
    private final LoggedTasks logged;

    Inbox(
            @Lazy TaskService tasks,
            @Lazy ManagementService management,
            Review review,
            Processes processes,
            Workflows workflows,
            Guides guides,
            Editions editions,
            Assignments assignments,
            Engine engine,
            LoggedTasks logged) {
        this.engine = engine;
        this.logged = logged;
        this.review = review;
        this.assignments = assignments;
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
        return me.roles().isEmpty() ? 0 : engine.tell(() -> counted(me), () -> logged.waiting(me));
    }

    /** Whether the tasks come from the engine; if false, they are derived from the edition logs, since the engine is unavailable. */
    public boolean isWhole() {
        return engine.answers();
    }

    private long counted(Person me) {
        long decisions = tasks.createTaskQuery()
                .taskDefinitionKeys(workflows.deciding())
                .or()
                .taskCandidateGroupIn(me.roles())
                .ignoreAssigneeValue()
                .taskAssignee(me.account())
                .endOr()
                .count();
        long drafts = tasks.createTaskQuery().taskAssignee(me.account()).list().stream()
                .filter(task -> !workflows.deciding().contains(task.getTaskDefinitionKey()))
                .count();
        return decisions + drafts;
    }

    private record Placed(Task task, EditionId edition) {}

    /**
     * A page of open tasks, ordered by due date and then by age; tasks without a due date come last.
     *
     * @param window a page of the query
     */
    public Page<OpenTask> list(Query query, Window window, Person me) {
        return engine.tell(() -> asked(query, window, me), () -> logged.list(query, window, me));
    }

    private Page<OpenTask> asked(Query query, Window window, Person me) {
        var wanted = new TaskRows(tasks, management);
        if (query.mine()) wanted.assignedTo(me.account());
        if (query.group() != null) wanted.forAnyOf(List.of(query.group()));
        if (!query.mine() && query.group() == null) {
            if (me.roles().isEmpty()) return new Page<>(List.of(), null, null);
            wanted.forAnyOfOrAssignedTo(me.roles(), me.account());
        }
        if (query.decisions()) wanted.ofSteps(workflows.deciding());
        if (query.dueBefore() != null) wanted.dueBefore(query.dueBefore());
        Rows<Task> rows = query.type() == null ? wanted : ofType(query.type(), wanted);
        var page = window.page(rows, TaskRows::place);
        return new Page<>(
                placed(page.items())
                        .flatMap(it -> open(it.task(), it.edition()).stream())
                        .toList(),
                page.previous(),
                page.next());
    }

    private Stream<Placed> placed(List<Task> open) {
        var keys = processes.businessKeys(
                open.stream().map(Task::getProcessInstanceId).toList());
        return open.stream()
                .flatMap(
                        task -> Optional.ofNullable(keys.get(task.getProcessInstanceId()))
                                .map(edition -> new Placed(task, edition))
                                .stream());
    }

    /** The tasks on guides of a type. The engine does not know types, so its tasks are read in batches until enough match. */
    private Rows<Task> ofType(String type, Rows<Task> all) {
        return (from, back, most) -> {
            var ofType = guides.cached().stream()
                    .filter(guide -> guide.type().equals(type))
                    .map(Guide::id)
                    .collect(Collectors.toSet());
            var found = new ArrayList<Task>();
            for (var at = from; ; ) {
                var some = all.beside(at, back, BATCH);
                placed(some)
                        .filter(it -> ofType.contains(it.edition().guide()))
                        .map(Placed::task)
                        .limit((long) most - found.size())
                        .forEach(found::add);
                if (found.size() == most || some.size() < BATCH) return found;
                at = TaskRows.place(some.getLast());
            }
        };
    }

    /** The open tasks of an edition. */
    public List<OpenTask> of(EditionId id) {
        return engine.tell(() -> driven(id), () -> logged.of(id));
    }

    private List<OpenTask> driven(EditionId id) {
        return processes.tasksOf(id).stream()
                .flatMap(task -> open(task, id).stream())
                .toList();
    }

    private Optional<OpenTask> open(Task task, EditionId id) {
        return workflows
                .ofDefinition(task.getProcessDefinitionId())
                .step(task.getTaskDefinitionKey())
                .map(step -> open(task, step, guides.require(id.guide()), editions.get(id)));
    }

    private static OpenTask open(Task task, Workflow.Step step, Guide guide, Edition edition) {
        return new OpenTask(
                new TaskId(edition.id(), step.id(), edition.round(step.id())).toString(),
                step.name(),
                step.id(),
                step.group(),
                guide,
                edition,
                step.isDrafting() ? null : edition.underReview().orElse(null),
                step.outcomes(),
                task.getDueDate() == null ? null : task.getDueDate().toInstant(),
                task.getAssignee(),
                task.getCreateTime().toInstant(),
                false);
    }

    /** Assigns the task to the person who asks. */
    public OpenTask claim(String id, Person me) {
        return engine.need(() -> claimed(id, me));
    }

    private OpenTask claimed(String id, Person me) {
        var task = require(id);
        if (!me.has(task.group())) throw mayNot(task);
        if (task.assignee() != null && !me.account().equals(task.assignee()))
            throw Refusal.conflict("claimed", task.assignee() + " has this task; ask them or have it assigned to you")
                    .raise();
        return assigned(task, me.account());
    }

    /** Gives the task back to its group, so that nobody is assigned to it. */
    public OpenTask unclaim(String id, Person me) {
        return engine.need(() -> givenBack(id, me));
    }

    private OpenTask givenBack(String id, Person me) {
        var task = require(id);
        if (task.assignee() != null && !me.account().equals(task.assignee()) && !me.has("ADMIN"))
            throw Refusal.forbidden("not-yours", task.assignee() + " has this task")
                    .raise();
        return assigned(task, null);
    }

    /**
     * Assigns the task to another person.
     *
     * @param to a person who has the role of the task
     */
    public OpenTask assign(String id, Person to, Person me) {
        return engine.need(() -> handedOn(id, to, me));
    }

    private OpenTask handedOn(String id, Person to, Person me) {
        var task = require(id);
        if (!me.has(task.group()) && !me.has("ADMIN"))
            throw Refusal.forbidden(
                            "wrong-role",
                            "only somebody with the role " + task.role() + " or an administrator hands on “"
                                    + task.name() + "”")
                    .raise();
        if (!to.has(task.group())) throw cannotTake(to, task);
        return assigned(task, to.account());
    }

    private static RuntimeException cannotTake(Person to, OpenTask task) {
        return Refusal.conflict(
                        "wrong-role",
                        to.name() + " does not have the role " + task.role() + ", which “" + task.name() + "” is for")
                .raise();
    }

    private OpenTask assigned(OpenTask task, @Nullable String account) {
        var open = processes.taskOf(task.edition().id(), task.task()).orElseThrow(TaskId::missing);
        tasks.setAssignee(open.getId(), account);
        // the role may have been removed since the account was read
        if (account != null && !assignments.mayHave(account, open)) {
            tasks.setAssignee(open.getId(), null);
            throw Refusal.conflict("wrong-role", account + " may not take this task any more")
                    .raise();
        }
        return open(TaskId.parse(task.id()));
    }

    /** The open task with this id, after its process was brought in line with the log. */
    private OpenTask require(String id) {
        var sought = TaskId.parse(id);
        if (!review.isOpen(sought)) throw TaskId.missing();
        return open(sought);
    }

    private OpenTask open(TaskId id) {
        return driven(id.edition()).stream()
                .filter(task -> task.id().equals(id.toString()))
                .findFirst()
                .orElseThrow(TaskId::missing);
    }

    private static RuntimeException mayNot(OpenTask task) {
        return Refusal.forbidden("wrong-role", "this task is for the role " + task.role())
                .raise();
    }
}
