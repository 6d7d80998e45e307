// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SigningKeyFile;
import dev.imprimatur.testing.SimulatedCrash;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** A start that uses checkpoints serves what the ledger says. Checkpoints that are wrong in any way cost time, and nothing else. */
@Tag("long")
@Tag("store")
class CheckpointTest {
    private static final int EVERY = 2;

    private final Node node = Node.start("imprimatur.ledger.checkpoint-every", String.valueOf(EVERY));
    private final Guides guides = node.guides();

    @AfterEach
    void stop() {
        node.close();
    }

    private MongoCollection<Document> collection(String name) {
        return node.bean(MongoDatabase.class).getCollection(name, Document.class);
    }

    private List<Document> checkpoints() {
        return collection("ledger_checkpoints").find().into(new ArrayList<>());
    }

    private void putBack(List<Document> checkpoints) {
        collection("ledger_checkpoints").deleteMany(new Document());
        collection("ledger_checkpoints").insertMany(checkpoints);
    }

    /** Waits until all complete checkpoints are stored. */
    private void awaitCheckpoints() {
        var ledger = node.bean(Ledger.class);
        ledger.last();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> checkpoints().size() >= ledger.verified() / EVERY
                        && ledger.nextCheckpoint().isEmpty());
    }

    private long restored() {
        return node.bean(Ledger.class).restored().end();
    }

    private int status(Guides.Ref guide) {
        return node.site().get("/role-guide/" + guide.slug()).status();
    }

    private void awaitStatus(Guides.Ref guide, int status) {
        await().atMost(Duration.ofSeconds(20)).until(() -> status(guide) == status);
    }

    private void unpublish(Guides.Ref guide) {
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
    }

    private void rename(Guides.Ref guide, String slug) {
        node.as("publisher").post(guide.path() + "/slug", Map.of("slug", slug)).ok();
    }

    private boolean isReady() {
        return node.nobody().get("/actuator/health/readiness").status() == 200;
    }

    private void awaitReady(boolean ready) {
        await().atMost(Duration.ofSeconds(20)).until(() -> isReady() == ready);
    }

    @Test
    void aStartFromCheckpointsServesWhatTheLedgerSays() {
        var live = guides.published();
        var gone = guides.published();
        unpublish(gone);
        var moment = node.clock().instant();
        rename(live, "renamed");
        rename(live, live.slug());
        String compact = node.site().get("/ledger?after=0&compact=true").ok().toString();
        String past = node.site().get("/role-guide?asOf=" + moment).ok().toString();

        node.restart(() -> {});

        assertThat(restored()).isEqualTo(5);
        await().until(() -> node.bean(Ledger.class).restored().areVerified());
        assertThat(status(live)).isEqualTo(200);
        assertThat(status(gone)).isEqualTo(410);
        assertThat(node.site().get("/role-guide/renamed").header("Location")).endsWith("/" + live.slug());
        assertThat(node.site().get("/ledger?after=0&compact=true").ok()).hasToString(compact);
        assertThat(node.site().get("/role-guide?asOf=" + moment).ok()).hasToString(past);
        assertThat(status(guides.published())).isEqualTo(200);
        awaitCheckpoints();
        node.restart(() -> {});
        assertThat(restored()).isEqualTo(6);
        assertThat(node.bean(LedgerReader.class).verify().broken()).isNull();
    }

    @Test
    void aWrongCheckpointIsIgnored(@TempDir Path folder) {
        var guide = guides.published();
        guides.published();
        awaitCheckpoints();
        var right = requireNonNull(collection("ledger_checkpoints").find().first());
        var entries = ByteBuffer.wrap(((Binary) requireNonNull(right.get("entries"))).getData());
        String hash = requireNonNull(right.getString("hash"));
        String signature = requireNonNull(right.getString("signature"));

        List<Runnable> wrongs = List.of(
                () -> collection("ledger_checkpoints").deleteMany(new Document()),
                () -> change("signature", signature.substring(0, signature.length() - 4) + "AAAA"),
                () -> change("entries", new Binary(new byte[200])),
                () -> change("to", 3L),
                () -> change("entries", "no entries"),
                () -> strange(folder).write(new Checkpoint(1, 2, LedgerChain.GENESIS, hash, entries)),
                // these are signed, as if they came from another history of the ledger
                () -> node.bean(Checkpoints.class)
                        .write(new Checkpoint(1, 2, LedgerChain.GENESIS, "f".repeat(64), entries)),
                () -> node.bean(Checkpoints.class).write(new Checkpoint(1, 9, LedgerChain.GENESIS, hash, entries)),
                () -> node.bean(Checkpoints.class).write(new Checkpoint(1, 2, hash, hash, entries)));

        for (var wrong : wrongs) {
            putBack(List.of(right));
            wrong.run();
            node.restart(() -> {});
            assertThat(restored()).isZero();
            assertThat(status(guide)).isEqualTo(200);
            awaitCheckpoints();
        }
        putBack(List.of(right));
        node.restart(() -> {});
        assertThat(restored()).isEqualTo(2);
    }

    /** Checkpoints that are signed with the key of another server. */
    private Checkpoints strange(Path folder) {
        try {
            var signer = new Signer(
                    null, new JsonMapper(), SigningKeyFile.ofAStranger(folder).toString(), List.of());
            return new Checkpoints(node.bean(MongoDatabase.class), signer, node.bean(JsonMapper.class), EVERY);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void change(String field, Object value) {
        collection("ledger_checkpoints").updateOne(Filters.eq("_id", 1L), Updates.set(field, value));
    }

    @Test
    void anUnpublishedGuideDoesNotComeBackWithAnEarlierCheckpoint() {
        var guide = guides.published();
        guides.published();
        awaitCheckpoints();
        var earlier = checkpoints();
        unpublish(guide);
        guides.published();
        awaitCheckpoints();

        putBack(earlier);
        node.restart(() -> {});

        assertThat(restored()).isEqualTo(2);
        assertThat(status(guide)).isEqualTo(410);
    }

    /** The changed entry is no longer the last of its guide, so that nothing that is served depends on it. */
    @Test
    void damageThatIsFoundAfterTheStartHasTheEffectOfDamageThatIsFoundAtTheStart() {
        var guide = guides.published();
        var other = guides.published();
        unpublish(guide);
        guides.published();
        awaitCheckpoints();
        var first = Filters.eq("_id", 1L);
        var intact = requireNonNull(collection("ledger").find(first).first());
        collection("ledger").updateOne(first, Updates.set("entry.slug", "another"));

        node.restart(() -> {});

        awaitReady(false);
        await().until(() -> node.bean(Integrity.class).damagedAt() == 1);
        awaitStatus(other, 503);
        assertThat(node.as("publisher")
                        .post(other.path() + "/unpublish", Map.of("reason", "x"))
                        .status())
                .isEqualTo(503);

        collection("ledger").replaceOne(first, intact, new ReplaceOptions().upsert(true));
        awaitReady(true);
        awaitStatus(other, 200);
        awaitStatus(guide, 410);
    }

    @Test
    void aChangedEntryOfAPublishedGuideIsNotServedAfterAStartFromCheckpoints() {
        var guide = guides.published();
        guides.published();
        guides.published();
        awaitCheckpoints();
        collection("ledger").updateOne(Filters.eq("_id", 1L), Updates.set("entry.slug", "another"));

        node.restart(() -> {});

        assertThat(node.bean(Integrity.class).damagedAt()).isEqualTo(1);
        assertThat(node.site().get("/role-guide/another").status()).isEqualTo(503);
        assertThat(status(guide)).isEqualTo(503);
    }

    /** Both nodes have verified the ledger, so whichever of them is last, the checkpoints are right. */
    @Test
    void nodesThatStoreCheckpointsAtTheSameTimeDoNotFail() throws Exception {
        guides.published();
        guides.published();
        guides.published();
        awaitCheckpoints();
        var complete = node.bean(Checkpoints.class).read();
        var rest = node.bean(Ledger.class).lastCheckpoint().orElseThrow();
        var nodes = new ArrayList<Callable<Void>>();
        for (int i = 0; i < 4; i++) {
            var checkpoints = new Checkpoints(
                    node.bean(MongoDatabase.class), node.bean(Signer.class), node.bean(JsonMapper.class), EVERY);
            nodes.add(() -> {
                complete.forEach(checkpoints::write);
                checkpoints.write(rest);
                return null;
            });
        }

        for (int round = 0; round < 50; round++) {
            collection("ledger_checkpoints").deleteMany(new Document());
            try (var threads = Executors.newFixedThreadPool(nodes.size())) {
                for (var stored : threads.invokeAll(nodes)) stored.get();
            }
            assertThat(node.bean(Checkpoints.class).read())
                    .containsExactlyElementsOf(
                            Stream.concat(complete.stream(), Stream.of(rest)).toList());
        }
    }

    @Test
    void aCrashWhileACheckpointIsStoredCostsNothingButTheCheckpoint() {
        var guide = guides.published();
        guides.published();
        awaitCheckpoints();
        var checkpoint = node.bean(Checkpoints.class).read().getFirst();

        for (int writes = 0; writes <= 1; writes++) {
            collection("ledger_checkpoints").deleteMany(new Document());
            SimulatedCrash.after(writes)
                    .runUntilCrash(() -> node.bean(Checkpoints.class).write(checkpoint));
            node.restart(() -> {});

            assertThat(restored()).isEqualTo(2L * writes);
            assertThat(status(guide)).isEqualTo(200);
            awaitCheckpoints();
            assertThat(checkpoints()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStoreThatFailsWhileTheLedgerIsVerifiedIsNoDamage(boolean frozen) {
        try (var stores = new ProxiedStores();
                var proxied =
                        Node.start(stores.settings("imprimatur.ledger.checkpoint-every", String.valueOf(EVERY)))) {
            for (int i = 0; i < 4; i++) proxied.guides().published();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> proxied.bean(Checkpoints.class).read().size() == 2);
            var failures = new AtomicInteger();
            var started =
                    new Ledger(
                            proxied.bean(LedgerRows.class),
                            proxied.bean(AuditAnchors.class),
                            proxied.bean(LedgerChain.class),
                            proxied.bean(Integrity.class),
                            proxied.bean(Checkpoints.class)) {
                        @Override
                        @Nullable
                        String verifyRestored() {
                            try {
                                return super.verifyRestored();
                            } catch (RuntimeException failed) {
                                failures.incrementAndGet();
                                throw failed;
                            }
                        }
                    };
            assertThat(started.restored().end()).isEqualTo(4);
            var watch = new CheckpointWatch(
                    started,
                    proxied.bean(Checkpoints.class),
                    proxied.bean(EndOfLedger.class),
                    proxied.bean(Integrity.class));
            if (frozen) stores.mongo().stall();
            else stores.mongo().cut();

            watch.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> failures.get() >= 1);
            assertThat(started.restored().verifiedUpTo()).isZero();
            stores.mongo().pass();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> started.restored().areVerified());
            assertThat(started.restored().end())
                    .as("the checkpoints still count")
                    .isEqualTo(4);
            assertThat(proxied.bean(Integrity.class).damagedAt()).isZero();
            watch.stop();
        }
    }
}
