// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.WatchThread;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The thread that compares the contents which a start did not read with their hashes, and fills the memory for guides with them. Afterwards
 * it stores the list values of the published guides, so that the next start need not read their contents either.
 */
@Component
class ContentWatch implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ContentWatch.class);
    private static final int BATCH = 50;
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final Catalogue catalogue;
    private final LedgerReader ledger;
    private final GuideContents contents;
    private final StoredListValues stored;
    private final int fewest;
    /** What is stored in each bucket, as far as this node has stored it; null before that. */
    private final @Nullable Fingerprint[] fingerprints = new Fingerprint[StoredListValues.BUCKETS];

    private final WatchThread thread = new WatchThread("content-verification", this::round);
    private List<PublishedGuide> unread = List.of();
    private @Nullable State written;

    /** The state of the ledger whose list values are stored. */
    private record State(int reading, long position) {
        static State of(Snapshot snapshot) {
            return new State(snapshot.reading(), snapshot.position());
        }
    }

    /** Identifies the contents in a bucket: the sum of their hash codes does not depend on their order. */
    private record Fingerprint(int count, long sum) {
        static Fingerprint of(List<PublishedGuide> guides) {
            return new Fingerprint(
                    guides.size(),
                    guides.stream()
                            .mapToLong(guide -> guide.entry().contentHash().hashCode() * 31L
                                    + guide.entry().type().hashCode())
                            .sum());
        }
    }

    /** @param every {@code imprimatur.ledger.checkpoint-every}; a ledger with fewer entries is read as a whole at a start */
    ContentWatch(
            Catalogue catalogue,
            LedgerReader ledger,
            GuideContents contents,
            StoredListValues stored,
            @Value("${imprimatur.ledger.checkpoint-every:10000}") int every) {
        this.catalogue = catalogue;
        this.ledger = ledger;
        this.contents = contents;
        this.stored = stored;
        this.fewest = every;
    }

    private void round() throws InterruptedException {
        try {
            verify();
            store();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) log.debug("contents are verified later: {}", failed.toString());
            else log.warn("contents could not be verified, or list values not stored: {}", failed.toString());
        }
        thread.pause(PAUSE);
    }

    /** Compares the contents that the start did not read with their hashes. The thread rests as long as it works. */
    private void verify() throws InterruptedException {
        if (unread.isEmpty()) return;
        int before = unread.size();
        while (thread.isRunning() && !unread.isEmpty()) {
            long began = System.nanoTime();
            var batch = unread.subList(0, Math.min(BATCH, unread.size()));
            var missing = batch.stream()
                    .flatMap(guide -> catalogue.now().current(guide).stream())
                    .filter(guide -> contents.ready(guide) == null)
                    .toList();
            contents.contents(missing).forEach((guide, content) -> {
                if (contents.hasRoom()) contents.put(guide, content);
            });
            unread = unread.subList(batch.size(), unread.size());
            thread.pause(Duration.ofNanos(System.nanoTime() - began));
        }
        if (!unread.isEmpty()) return;
        unread = List.of();
        log.info("the contents of {} guides, which the start did not read, are compared with the ledger", before);
    }

    /** Stores the list values of those buckets in which the published contents changed. */
    private synchronized void store() {
        var now = catalogue.now();
        var state = State.of(now);
        if (fewest == 0 || now.position() < fewest || state.equals(written)) return;
        if (ledger.isOutdated() || ledger.isBehind()) return;
        now.guides()
                .collect(Collectors.groupingBy(
                        guide -> StoredListValues.Content.of(guide).bucket()))
                .forEach((bucket, guides) -> {
                    var fingerprint = Fingerprint.of(guides);
                    if (fingerprint.equals(fingerprints[bucket])) return;
                    stored.write(bucket, guides);
                    fingerprints[bucket] = fingerprint;
                });
        written = state;
    }

    @Override
    public void start() {
        unread = catalogue.takeUnread();
        known(unread);
        thread.start();
    }

    /** Notes which buckets need not be stored again, because a start took all their list values from there. */
    private void known(List<PublishedGuide> taken) {
        var now = catalogue.now();
        var fromStore = taken.stream()
                .collect(Collectors.groupingBy(
                        guide -> StoredListValues.Content.of(guide).bucket()));
        now.guides()
                .collect(Collectors.groupingBy(
                        guide -> StoredListValues.Content.of(guide).bucket()))
                .forEach((bucket, guides) -> {
                    var fingerprint = Fingerprint.of(guides);
                    if (fingerprint.equals(Fingerprint.of(fromStore.getOrDefault(bucket, List.of()))))
                        fingerprints[bucket] = fingerprint;
                });
    }

    /** Stops the thread, and stores the last list values before the stores are closed. */
    @Override
    public void stop() {
        if (!thread.isRunning() || !thread.stop()) return;
        try {
            store();
        } catch (RuntimeException failed) {
            log.warn("the last list values are not stored: {}", failed.toString());
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
