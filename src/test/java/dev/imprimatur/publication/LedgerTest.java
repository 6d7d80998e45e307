// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.testing.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invariants 6 and 7: with concurrent and repeated appends, the ledger has no gaps, is in order, and has one entry for each cause. */
@Tag("store")
class LedgerTest {
    private static final int WRITERS = 8;

    private final Node node = Node.start();

    @AfterEach
    void stop() {
        node.close();
    }

    private static LedgerEntry entry(String guide, long lastPosition, String lastHash) {
        return LedgerEntry.of(
                Kind.UNPUBLISH,
                new LedgerEntry.Subject(guide, "role-guide", guide, "en-US"),
                new LedgerEntry.PublishedRevision(1, 1, "sha256:" + "0".repeat(64), Instant.EPOCH, Instant.EPOCH),
                null,
                null,
                Instant.EPOCH,
                LedgerEntry.Link.unsealed(lastPosition + 1, lastHash));
    }

    private Ledger ledger(MongoDatabase database, LedgerChain seal) {
        return new Ledger(new LedgerRows(database), node.bean(AuditAnchors.class), seal, new Integrity());
    }

    @Test
    void eightWritersLeaveNoGapNoDuplicateAndOneEntryPerCause() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ledger test with seed " + seed);
        var database = node.bean(MongoDatabase.class);
        var seal = node.bean(LedgerChain.class);
        List<Callable<List<LedgerEntry>>> writers = IntStream.range(0, WRITERS)
                .mapToObj(writer -> (Callable<List<LedgerEntry>>) () -> {
                    // each writer has its own ledger object, as each node has
                    var ledger = ledger(database, seal);
                    var random = new Random(seed + writer);
                    var mine = new ArrayList<LedgerEntry>();
                    for (int i = 0; i < 40; i++) {
                        String cause = "cause " + random.nextInt(100);
                        mine.add(ledger.append(cause, cause, (position, hash, before) -> entry(cause, position, hash)));
                    }
                    return mine;
                })
                .toList();

        var written = new ArrayList<LedgerEntry>();
        try (var pool = Executors.newFixedThreadPool(WRITERS)) {
            for (var done : pool.invokeAll(writers)) written.addAll(done.get());
        }

        var ledger = ledger(database, seal).after(0, 1000);
        assertThat(ledger)
                .extracting(LedgerEntry::position)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, ledger.size()).boxed().toList());
        assertThat(ledger).extracting(LedgerEntry::id).doesNotHaveDuplicates();
        assertThat(written).allMatch(ledger::contains);
        assertThat(node.bean(LedgerReader.class).verify().broken()).isNull();
    }

    @Test
    void anAlteredEntryIsFound() {
        var ledger = node.bean(Ledger.class);
        for (int i = 0; i < 5; i++) {
            String guide = "guide " + i;
            ledger.append(guide, guide, (position, hash, before) -> entry(guide, position, hash));
        }
        assertThat(node.bean(LedgerReader.class).verify().entries()).isEqualTo(5);

        var stored = node.bean(MongoDatabase.class).getCollection("ledger", Document.class);
        stored.updateOne(Filters.eq("_id", 3L), Updates.set("entry.slug", "another"));

        var check = node.bean(LedgerReader.class).verify();
        assertThat(check.entries()).isEqualTo(2);
        assertThat(check.broken()).contains("entry 3").contains("hash");
    }
}
