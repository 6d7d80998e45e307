// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.Imprimatur;
import dev.imprimatur.check.CheckCommand;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.media.TestPictures;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A server that lost everything is restored from one file. */
@Tag("long")
@Tag("store")
@Isolated("engines of a JVM are in one register")
class BackupCommandTest {
    @TempDir
    Path folder;

    private Path file;
    private Path passphrase;
    private int code;

    @BeforeEach
    void name() throws IOException {
        file = folder.resolve("imprimatur.backup");
        passphrase = Files.writeString(folder.resolve("passphrase"), "correct horse battery staple\n");
    }

    private String run(Node node, String... arguments) {
        var printed = new ByteArrayOutputStream();
        var all = new ArrayList<>(List.of(arguments));
        all.add("--passphrase-file=" + passphrase);
        all.addAll(node.arguments());
        code = BackupCommand.run(Imprimatur.class, all, new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8);
    }

    private void backUp(Node node) {
        String said = run(node, "backup", file.toString());
        assertThat(code).as(said).isZero();
        assertThat(said).startsWith("backed up: ");
    }

    private void restore(Node node) {
        String said = run(node, "restore", file.toString());
        assertThat(code).as(said).isZero();
        assertThat(said).startsWith("restored: ").contains("read-only");
    }

    /** Makes the backup while the server runs where it can, and else while it is down. */
    private void backUpRunning(Node node) {
        if (Stores.areEmbedded()) node.restart(() -> backUp(node));
        else backUp(node);
    }

    private static Answer decide(Node node) {
        String lineage =
                node.as("admin").get("/ledger/standing").ok().get("lineage").asString();
        return node.as("admin").post("/ledger/lineage", Map.of("lineage", lineage, "message", "All was lost."));
    }

