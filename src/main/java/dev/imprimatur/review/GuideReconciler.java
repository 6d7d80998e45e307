// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.UnitOfWork;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.flowable.common.engine.api.FlowableException;
import org.flowable.task.api.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Brings the processes of one guide in line with the logs of its editions. */
@Component
class GuideReconciler {
    private static final Logger log = LoggerFactory.getLogger(GuideReconciler.class);
    /** How many times to look for a task that is open according to the log but missing in the engine, and the pause between attempts. */
    private static final int ATTEMPTS = 20;

    private static final Duration PAUSE = Duration.ofMillis(50);
    /** How many guides are remembered that could not be reconciled while the engine was unavailable. */
    private static final int MOST_DEFERRED = 10_000;

    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final LogReplay replay;
    private final Workflows workflows;
    private final ContentTypes types;
    private final Engine engine;
    private final TransactionTemplate transactions;
    private final GuideLocks locks;
    private final Set<String> deferred = ConcurrentHashMap.newKeySet();

    GuideReconciler(
            Guides guides,
            Editions editions,
            Processes processes,
            LogReplay replay,
            Workflows workflows,
            ContentTypes types,
            Engine engine,
            PlatformTransactionManager transactions,
            GuideLocks locks) {
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
        this.replay = replay;
        this.workflows = workflows;
        this.types = types;
        this.engine = engine;
        this.locks = locks;
        this.transactions = new TransactionTemplate(transactions);
    }

    /**
     * Brings the processes of all editions of the guide in line with their logs, in one transaction: others see the processes before or
     * after, and no state in between.
     */
    void reconcile(String guideId) {
        locks.hold(
                guideId,
                () -> editions.together(() -> engine.retry(() -> transactions.execute(status -> {
                    replayAll(guideId);
                    return status;
                }))));
    }

    private void replayAll(String guideId) {
        if (editions.isDeleted(guideId)) {
            editions.of(guideId).forEach(edition -> processes.deleteStray(edition.id()));
            return;
        }
        var type = types.require(guides.require(guideId).type());
        var reconciled = new HashMap<EditionId, Integer>();
        for (; ; ) {
            // one edition may add to the log of another: a newly published edition supersedes the previous one
            var all = editions.of(guideId);
            all.forEach(Edition::mustBeSound);
            editions.mustBeWhole(guideId);
            var grown = all.stream()
                    .filter(edition -> edition.log().size() > reconciled.getOrDefault(edition.id(), 0))
                    .toList();
            if (grown.isEmpty()) return;
            for (var edition : grown)
                reconciled.put(
                        edition.id(),
                        replay.replay(edition, workflows.of(type, edition))
                                .log()
                                .size());
        }
    }

    /** Reconciles many guides in one transaction of the engine. */
    void reconcileTogether(Collection<String> guideIds) {
        locks.holdAll(guideIds, () -> transactions.executeWithoutResult(status -> guideIds.forEach(this::reconcile)));
    }

    /**
     * Reconciles the guide, or leaves it to the {@link Reconciler} while the engine is unavailable, or fails at a step of the workflow. The
     * fact is in the log already.
     */
    void reconcileOrDefer(String guideId) {
        boolean isRepeated = Engine.isRepeated();
        boolean done;
        try {
            done = engine.runIfAvailable(() -> reconcile(guideId));
        } catch (FlowableException failed) {
            if (isRepeated || !Engine.isFault(failed)) throw failed;
            log.error("the engine fails at a step of the workflow of guide {}", guideId, failed);
            return;
        }
        if (!done && deferred.size() < MOST_DEFERRED) deferred.add(guideId);
        if (!done) log.warn("the processes of guide {} stay behind their logs until the engine answers", guideId);
    }

    /** Leaves the guide to the next {@link #catchUp}, or to the {@link Reconciler}. The fact is in the log already. */
    void reconcileLater(String guideId) {
        if (deferred.size() < MOST_DEFERRED) deferred.add(guideId);
    }

    /** As soon as the engine answers again: a schedule that was set meanwhile may be due before the next pass of all guides. */
    @Scheduled(initialDelayString = "1s", fixedDelayString = "1s")
    void catchUp() {
        for (String guideId : List.copyOf(deferred)) {
            try {
                if (!engine.runIfAvailable(() -> reconcile(guideId))) return;
            } catch (RuntimeException failed) {
                log.debug("guide {} is left to the next pass: {}", guideId, failed.toString());
            }
            deferred.remove(guideId);
        }
    }

    /**
     * The task if it is open, after the process was brought in line with the log. If the task is open according to the log but missing
     * in the process, another node is moving the process at this moment; this method then waits and looks again.
     */
    Optional<Task> openTask(TaskId id) {
        for (int attempt = 1; ; attempt++) {
            UnitOfWork.forgetAll();
            reconcile(id.edition().guide());
            var edition = editions.get(id.edition());
            int round = edition.round(id.task());
            if (id.round() < round) return Optional.empty();
            var task = processes.taskOf(id.edition(), id.task());
            if (task.isPresent() || id.round() > round || !isOpenByLog(edition, id.task())) return task;
            if (attempt == ATTEMPTS)
                throw Refusal.unavailable(
                                "unavailable",
                                "the workflow opens this task again at the moment; send the same request again shortly",
                                PAUSE.multipliedBy(ATTEMPTS))
                        .raise();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private boolean isOpenByLog(Edition edition, String task) {
        var type = types.require(guides.require(edition.id().guide()).type());
        return workflows.of(type, edition).openTasks(edition).stream()
                .anyMatch(step -> step.id().equals(task));
    }
}
