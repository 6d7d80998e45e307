// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.review.Claim;
import dev.imprimatur.review.Claims;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.UnitOfWork;
import dev.imprimatur.store.WatchThread;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Follows the edition logs, the comments, and who is given a task. What this node appends is told at once. Every minute and at start, every
 * node also reads what was appended since a cursor that all nodes share, because the node that appended it may have died before it told
 * anybody.
 */
@Component
class Follower implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final int QUEUE = 10_000;
    private static final int REMEMBERED = 20_000;
    /** How far the clocks of nodes may differ, and how long an entry may need to be stored. */
    private static final Duration OVERLAP = Duration.ofMinutes(5);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** How long the facts of one request are waited for, so that a log of which several entries tell is read once. */
    private static final Duration GATHERED = Duration.ofMillis(100);

    private static final int AT_ONCE = 200;
    private static final Duration PRUNE_EVERY = Duration.ofHours(1);

    private final EditionLog editionLog;
    private final Discussions discussions;
    private final Claims claims;
    private final Notifier notifier;
    private final ChatOutbox chats;
    private final Notifications notifications;
    private final FollowerCursors cursors;
    private final LedgerReader ledger;
    private final Clock clock;
    private final Duration oldest;
    private final Duration kept;
    private final int most;
    private final Duration sweepEvery;
    private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(QUEUE);
    /** The events that this node has told, so that it does not work them out again. */
    private final Set<Object> told = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    private volatile boolean missed = true;
    private long sizeSwept = -1;
    private long lastSweep = System.nanoTime();
    private Instant pruneAt = Instant.MIN;
    private final WatchThread thread = new WatchThread("notifications", this::round);

    /**
     * Takes the limits from the configuration.
     *
     * @param oldest of an event that is older than this nobody is told, {@code imprimatur.notifications.oldest}
     * @param kept how long notifications are kept, {@code imprimatur.notifications.kept}
     * @param most how many notifications of a person are kept, {@code imprimatur.notifications.most}
     * @param sweepEvery {@code imprimatur.notifications.sweep-every}
     */
    Follower(
            EditionLog editionLog,
            Discussions discussions,
            Claims claims,
            Notifier notifier,
            ChatOutbox chats,
            Notifications notifications,
            FollowerCursors cursors,
            LedgerReader ledger,
            Clock clock,
            @Value("${imprimatur.notifications.oldest:3d}") Duration oldest,
            @Value("${imprimatur.notifications.kept:90d}") Duration kept,
            @Value("${imprimatur.notifications.most:500}") int most,
            @Value("${imprimatur.notifications.sweep-every:1m}") Duration sweepEvery) {
        this.editionLog = editionLog;
        this.discussions = discussions;
        this.notifier = notifier;
        this.chats = chats;
        this.notifications = notifications;
        this.cursors = cursors;
        this.ledger = ledger;
        this.clock = clock;
        this.oldest = oldest;
        this.kept = kept;
        this.most = most;
        this.sweepEvery = sweepEvery;
        editionLog.onAppend(this::enqueue);
        discussions.onComment(this::enqueue);
        claims.onAssign(this::enqueue);
        this.claims = claims;
    }

    private void enqueue(Object fact) {
        if (!queue.offer(fact)) missed = true;
        thread.wake();
    }

    /** What the node remembers of a fact that it has told. */
    private static Object key(Object fact) {
        return fact instanceof LogEntry entry
                ? entry.edition() + "." + entry.seq()
                : fact instanceof Comment comment
                        ? comment.id()
                        : fact instanceof Claim claim ? claim.id() + "@" + claim.version() : fact;
    }

    private void round() throws InterruptedException {
        try {
            // MongoDB may have been restored from an old backup
            if (isTimeToSweep() && !ledger.isBehind()) {
                lastSweep = System.nanoTime();
                sweep();
                if (clock.instant().isAfter(pruneAt)) {
                    pruneAt = clock.instant().plus(PRUNE_EVERY);
                    prune();
                }
            }
            if (!queue.isEmpty()) {
                thread.pause(GATHERED);
                tellQueued();
            }
        } catch (RuntimeException failed) {
            missed = true;
            if (thread.isRunning()) log.warn("notifications wait: {}", failed.toString());
            thread.pause(PAUSE);
            return;
        }
        thread.pauseUntilWoken(PAUSE);
    }

    /** Tells what was appended. All of it is older than the unit of work, so the logs that are read once there contain it. */
    private void tellQueued() {
        var facts = new ArrayList<Object>();
        queue.drainTo(facts, AT_ONCE);
        if (ledger.isBehind()) missed = true;
        else {
            var _ = UnitOfWork.of(() -> {
                facts.forEach(this::tell);
                return facts;
            });
        }
        if (!queue.isEmpty()) thread.wake();
    }

    private boolean isTimeToSweep() {
        return missed || System.nanoTime() - lastSweep >= sweepEvery.toNanos();
    }

    /** Tells people of everything since the cursor, and moves the cursor. */
    void sweep() {
        var now = clock.instant();
        long size = editionLog.size() + discussions.size();
        var cursor = cursors.orBegin(now);
        var from = cursor.minus(OVERLAP);
        if (from.isBefore(now.minus(oldest))) from = now.minus(oldest);
        // a claim that replaces another one changes no size
        claims.assignedSince(from).forEach(this::tell);
        if (!missed && size == sizeSwept) return;
        missed = false;
        editionLog.since(from, this::tell);
        discussions.since(from, this::tell);
        cursors.advance(now);
        sizeSwept = size;
    }

    private synchronized void tell(Object fact) {
        if (told.contains(key(fact)) || isTooOld(fact)) return;
        try {
            if (fact instanceof LogEntry entry) {
                notifier.tell(entry);
                chats.tell(entry);
            } else if (fact instanceof Comment comment) {
                notifier.tell(comment);
                chats.tell(comment);
            } else if (fact instanceof Claim claim) notifier.tell(claim);
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) throw failed;
            // the same fact fails again, and the others wait for it
            log.warn("nobody is told of {}: {}", key(fact), failed.toString());
        }
        told.add(key(fact));
    }

    private boolean isTooOld(Object fact) {
        var bound = clock.instant().minus(oldest);
        return fact instanceof LogEntry entry && entry.at().isBefore(bound)
                || fact instanceof Comment comment && comment.at().isBefore(bound)
                || fact instanceof Claim claim && claim.at().isBefore(bound);
    }

    private void prune() {
        notifications.deleteBefore(clock.instant().minus(kept));
        // a node that looks for events again must find what it told of them
        notifications.deleteBeyond(most, clock.instant().minus(PRUNE_EVERY));
        chats.deleteBefore(clock.instant().minus(oldest).minus(PRUNE_EVERY));
    }

    @Override
    public void start() {
        cursors.orBegin(clock.instant());
        thread.start();
    }

    @Override
    public void stop() {
        thread.stop();
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