    private static void awaitReady(Node node) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> node.nobody().get("/actuator/health/readiness").status() == 200);
    }

    /** Before anything was published, too: something may have been published since the backup. */
    @Test
    void aLedgerThatWasEmptyIsReadOnlyAfterARestore() {
        try (var node = Node.start()) {
            var draft = node.guides().drafted();
            backUpRunning(node);
            node.restartOnFreshStores(() -> restore(node));
            assertThat(node.as("editor")
                            .post(draft.path() + "/submit", Map.of())
                            .problem())
                    .isEqualTo("ledger-behind");
            decide(node).ok();
            awaitReady(node);
            submitAndApprove(node, draft);
            node.restart(() -> {});
            assertThat(node.guides().read(draft).status()).isEqualTo(200);
        }
    }

    private static void assertSound(Node node) {
        node.restart(() -> {
            var printed = new ByteArrayOutputStream();
            int violated = CheckCommand.run(
                    Imprimatur.class, node.arguments(), new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertThat(violated).as(printed.toString(StandardCharsets.UTF_8)).isZero();
        });
    }

    @Test
    void aServerThatLostEverythingGoesOnAfterADecision() throws Exception {
        try (var node = Node.start()) {
            var asset = Uploads.added(node.as("editor"), "map.png", TestPictures.png(90, 70, Color.RED), "A map");
            var guide = node.guides().published();
            var draft = node.guides().drafted();
            var deleted = node.guides().drafted();
            node.as("editor").delete(deleted.path()).ok();
            var scheduled = node.guides().drafted();
            node.as("publisher")
                    .put(scheduled.path() + "/schedule", Map.of("publishAt", "2090-01-01T00:00:00Z"))
                    .ok();
            var before = node.guides().read(guide);
            String words = node.as("editor").get(draft.path() + "/draft").body();
            String ledger =
                    node.site().get("/ledger?after=0").ok().get("lineage").asString();
            backUpRunning(node);
            assertThat(run(node, "verify-backup", file.toString())).startsWith("intact: ");
            // what is published after the backup is lost
            var lost = node.guides().published();

            node.restartOnFreshStores(() -> restore(node));

            // it may have been unpublished since the backup
            assertThat(node.guides().read(guide).status()).isEqualTo(503);
            assertThat(ContentHash.of(before.ok().get("content")).value())
                    .isEqualTo(before.ok().get("contentHash").asString());
            assertThat(node.nobody().get("/actuator/health/readiness").status()).isEqualTo(503);
            assertThat(node.as("admin").get("/ledger/standing").ok().toString()).contains("position");
            assertThat(node.site().get("/role-guide/" + lost.slug()).status()).isEqualTo(503);
            assertThat(node.as("editor")
                            .post("/role-guide", Map.of("slug", "too-early", "content", Map.of()))
                            .problem())
                    .isEqualTo("ledger-behind");
            decide(node).ok();
            awaitReady(node);

            assertThat(node.guides().read(guide).ok().get("content"))
                    .isEqualTo(before.ok().get("content"));
            assertThat(node.site().get("/role-guide/" + lost.slug()).status()).isEqualTo(404);
            assertThat(node.as("editor").get(draft.path() + "/draft").body()).isEqualTo(words);
            assertThat(node.as("editor").get("/deleted-guides").ok().toString()).contains(deleted.id());
            assertThat(node.as("editor").get(scheduled.path()).ok().toString()).contains("2090-01-01");
            assertThat(node.as("editor")
                            .get("/media/" + asset.get("id").asString() + "/file")
                            .status())
                    .isEqualTo(200);
            assertThat(node.site().get("/ledger?after=0&lineage=" + ledger).problem())
                    .isEqualTo("ledger-changed");
            node.guides().published();
            submitAndApprove(node, draft);
            assertThat(node.guides().read(draft).status()).isEqualTo(200);
            assertSound(node);
        }
    }

    private static void submitAndApprove(Node node, Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
    }

    /** Whatever was acknowledged before the backup began is in it, and it is of one moment. */
    @Test
    void aBackupIsOfOneMomentWhilePeopleWork() throws Exception {
        try (var node = Node.start()) {
            var acknowledged = new ArrayList<Ref>();
            for (int i = 0; i < 5; i++) acknowledged.add(node.guides().published());
            var isOver = new AtomicBoolean();
            var working = Thread.ofVirtual().start(() -> {
                while (!isOver.get()) node.guides().published();
            });
            if (Stores.areEmbedded()) {
                isOver.set(true);
                working.join();
            }
            backUpRunning(node);
            isOver.set(true);
            working.join();

            node.restartOnFreshStores(() -> restore(node));

            decide(node).ok();
            awaitReady(node);
            for (var guide : acknowledged)
                assertThat(node.guides().read(guide).status()).isEqualTo(200);
            assertSound(node);
        }
    }

    @Test
    void commandsRunBesideAServerOnlyWhereItsStoreIsElsewhere() throws Exception {
        try (var node = Node.start()) {
            String said = run(node, "backup", file.toString());
            var printed = new ByteArrayOutputStream();
            int checked = CheckCommand.run(
                    Imprimatur.class, node.arguments(), new PrintStream(printed, true, StandardCharsets.UTF_8));
            if (Stores.areEmbedded()) {
                assertThat(said).contains("is in use by another process");
                assertThat(printed.toString(StandardCharsets.UTF_8)).contains("is in use by another process");
                assertThat(file).doesNotExist();
            } else {
                assertThat(said).startsWith("backed up");
                assertThat(checked).as(printed.toString(StandardCharsets.UTF_8)).isZero();
            }
        }
    }

    @Test
    void nothingIsRestoredOverAnything() throws Exception {
        try (var node = Node.start()) {
            node.guides().published();
            node.restart(() -> {
                backUp(node);
                assertThat(run(node, "backup", file.toString())).contains("exists already");
                assertThat(code).isEqualTo(2);
                assertThat(run(node, "restore", file.toString())).contains("is not empty");
                assertThat(code).isEqualTo(2);
            });
            node.restartOnFreshStores(() -> {
                Path key = node.data().resolve("signing-key.pem");
                write(key, "another key");
                assertThat(run(node, "restore", file.toString())).contains("another signing key");
                delete(key);
                restore(node);
                assertThat(run(node, "restore", file.toString())).contains("is not empty");
            });
        }
    }

    @Test
    void aRestoreThatDidNotEndIsRepeatedAndStartsNoServer() throws Exception {
        try (var node = Node.start()) {
            var guide = node.guides().published();
            var format = new ArrayList<Document>();
            node.bean(MongoDatabase.class).getCollection("store_format").find().into(format);
            node.restart(() -> backUp(node));
            node.restartOnFreshStores(() -> restore(node));
            var formats = node.bean(MongoDatabase.class).getCollection("store_format");
            // as it is in the middle of a restore
            formats.replaceOne(
                    new Document("_id", "format"),
                    new Document("_id", "format")
                            .append("version", Integer.MAX_VALUE)
                            .append("restoring", true));
            node.restart(() -> {
                var printed = new ByteArrayOutputStream();
                int checked = CheckCommand.run(
                        Imprimatur.class, node.arguments(), new PrintStream(printed, true, StandardCharsets.UTF_8));
                assertThat(checked).isEqualTo(2);
                assertThat(printed.toString(StandardCharsets.UTF_8))
                        .contains("a restore into this database did not end");
                restore(node);
            });
            assertThat(node.bean(MongoDatabase.class)
                            .getCollection("store_format")
                            .find()
                            .into(new ArrayList<>()))
                    .isEqualTo(format);
            decide(node).ok();
            awaitReady(node);
            assertThat(node.guides().read(guide).status()).isEqualTo(200);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
