// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Lease;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.NewLineage;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.ClockReading;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The published guides in memory: the ledger, folded into a {@link Snapshot} up to a position. A request takes one snapshot and answers
 * from that snapshot alone, so that the answer agrees with the position it states. Starting waits until the whole ledger is folded.
 */
@Component
public class Catalogue implements SmartLifecycle, ReadPosition {
    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);
    private static final int BATCH = 500;
    private static final int MOST_PAST_SNAPSHOTS = 16;
    private static final Duration READING_CHECK = Duration.ofMillis(20);

    /**
     * The key of a snapshot of the past. It includes the current position, because guides that were unpublished since are left out.
     */
    private record PastKey(int reading, long currentPosition, int corrections, long pastPosition) {}

    private final LedgerReader ledger;
    private final GuideContents contents;
    private final GuideLoader loader;
    private final RestoredHistories histories;
    private final Duration poll;
    /** The ledger folded as far as it was read. */
    private Snapshot folded = Snapshot.empty(0);
    /** Whether {@link #folded} has some entries of a release and lacks others. */
    private boolean endsInsideRelease;
    /** The snapshot that sites are answered from: {@link #folded}, or {@link Snapshot#UNKNOWN} if the ledger may be outdated. */
    private volatile Snapshot snapshot = folded;
    /** When the latest read began that reached the end of the ledger; null if none has yet. */
    private volatile @Nullable ClockReading confirmed;

    private final Cache<PastKey, Snapshot> pastSnapshots =
            Caffeine.newBuilder().maximumSize(MOST_PAST_SNAPSHOTS).build();
    /** Notified whenever {@link #snapshot} changes. */
    private final Object advanced = new Object();

    private final Future<@Nullable Void> firstFold;
    private volatile boolean running;
    private volatile @Nullable Thread poller;

    /**
     * Starts folding the ledger in a background thread.
     *
     * @param poll how often the ledger is checked for entries of other nodes, {@code imprimatur.delivery.poll}; an embedded store has no
     *     other nodes
     */
    Catalogue(
            LedgerReader ledger,
            NewLineage newLineage,
            ContentTypes types,
            GuideContents contents,
            StoredListValues listValues,
            Lease lease,
            @Value("${imprimatur.delivery.poll:#{'${spring.mongodb.uri:}' == '' ? '1s' : '50ms'}}") Duration poll) {
        if (poll.multipliedBy(2).compareTo(lease.lasts()) > 0)
            throw new IllegalArgumentException(
                    "imprimatur.delivery.poll is at most half of imprimatur.delivery.lease, which it renews");
        this.ledger = ledger;
        this.contents = contents;
        this.loader = new GuideLoader(ledger, types, contents);
        this.histories = new RestoredHistories(ledger, loader, listValues);
        this.poll = poll;
        // with many guides folding takes a while; meanwhile, the rest of the application starts
        var first = new FutureTask<@Nullable Void>(
                () -> {
                    fold();
                    newLineage.begin();
                    advance();
                },
                null);
        Thread.ofPlatform().daemon().name("ledger-fold").start(first);
        this.firstFold = first;
        ledger.onAppend(this::advanceQuietly);
    }

    public Snapshot now() {
        return snapshot;
    }

    /**
     * When the read began that last confirmed the snapshot; null if none has yet. A snapshot taken after this call contains everything that
     * was in the ledger at that time.
     */
    @Nullable
    ClockReading confirmed() {
        return confirmed;
    }

    @Override
    public long position() {
        return snapshot.position();
    }

    @Override
    public boolean await(long position, Duration patience) throws InterruptedException {
        return at(position, patience).isPresent();
    }

    /** Waits until the snapshot has reached the position and returns it; empty if that takes longer than {@code patience}. */
    public Optional<Snapshot> at(long position, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (advanced) {
            while (now().position() < position) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) return Optional.empty();
                advanced.wait(left);
            }
        }
        return Optional.of(now());
    }

    /**
     * The guides that were published at the given instant. Guides that were unpublished since are left out: what was unpublished is never
     * delivered again.
     */
    public Snapshot asOf(Snapshot now, Instant instant) {
        long position = now.histories()
                .mapToLong(history -> history.positionAt(instant))
                .max()
                .orElse(0);
        return pastSnapshots.get(new PastKey(now.reading(), now.position(), now.corrections(), position), key -> {
            var positions = now.histories()
                    .flatMap(history -> history.positionUpTo(position).stream())
                    .toList();
            return folded(Snapshot.empty(now.reading()), ledger.at(positions), now)
                    .snapshot();
        });
    }

    /** Reads the ledger from the current position to its end, or to the first damaged entry, and makes the new snapshot current. */
    synchronized void advance() {
        var began = fold();
        leaveOutDamaged();
        // a release is read as a whole
        if (!endsInsideRelease || ledger.isOutdated()) makeCurrent(ledger.isOutdated() ? Snapshot.UNKNOWN : folded);
        if (began != null) confirmed = began;
    }

    /** Folds new entries; returns when the read began that reached the end of the ledger, or null if no read did. */
    private synchronized @Nullable ClockReading fold() {
        while (true) {
            int reading = ledger.reading();
            if (reading != folded.reading()) {
                folded = Snapshot.empty(reading);
                endsInsideRelease = false;
            }
            if (folded.position() == 0) folded = restored(reading);
            if (ledger.reading() != reading) continue;
            var began = ClockReading.now();
            var next = next();
            // if the ledger must be read anew meanwhile, these entries do not belong to the old reading
            if (ledger.reading() != reading) continue;
            var batch = next.entries();
            var before = folded;
            if (!batch.isEmpty()) {
                var fold = folded(before, batch, before);
                folded = fold.snapshot();
                keepContents(fold);
                endsInsideRelease = batch.getLast().isContinued();
            }
            for (var entry : batch) {
                var address = GuideAddress.of(entry);
                folded.updateFront(address);
                before.find(address).ifPresent(contents::forget);
                String slugBefore = entry.previousSlug();
                if (slugBefore == null) continue;
                var former = new GuideAddress(entry.type(), slugBefore, entry.locale());
                folded.updateFront(former);
                before.find(former).ifPresent(contents::forget);
            }
            boolean hasMore = batch.size() == BATCH || !batch.isEmpty() && folded.position() < ledger.verified();
            if (!hasMore) return next.isAll() ? began : null;
        }
    }

    /** Keeps the contents of guides in memory that are shown beside other translations now. */
    private void keepContents(Snapshot.Fold fold) {
        fold.replaced().forEach((guide, before) -> {
            var content = contents.readyContent(before);
            if (content != null
                    && folded.current(guide).filter(it -> it == guide).isPresent()) contents.put(guide, content);
            contents.forget(before);
            folded.updateFront(GuideAddress.of(guide.entry()));
        });
    }

    /** Leaves out the guides whose content was read since they were folded, and is not the approved content. */
    private synchronized void leaveOutDamaged() {
        var damaged =
                contents.takeDamaged().stream().filter(folded::hasContentOf).toList();
        if (damaged.isEmpty()) return;
        var fold = new Snapshot.Fold(folded).leaveOut(damaged);
        folded = fold.snapshot();
        keepContents(fold);
        damaged.forEach(guide -> folded.updateFront(GuideAddress.of(guide.entry())));
    }

    /** Returns the snapshot at the last checkpoint. If an entry is not the verified one, the whole ledger is read instead. */
    private Snapshot restored(int reading) {
        try {
            return histories.snapshot(reading);
        } catch (Refused damaged) {
            log.warn("the ledger is read without its checkpoints, because an entry is not the one that was verified");
            ledger.startOver();
            return Snapshot.empty(reading);
        }
    }

    /** Returns the guides whose content the start did not read, the first time only. */
    synchronized List<PublishedGuide> takeUnread() {
        return histories.takeUnread();
    }

    private LedgerReader.Next next() {
        try {
            return ledger.next(folded.position(), BATCH);
        } catch (Refused damaged) {
            // the ledger has logged the damage already
            return new LedgerReader.Next(List.of(), false);
        }
    }

    private void makeCurrent(Snapshot now) {
        if (snapshot == now) return;
        snapshot = now;
        synchronized (advanced) {
            advanced.notifyAll();
        }
    }

    /**
     * Returns the fold of these entries.
     *
     * @param known a snapshot whose content is reused where its hash is the same, so that it need not be loaded
     */
    private Snapshot.Fold folded(Snapshot from, List<LedgerEntry> entries, Snapshot known) {
        var latest = new HashMap<GuideAddress, LedgerEntry>();
        for (var entry : entries) latest.put(GuideAddress.of(entry), entry);
        var guides = loader.loadServed(latest.values(), known);
        var fold = new Snapshot.Fold(from);
        for (var entry : entries) fold.append(entry, guides.get(entry.position()));
        return fold;
    }

    private void advanceQuietly() {
        try {
            advance();
        } catch (RuntimeException down) {
            log.warn("the ledger could not be read: {}", down.toString());
        }
    }

    /** Starts before the web server, so that no request finds the catalogue incomplete. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public void start() {
        try {
            firstFold.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("the ledger could not be folded", failed.getCause());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while the ledger was folded", stopping);
        }
        ledger.verifying()
                .ifPresentOrElse(
                        rest -> log.info(
                                "ledger read up to position {}; the entries up to {} are taken from checkpoints and are verified while the"
                                        + " server runs",
                                ledger.verified(),
                                rest.end()),
                        () -> log.info("ledger verified up to position {}", ledger.verified()));
        // set before the thread starts, which would otherwise end at once
        running = true;
        poller = Thread.ofPlatform().daemon().name("ledger-tail").start(() -> {
            while (running) {
                advanceQuietly();
                try {
                    pause();
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        });
    }

    /** Waits for the poll interval. The wait ends early if the ledger must be read anew or a content is damaged. */
    private void pause() throws InterruptedException {
        long until = System.nanoTime() + poll.toNanos();
        do Thread.sleep(READING_CHECK);
        while (System.nanoTime() < until && ledger.reading() == reading() && !contents.hasDamaged());
    }

    private synchronized int reading() {
        return folded.reading();
    }

    /** Whether the current snapshot belongs to the current reading of the ledger. */
    boolean isOfThisReading() {
        var now = snapshot;
        return now.isUnknown() || now.reading() == ledger.reading();
    }

    @Override
    public void stop() {
        running = false;
        var last = poller;
        poller = null;
        if (last != null) last.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
