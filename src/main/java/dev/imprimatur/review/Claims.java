// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says who works on an open task: a person claims a task, gives it back, or assigns it to somebody else. */
@Component
public class Claims {
    private final Permissions permissions;
    private final Processes processes;
    private final Inbox inbox;
    private final GuideReconciler reconciler;
    private final Assignments assignments;
    private final Engine engine;
    private final Holders holders;
    private final ClaimStore claims;

    Claims(
            Processes processes,
            Inbox inbox,
            GuideReconciler reconciler,
            Assignments assignments,
            Engine engine,
            Permissions permissions,
            Holders holders,
            ClaimStore claims) {
        this.holders = holders;
        this.claims = claims;
        this.permissions = permissions;
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
        return change(task, holder -> {
            if (holder != null && !me.account().equals(holder))
                throw Refusal.conflict(
                                "claimed",
                                holder + " has claimed this task; ask them to give it back, or have it assigned to you")
                        .raise();
            return Holders.Change.claimed(me.account());
        });
    }

    /** Gives the task back to its group, so that nobody is assigned to it. */
    public OpenTask unclaim(String id, Person me) {
        return engine.require(() -> doUnclaim(id, me));
    }

    private OpenTask doUnclaim(String id, Person me) {
        var task = require(id);
        return change(task, holder -> {
            if (holder != null && !me.account().equals(holder) && !me.has("ADMIN"))
                throw Refusal.forbidden("not-yours", holder + " has claimed this task")
                        .raise();
            return Holders.Change.returned(me.account());
        });
    }

    /**
     * Assigns the task to another person.
     *
     * @param to a person who has the role of the task
     */
    public OpenTask assign(String id, Person to, Person me) {
        return engine.require(() -> doAssign(id, to, me));
    }

    /** Calls the listener with each claim that gives a task to somebody on this node. The listener must not wait and not fail. */
    public void onAssign(Consumer<Claim> listener) {
        holders.onAssign(listener);
    }

    /** The claims that gave a task to somebody at this instant or later, and that are still the claims of their tasks. */
    public List<Claim> assignedSince(Instant from) {
        return claims.assignedSince(from);
    }

    /** Who has the task according to the claims, also while the engine is unavailable. */
    public Optional<Claim> of(OpenTask task) {
        return holders.of(TaskId.parse(task.id()));
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
        return change(task, holder -> new Holders.Change(to.account(), me.account(), null, false, true));
    }

    private static RuntimeException cannotTake(Person to, OpenTask task) {
        return Refusal.conflict(
                        "wrong-role",
                        to.name() + " does not have the role " + task.role() + ", which “" + task.name() + "” is for")
                .raise();
    }

    /**
     * Changes who has the task.
     *
     * @param rule returns the change for whoever has the task, or refuses it
     */
    private OpenTask change(OpenTask task, Function<@Nullable String, Holders.Change> rule) {
        var id = TaskId.parse(task.id());
        for (; ; ) {
            var open = processes.taskOf(task.edition().id(), task.task()).orElseThrow(TaskId::missing);
            var claim = holders.of(id).orElse(null);
            String holder = claim == null ? open.getAssignee() : claim.person();
            var wanted = rule.apply(holder);
            if (Objects.equals(holder, wanted.person())) holders.follow(id, open);
            else if (!holders.change(claim, id, open, wanted)) continue;
            // the role may have been removed since the account was read
            if (wanted.person() != null && !assignments.mayHave(wanted.person(), open)) {
                assignments.release(open, wanted.person());
                throw Refusal.conflict("wrong-role", wanted.person() + " may not take this task any more")
                        .raise();
            }
            return open(id);
        }
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
