// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.flowable.engine.TaskService;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Changes who has a task: first the claim in MongoDB, of which one of several concurrent changes succeeds, and then the engine after it. */
@Component
class Holders {
    private final ClaimStore claims;
    private final TaskService tasks;
    private final GuideLocks locks;
    private final Engine engine;
    private final Clock clock;
    private final List<Consumer<Claim>> listeners = new CopyOnWriteArrayList<>();

    Holders(ClaimStore claims, @Lazy TaskService tasks, GuideLocks locks, @Lazy Engine engine, Clock clock) {
        this.claims = claims;
        this.tasks = tasks;
        this.locks = locks;
        this.engine = engine;
        this.clock = clock;
    }

    /**
     * Who is to have a task.
     *
     * @param person null for nobody
     * @param by the username of whoever says so; null for a rule
     * @param insteadOf the absent person for whom it is; null for nobody
     * @param returned whether the task was given back to its group
     * @param isAssigned whether the person did not take it themselves
     */
    record Change(
            @Nullable String person,
            @Nullable String by,
            @Nullable String insteadOf,
            boolean returned,
            boolean isAssigned) {
        static Change claimed(String person) {
            return new Change(person, null, null, false, false);
        }

        static Change returned(String by) {
            return new Change(null, by, null, true, false);
        }

        /** The person may not have the task any more, so it is as if it were new. */
        static Change released() {
            return new Change(null, null, null, false, false);
        }
    }

    /** Calls the listener with each claim that gives a task to somebody on this node. */
    void onAssign(Consumer<Claim> listener) {
        listeners.add(listener);
    }

    Optional<Claim> of(TaskId id) {
        return claims.find(id);
    }

    /**
     * Changes who has the task, if {@code read} is still the claim of it; the engine follows in any case.
     *
     * @param read null if there was no claim
     * @return whether it was changed
     */
    boolean change(@Nullable Claim read, TaskId id, Task task, Change to) {
        var next = new Claim(
                Claim.id(id),
                Claim.step(id),
                id.edition().guide(),
                to.person(),
                to.by(),
                to.insteadOf(),
                to.returned(),
                to.isAssigned(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                read == null ? 1 : read.version() + 1);
        boolean isDone = claims.replace(read, next);
        // the claim counts, also if the engine cannot follow now
        if (isDone && next.isAssigned()) listeners.forEach(listener -> listener.accept(next));
        follow(id, task);
        return isDone;
    }

    /** Brings the engine in line with the claim. Of two nodes that do so, the one that is last has read the last claim. */
    void follow(TaskId id, Task task) {
        locks.hold(
                id.edition().guide(),
                () -> engine.retry(() -> {
                    assign(id, task);
                    return true;
                }));
    }

    /** Assigns the task as the claim says, until the claim does not change meanwhile. */
    private void assign(TaskId id, Task task) {
        for (; ; ) {
            var claim = claims.find(id);
            var open = tasks.createTaskQuery().taskId(task.getId()).singleResult();
            if (claim.isEmpty()
                    || open == null
                    || Objects.equals(open.getAssignee(), claim.get().person())) return;
            tasks.setAssignee(open.getId(), claim.get().person());
        }
    }
}
