// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.catalogue.AddressHistory;
import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.DataDirectory;
import dev.imprimatur.store.Failures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The full-text index of the published guides. A background thread builds it from the snapshots of the catalogue, twice a second and
 * whenever a search needs it, and keeps it on disk, so that a restart continues where it stopped. A search returns only guides of the catalogue snapshot that the index was built from, and
 * delivers the content of that snapshot.
 */
@Component
public class SearchIndex implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SearchIndex.class);
    /** How many contents are read from the store at a time. */
    private static final int BATCH = 100;

    /**
     * How long the index waits for more publications before it takes them in, unless a search needs them. Each time costs as much as the
     * analysis of several guides, which writers would wait for.
     */
    private static final long PACE_MILLIS = 500;

    private static final Duration STOP_CHECK = Duration.ofMillis(200);
    private static final Duration REOPEN = Duration.ofSeconds(2);
    /** A search that waits for contents of a store that is away would ask for them again at once. */
    private static final Duration AFTER_OUTAGE = Duration.ofSeconds(1);

    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration COMMIT = Duration.ofSeconds(30);
    /** An index that has made no progress for so long does not answer in place of the current one. */
    private static final long STUCK_NANOS = Duration.ofSeconds(30).toNanos();

    private final Catalogue catalogue;
    private final GuideContents contents;
    private final ContentTypes types;
    private final IndexFiles files;
    private final Duration patience;
    private final GuideAnalyzer analyzer = new GuideAnalyzer();
    /** Notified whenever {@link #indexed} changes. */
    private final Object advanced = new Object();
    /** Has a permit if a search waits for a later snapshot. */
    private final Semaphore needed = new Semaphore(0);

    private volatile @Nullable IndexedSnapshot indexed;
    /** When the index last took in guides, {@link System#nanoTime}. */
    private volatile long progressedAt = System.nanoTime();

    private volatile boolean running;
    private volatile @Nullable Thread thread;

    SearchIndex(
            Catalogue catalogue,
            GuideContents contents,
            LedgerReader ledger,
            ContentTypes types,
            DataDirectory data,
            @Value("${imprimatur.delivery.patience:2s}") Duration patience) {
        this.catalogue = catalogue;
        this.contents = contents;
        this.types = types;
        this.files = new IndexFiles(data.resolve("search"), catalogue, ledger, types);
        this.patience = patience;
    }

    /**
     * Runs a search once the index has reached a snapshot. If that takes longer than {@code imprimatur.delivery.patience}, as after a large
     * release, the index answers from the snapshot that it has, if nothing was unpublished since; otherwise 503.
     *
     * @param atLeast the snapshot that the index should have reached
     * @param mustReach whether the index must have reached it, because the site asked for a position
     * @param query the words to look for in guides of the type
     * @param before how the query was interpreted for the page before; null for the first page
     * @param locale the locale of the guides that may be found; null for all
     * @param answer makes the result from the snapshot of the index and a searcher, which is valid only during the call
     */
    public <T> T answer(
            Snapshot atLeast,
            boolean mustReach,
            ContentType type,
            String query,
            @Nullable QueryInterpretation before,
            @Nullable String locale,
            BiFunction<Snapshot, GuideSearcher, T> answer) {
        var now = acquire(atLeast, mustReach);
        try {
            return answer.apply(now.snapshot(), new GuideSearcher(now, type, analyzer, query, before, locale));
        } catch (IOException failed) {
            throw new UncheckedIOException("reading the search index", failed);
        } finally {
            now.release();
        }
    }

    private IndexedSnapshot acquire(Snapshot atLeast, boolean mustReach) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (boolean isFirst = true; ; isFirst = false) {
            var now = indexed;
            if (now != null
                    && now.snapshot().hasReached(atLeast)
                    && now.reader().tryIncRef()) return now;
            if (isFirst) needed.release();
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0
                    && !mustReach
                    && now != null
                    && lacksOnlyPublications(now.snapshot(), atLeast)
                    && now.reader().tryIncRef()) return now;
            if (left <= 0)
                throw Refusal.unavailable(
                                "search-not-ready",
                                "the search index has not reached the current position yet",
                                Duration.ofSeconds(2))
                        .raise();
            try {
                synchronized (advanced) {
                    now = indexed;
                    if (now == null || !now.snapshot().hasReached(atLeast)) advanced.wait(left);
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                        .raise();
            }
        }
    }

    /** Whether readers may see the earlier snapshot for a moment: nothing that it has was unpublished or found damaged since. */
    private boolean lacksOnlyPublications(Snapshot has, Snapshot wanted) {
        return System.nanoTime() - progressedAt < STUCK_NANOS
                && has.reading() == wanted.reading()
                && has.corrections() == wanted.corrections()
                && wanted.changedSince(has.position()).stream().noneMatch(history -> history.guide() == null);
    }

    @Override
    public void start() {
        // set before the thread starts, which would otherwise end at once
        running = true;
        thread = Thread.ofPlatform().daemon().name("search").start(this::run);
    }

    /**
     * Keeps the index up to date. If it cannot be written, for example because the disk is full, it is closed and opened again after a
     * pause; until then, searches use the last readable state.
     */
    private void run() {
        try {
            while (running)
                try {
                    keepUpToDate();
                } catch (IOException | UncheckedIOException | AlreadyClosedException failed) {
                    log.warn("the search index cannot be written; it is opened again shortly: {}", failed.toString());
                    pause(REOPEN);
                }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            log.error("the search index is no longer updated until this node is restarted", failed);
        }
    }

    private void pause(Duration duration) throws InterruptedException {
        for (long until = System.nanoTime() + duration.toNanos(); running && System.nanoTime() < until; )
            Thread.sleep(STOP_CHECK);
    }

    private void keepUpToDate() throws IOException, InterruptedException {
        try {
            files.clearIfOutdated();
        } catch (IOException | RuntimeException failed) {
            log.warn("the search index on disk cannot be used: {}", failed.toString());
            files.clear();
        }
        try (var directory = files.open();
                var writer = new IndexWriter(directory, new IndexWriterConfig(analyzer).setCommitOnClose(false))) {
            long committedAt = System.nanoTime();
            long committed = IndexFiles.position(writer);
            long position = committed;
            while (running) {
                try {
                    position = advance(writer, position);
                    boolean due = System.nanoTime() - committedAt > COMMIT.toNanos();
                    if (position != committed && (due || committed == 0)) {
                        files.commit(writer, position);
                        committed = position;
                        committedAt = System.nanoTime();
                    }
                } catch (RuntimeException failed) {
                    if (!Failures.isOutage(failed)) throw failed;
                    log.warn("the search index cannot be updated while a store is unavailable: {}", failed.toString());
                    pause(AFTER_OUTAGE);
                }
                if (needed.tryAcquire(PACE_MILLIS, TimeUnit.MILLISECONDS)) needed.drainPermits();
            }
            if (position != committed) files.commit(writer, position);
        }
    }

    /**
     * Brings the index up to the current snapshot.
     *
     * @param reached the position that the index has reached before
     * @return the position that the index has reached now
     */
    private long advance(IndexWriter writer, long reached) throws IOException {
        var snapshot = catalogue.now();
        var last = indexed;
        long from = reached;
        if (last != null && last.snapshot().isSame(snapshot)) return from;
        if (last != null && last.snapshot().reading() != snapshot.reading()) {
            writer.deleteAll();
            from = 0;
        }
        var changed = snapshot.changedSince(from);
        for (int i = 0; i < changed.size(); i += BATCH) {
            update(writer, snapshot, changed.subList(i, Math.min(changed.size(), i + BATCH)));
            progressedAt = System.nanoTime();
            if (!running) return from;
        }
        makeCurrent(writer, snapshot, last);
        return snapshot.position();
    }

    private void update(IndexWriter writer, Snapshot snapshot, List<AddressHistory> changed) throws IOException {
        var missing = new ArrayList<PublishedGuide>();
        var contentsOf = new HashMap<PublishedGuide, JsonNode>();
        for (var history : changed) {
            var guide = history.guide();
            if (guide == null) continue;
            var content = contents.readyContent(guide);
            if (content == null) missing.add(guide);
            else contentsOf.put(guide, content);
        }
        contentsOf.putAll(contents.contents(missing));
        for (var history : changed) {
            var address = GuideAddress.of(history.last());
            var key = GuideDocument.keyTerm(address);
            var content = history.guide() == null ? null : contentsOf.get(history.guide());
            for (var former : snapshot.ofType(address.type())
                    .formerAddresses(history.last().id())) writer.deleteDocuments(GuideDocument.keyTerm(former));
            if (content == null) writer.deleteDocuments(key);
            else
                writer.updateDocument(key, GuideDocument.of(address, types.require(address.type()), content, analyzer));
        }
    }

    /** Makes the current state of the index the one that searches use. */
    private void makeCurrent(IndexWriter writer, Snapshot snapshot, @Nullable IndexedSnapshot last) throws IOException {
        var reader = last == null ? DirectoryReader.open(writer) : reopened(last.reader(), writer);
        synchronized (advanced) {
            indexed = new IndexedSnapshot(snapshot, reader);
            advanced.notifyAll();
        }
        if (last != null) last.release();
    }

    private static DirectoryReader reopened(DirectoryReader last, IndexWriter writer) throws IOException {
        var changed = DirectoryReader.openIfChanged(last, writer);
        if (changed != null) return changed;
        last.incRef();
        return last;
    }

    @Override
    public void stop() {
        running = false;
        needed.release();
        var last = thread;
        thread = null;
        if (last == null) return;
        try {
            // not interrupted, because an interrupt closes the files of Lucene
            last.join(STOP);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
