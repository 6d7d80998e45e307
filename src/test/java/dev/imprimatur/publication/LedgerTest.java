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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Invariants 6 and 7: with concurrent and repeated appends, the ledger has no gaps, is in order, and has one entry for each cause. */
@Tag("long")
@Tag("store")
class LedgerTest {
    private static final int WRITERS = 8;

    private final Node node = Node.start();

    @AfterEach
    void stop() {
        node.close();
    }

    static LedgerEntry entry(String guide, long lastPosition, String lastHash) {
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

    /** A position is often learned from what another node wrote after it had appended the entry. */
    @Test
    void anEntryThatAnotherNodeAppendedIsFoundByItsPosition() {
        var database = node.bean(MongoDatabase.class);
        var chain = node.bean(LedgerChain.class);
        var reading = ledger(database, chain);
        reading.last();

        var appended = ledger(database, chain)
                .append("test:other", "other", (position, hash, last) -> entry("other", position, hash));

        assertThat(reading.find(List.of(appended.position())))
                .extracting(LedgerEntry::hash)
                .containsExactly(appended.hash());
        assertThat(reading.find(List.of(appended.position() + 1))).isEmpty();
    }

    /** Reads run one at a time, but a request for entries in the middle of the ledger does not wait for them. */
    @Test
    void aReadDoesNotForgetTheDamageThatARequestFindsMeanwhile() {
        var database = node.bean(MongoDatabase.class);
        var whileReading = new AtomicReference<@Nullable Runnable>();
        var rows = new LedgerRows(database) {
            @Override
            List<Stored> after(long position, int limit) {
                var stored = super.after(position, limit);
                var request = whileReading.getAndSet(null);
                if (request != null) request.run();
                return stored;
            }
        };
        var integrity = new Integrity();
        var ledger = new Ledger(rows, node.bean(AuditAnchors.class), node.bean(LedgerChain.class), integrity);
        for (String guide : List.of("one", "two", "three"))
            ledger.append("test:" + guide, guide, (position, hash, last) -> entry(guide, position, hash));
        long middle = ledger.verified() - 1;
        var stored = database.getCollection("ledger");
        var intact =
                Objects.requireNonNull(stored.find(Filters.eq("_id", middle)).first());

        stored.updateOne(Filters.eq("_id", middle), Updates.set("entry.slug", "another"));
        whileReading.set(() -> assertThat(ledger.find(List.of(middle))).isEmpty());
        ledger.last();

        assertThat(integrity.damagedAt()).isEqualTo(middle);
        stored.replaceOne(Filters.eq("_id", middle), intact);
        ledger.last();
        assertThat(integrity.damagedAt()).isZero();
    }

    /** The same for a content: two requests read it, and somebody changes it between the two. */
    @Test
    void aRequestDoesNotForgetTheDamagedContentThatAnotherRequestFindsMeanwhile() {
        var database = node.bean(MongoDatabase.class);
        var guide = node.guides().published();
        var entry = node.bean(LedgerReader.class).lastOf(guide.id()).orElseThrow();
        var whileReading = new AtomicReference<@Nullable Runnable>();
        var contents = new PublishedContents(database) {
            @Override
            Map<String, JsonNode> find(Collection<String> ids) {
                var stored = super.find(ids);
                var request = whileReading.getAndSet(null);
                if (request != null) request.run();
                return stored;
            }
        };
        var integrity = new Integrity();
        var reader = new LedgerReader(node.bean(Ledger.class), contents, integrity, node.bean(Lineage.class));
        var stored = database.getCollection("published");
        var row = Filters.eq("_id", guide.id() + "#000001");
        var intact = Objects.requireNonNull(stored.find(row).first());

        whileReading.set(() -> {
            stored.updateOne(row, Updates.set("content.summary", "Slipped in."));
            assertThat(reader.contents(List.of(entry))).isEmpty();
        });
        assertThat(reader.contents(List.of(entry))).hasSize(1);

        assertThat(integrity.of(guide.id())).isPresent();
        stored.replaceOne(row, intact);
        assertThat(reader.contents(List.of(entry))).hasSize(1);
        assertThat(integrity.of(guide.id())).isEmpty();
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
                        mine.addAll(ledger.append(random.ints(1 + random.nextInt(5), 0, 100)
                                .distinct()
                                .mapToObj(number -> "cause " + number)
                                .map(cause -> new Ledger.Addition(
                                        cause, cause, (position, hash, before) -> entry(cause, position, hash)))
                                .toList()));
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
