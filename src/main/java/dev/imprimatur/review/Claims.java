// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.flowable.engine.TaskService;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Says who works on an open task: a person claims a task, gives it back, or assigns it to somebody else. */
@Component
public class Claims {
    private final Permissions permissions;
    private final TaskService tasks;
    private final Processes processes;
    private final Inbox inbox;
    private final GuideReconciler reconciler;
    private final Assignments assignments;
    private final Engine engine;
    private final Clock clock;
    private final List<Consumer<Assigned>> listeners = new CopyOnWriteArrayList<>();

    Claims(
            @Lazy TaskService tasks,
            Processes processes,
            Inbox inbox,
            GuideReconciler reconciler,
            Assignments assignments,
            Engine engine,
            Permissions permissions,
            Clock clock) {
        this.clock = clock;
        this.permissions = permissions;
        this.tasks = tasks;
        this.processes = processes;
        this.inbox = inbox;
        this.reconciler = reconciler;
        this.assignments = assignments;
        this.engine = engine;
    }

    /** Assigns the task to the person who asks. */
    public OpenTask claim(String id, Person me) {
        return engine.require(() -> doClaim(id, me));
    }

    private OpenTask doClaim(String id, Person me) {
        var task = require(id);
        if (!task.isOpenTo(me)) throw wrongRole(task);
        permissions.mustAllow(me, task.guide(), task.takers());
        if (task.assignee() != null && !me.account().equals(task.assignee()))
            throw Refusal.conflict(
                            "claimed",
                            task.assignee()
                                    + " has claimed this task; ask them to give it back, or have it assigned to you")
                    .raise();
        return setAssignee(task, me.account());
    }

    /** Gives the task back to its group, so that nobody is assigned to it. */
    public OpenTask unclaim(String id, Person me) {
        return engine.require(() -> doUnclaim(id, me));
    }

    private OpenTask doUnclaim(String id, Person me) {
        var task = require(id);
        if (task.assignee() != null && !me.account().equals(task.assignee()) && !me.has("ADMIN"))
            throw Refusal.forbidden("not-yours", task.assignee() + " has claimed this task")
                    .raise();
        return setAssignee(task, null);
    }

    /**
     * Assigns the task to another person.
     *
     * @param to a person who has the role of the task
     */
    public OpenTask assign(String id, Person to, Person me) {
        var task = engine.require(() -> doAssign(id, to, me));
        var assigned = new Assigned(task, to.account(), me.account(), clock.instant());
        listeners.forEach(listener -> listener.accept(assigned));
        return task;
    }

    /**
     * A task that somebody assigned.
     *
     * @param to the username of the person who has the task now
     * @param by the username of the person who assigned it
     */
    public record Assigned(OpenTask task, String to, String by, Instant at) {}

    /** Calls the listener with each task that is assigned on this node from now on. The listener must not wait and not fail. */
    public void onAssign(Consumer<Assigned> listener) {
        listeners.add(listener);
    }

    private OpenTask doAssign(String id, Person to, Person me) {
        var task = require(id);
        if (!task.isFor(me) && !me.has("ADMIN"))
            throw Refusal.forbidden(
                            "wrong-role",
                            "only somebody with the role " + task.role() + " or an administrator assigns “"
                                    + task.name() + "”")
                    .raise();
        if (!me.has("ADMIN")) permissions.mustAllow(me, task.guide(), task.roles());
        if (!task.isOpenTo(to)) throw cannotTake(to, task);
        if (!permissions.allows(to, task.guide(), task.takers()))
            throw Refusal.conflict(
                            "out-of-scope", to.name() + " has the role " + task.role() + ", but not for this guide")
                    .raise();
        return setAssignee(task, to.account());
    }

    private static RuntimeException cannotTake(Person to, OpenTask task) {
        return Refusal.conflict(
                        "wrong-role",
                        to.name() + " does not have the role " + task.role() + ", which “" + task.name() + "” is for")
                .raise();
    }

    private OpenTask setAssignee(OpenTask task, @Nullable String account) {
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

    /** The open task with this id, after its process was brought in line with the log; refuses a task that is not open. */
    private OpenTask require(String id) {
        var taskId = TaskId.parse(id);
        if (reconciler.openTask(taskId).isEmpty()) throw TaskId.missing();
        return open(taskId);
    }

    private OpenTask open(TaskId id) {
        return inbox.fromEngine(id.edition()).stream()
                .filter(task -> task.id().equals(id.toString()))
                .findFirst()
                .orElseThrow(TaskId::missing);
    }

    private static RuntimeException wrongRole(OpenTask task) {
        return Refusal.forbidden("wrong-role", "this task is for the role " + task.role())
                .raise();
    }
}
