// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Lease;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.NewLineage;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that is live, in memory: the ledger folded up to a position. A request takes one snapshot and answers from it
 * alone, so its answer and the position it names agree.
 */
@Component
public class Catalogue implements SmartLifecycle, ReadPosition {
    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);
    private static final int BATCH = 500;
    private static final int MOST_PASTS = 16;
    private static final Duration LOOK_AT_READING = Duration.ofMillis(20);
    /** How many guides a processor reads and makes ready at a time. */
    private static final int SHARE = 20;

    /** What readers could see then, asked now: what was taken from them since is gone from then too. */
    private record Past(int reading, long now, long then) {}

    private final Publication publication;
    private final ContentTypes types;
    private final JsonMapper json;
    private final Duration poll;
    /** The ledger as far as it was read on. */
    private Snapshot folded = Snapshot.begun(0);
    /** What sites are told: the same, unless it may be outdated. */
    private volatile Snapshot snapshot = folded;
    /** When the last reading began that found no more than what sites are told. */
    private volatile @Nullable Moment confirmed;

    private final Cache<Past, Snapshot> pasts =
            Caffeine.newBuilder().maximumSize(MOST_PASTS).build();
    private final Object moved = new Object();
    private final Future<@Nullable Void> firstFold;
    private volatile boolean running;
    private volatile @Nullable Thread tail;

    /**
     * Begins to fold the ledger.
     *
     * @param poll how often the ledger is looked at for what other nodes appended, {@code imprimatur.delivery.poll}; embedded stores
     *     have no other nodes
     */
    Catalogue(
            Publication publication,
            NewLineage newLineage,
            ContentTypes types,
            JsonMapper json,
            Lease lease,
            @Value("${imprimatur.delivery.poll:#{'${spring.mongodb.uri:}' == '' ? '1s' : '50ms'}}") Duration poll) {
        if (poll.multipliedBy(2).compareTo(lease.lasts()) > 0)
            throw new IllegalArgumentException(
                    "imprimatur.delivery.poll is at most half of imprimatur.delivery.lease, which it renews");
        this.publication = publication;
        this.types = types;
        this.json = json;
        this.poll = poll;
        // with many guides it takes a while, in which the rest of the application starts
        var first = new FutureTask<@Nullable Void>(
                () -> {
                    fold();
                    newLineage.begin();
                    advance();
                },
                null);
        Thread.ofPlatform().daemon().name("ledger-fold").start(first);
        this.firstFold = first;
        publication.onAppend(this::advanceQuietly);
    }

    public Snapshot now() {
        return snapshot;
    }

    /**
     * When the reading began that confirmed the snapshot last; null if none did yet. A snapshot that is taken afterwards has all that was in
     * the ledger then.
     */
    @Nullable
    Moment confirmed() {
        return confirmed;
    }

    @Override
    public long position() {
        return snapshot.position();
    }

    @Override
    public boolean awaits(long position, Duration patience) throws InterruptedException {
        return at(position, patience).isPresent();
    }

    /** The snapshot once it has reached the position, or empty if it does not in time. */
    public Optional<Snapshot> at(long position, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (moved) {
            while (now().position() < position) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) return Optional.empty();
                moved.wait(left);
            }
        }
        return Optional.of(now());
    }

    /**
     * What readers could see at that instant. A guide that has been taken from readers since is not told of: withdrawn is
     * withdrawn.
     */
    public Snapshot asOf(Snapshot now, Instant instant) {
        long then =
                now.histories().mapToLong(history -> history.at(instant)).max().orElse(0);
        return pasts.get(new Past(now.reading(), now.position(), then), past -> {
            var last = now.histories()
                    .flatMap(history -> history.upTo(then).stream())
                    .toList();
            return folded(Snapshot.begun(now.reading()), publication.at(last), now);
        });
    }

    /** Reads on to the end of the ledger, as far as it is right. */
    synchronized void advance() {
        var began = fold();
        tell(publication.isOutdated() ? Snapshot.UNTOLD : folded);
        if (began != null) confirmed = began;
    }

    /** Reads on; when the reading began that found no more, or null if none did. */
    private synchronized @Nullable Moment fold() {
        while (true) {
            int reading = publication.reading();
            if (reading != folded.reading()) folded = Snapshot.begun(reading);
            var began = Moment.now();
            var next = next();
            // what follows a position in one reading does not follow it in another one
            if (publication.reading() != reading) continue;
            var batch = next.entries();
            if (!batch.isEmpty()) folded = folded(folded, batch, folded);
            for (var entry : batch) folded.show(GuideAddress.of(entry));
            boolean goesOn = batch.size() == BATCH || !batch.isEmpty() && folded.position() < publication.verified();
            if (!goesOn) return next.isAll() ? began : null;
        }
    }

    private Publication.Next next() {
        try {
            return publication.next(folded.position(), BATCH);
        } catch (Refused damaged) {
            // logged where it was found
            return new Publication.Next(List.of(), false);
        }
    }

    private void tell(Snapshot now) {
        if (snapshot == now) return;
        snapshot = now;
        synchronized (moved) {
            moved.notifyAll();
        }
    }

    /**
     * The snapshot once these entries are read, too.
     *
     * @param known where contents are that need not be read again
     */
    private Snapshot folded(Snapshot from, List<LedgerEntry> entries, Snapshot known) {
        var last = new HashMap<GuideAddress, LedgerEntry>();
        for (var entry : entries) last.put(GuideAddress.of(entry), entry);
        var made = delivered(
                last.values().stream()
                        .filter(LedgerEntry::isLive)
                        .filter(entry -> !publication.isWithheld(entry.id()))
                        .toList(),
                known);
        var fold = new Snapshot.Fold(from);
        for (var entry : entries) fold.read(entry, made.get(entry.position()));
        return fold.snapshot();
    }

    /** The guides as these entries have them, by position; without those of which something else is stored than was approved. */
    private Map<Long, PublishedGuide> delivered(List<LedgerEntry> entries, Snapshot known) {
        var made = new ConcurrentHashMap<Long, PublishedGuide>();
        // while one share is read, another is made ready
        IntStream.range(0, (entries.size() + SHARE - 1) / SHARE)
                .mapToObj(share -> entries.subList(share * SHARE, Math.min(entries.size(), (share + 1) * SHARE)))
                .toList()
                .parallelStream()
                .forEach(share -> {
                    var contents = contents(share, known);
                    for (var entry : share) {
                        var content = contents.get(entry.position());
                        if (content != null)
                            made.put(
                                    entry.position(),
                                    new PublishedGuide(entry, types.require(entry.type()), content, json));
                    }
                });
        // of many at once, as after a start, each is encoded when it is first asked for
        if (entries.size() <= SHARE)
            made.values().forEach(guide -> guide.answer().prepare());
        return made;
    }

    private Map<Long, JsonNode> contents(List<LedgerEntry> entries, Snapshot known) {
        var contents = new HashMap<Long, JsonNode>();
        var unread = new ArrayList<LedgerEntry>();
        for (var entry : entries) {
            var guide = known.find(GuideAddress.of(entry));
            if (guide.isPresent() && guide.get().entry().contentHash().equals(entry.contentHash()))
                contents.put(entry.position(), guide.get().content());
            else unread.add(entry);
        }
        contents.putAll(publication.contents(unread));
        return contents;
    }

    private void advanceQuietly() {
        try {
            advance();
        } catch (RuntimeException down) {
            log.warn("the ledger could not be read: {}", down.toString());
        }
    }

    /** Before anybody is let in. */
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
        log.info("ledger verified up to position {}", publication.verified());
        // said before the thread can ask: one that asks too soon would end for good
        running = true;
        tail = Thread.ofPlatform().daemon().name("ledger-tail").start(() -> {
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

    /** Until the ledger is looked at again, or has to be read anew, which nobody should have to wait for. */
    private void pause() throws InterruptedException {
        long until = System.nanoTime() + poll.toNanos();
        do Thread.sleep(LOOK_AT_READING);
        while (System.nanoTime() < until && publication.reading() == reading());
    }

    private synchronized int reading() {
        return folded.reading();
    }

    /** Whether what sites are told is of the ledger as it has to be read now. */
    boolean isOfThisReading() {
        var now = snapshot;
        return now.isUntold() || now.reading() == publication.reading();
    }

    @Override
    public void stop() {
        running = false;
        var last = tail;
        tail = null;
        if (last != null) last.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
