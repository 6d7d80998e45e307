// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Load;
import dev.imprimatur.testing.MongoCopy;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SigningKeyFile;
import dev.imprimatur.testing.SmallDisk;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.TcpProxy;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Injects faults of the stores under load. Two nodes share one MongoDB and one store of the engine; each node has a TCP proxy of its
 * own in front of MongoDB. After each fault, the test compares what the load was answered with what is stored, and the consistency
 * check looks for violations. {@code -Dtest.jvm.args=-Dfaults.rounds=20} injects each fault twenty times and for longer; {@code
 * faults.only} selects one by its name.
 */
@Tag("long")
class FaultsIT {
    private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final String ONLY = System.getProperty("faults.only", "");
    private static final Duration LASTS = Duration.ofMillis(ROUNDS == 1 ? 3_000 : 8_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String[] SETTINGS = {
        "imprimatur.delivery.lease", "2s",
        "imprimatur.delivery.poll", "500ms",
        "imprimatur.review.reconcile-every", "1s",
        "imprimatur.idempotency.lease", "5s",
        "imprimatur.ledger.mark-every", "50ms",
        // the log would name every injected fault
        "logging.level.dev.imprimatur", "off",
        "logging.level.dev.imprimatur.problem.UnexpectedFailure", "error"
    };

    /** A fault, from its injection to its repair. */
    private interface Fault {
        void happen() throws Exception;
    }

    private interface Choice {
        Map<String, Fault> of(FaultsIT test, ProxiedStores stores, TcpProxy secondProxy, MongoClient client);
    }

    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private Load load;

    @Test
    void aFullDiskLosesNothing() throws Exception {
        try (var disk = SmallDisk.mounted(96);
                var node = Node.start(with(
                        "imprimatur.data-dir",
                        disk.resolve("data").toString(),
                        "imprimatur.storage.min-free-space",
                        "256KB"))) {
            nodes.add(node);
            load = Load.of(() -> List.of(node.url()), node);
            for (int round = 0; round < ROUNDS; round++)
                inject(
                        "the disk is full",
                        () -> {
                            disk.fill(0);
                            waitWhileFaulty();
                            disk.makeRoom();
                        },
                        SEED + round);
            load.finish();
            compare("everything that was begun is finished");
        }
    }

    @Test
    @Tag("store")
    void noOutageLosesDoublesOrServesWhatItMustNot() throws Exception {
        injectAll(FaultsIT::outages);
    }

    @Test
    @Tag("store")
    void noForgeryAndNoRestoreLosesDoublesOrServesWhatItMustNot() throws Exception {
        injectAll(FaultsIT::changedDocuments);
    }

    private void injectAll(Choice choice) throws Exception {
        System.out.printf("faults on %s: %d rounds, seed %d%n", Stores.description(), ROUNDS, SEED);
        try (var stores = new ProxiedStores();
                var secondProxy = new TcpProxy(
                        URI.create(stores.directMongoUri()).getHost(),
                        URI.create(stores.directMongoUri()).getPort());
                var first = Node.start(stores.settings(SETTINGS));
                var second = first.beside(
                        "spring.mongodb.uri",
                        stores.proxiedMongoUri().replace(":" + stores.mongo().port(), ":" + secondProxy.port()));
                var client = MongoClients.create(stores.directMongoUri())) {
            nodes.addAll(List.of(first, second));
            load = Load.of(() -> nodes.stream().map(Node::url).toList(), first);
            var faults = choice.of(this, stores, secondProxy, client);
            for (int round = 0; round < ROUNDS; round++)
                for (var fault : faults.entrySet())
                    if (fault.getKey().contains(ONLY.replace('-', ' ')))
                        inject(fault.getKey(), fault.getValue(), SEED + round);
            load.finish();
            compare("everything that was begun is finished");
        }
    }

    /** Stores that are away, slow, empty or those of a while ago, as the engine's may be. */
    private Map<String, Fault> outages(ProxiedStores stores, TcpProxy secondProxy, MongoClient client) {
        var faults = new LinkedHashMap<String, Fault>();
        var firstProxy = stores.mongo();
        faults.put("MongoDB is away from one node", away(secondProxy));
        faults.put("MongoDB is away", away(firstProxy, secondProxy));
        faults.put("MongoDB is frozen", frozen(firstProxy, secondProxy));
        faults.put("MongoDB is frozen for one node", frozen(firstProxy));
        faults.put("the store of the engine is away", away(stores.engine()));
        faults.put("the store of the engine is frozen", frozen(stores.engine()));
        faults.put(
                "both stores are away while a node starts",
                () -> second().restart(() -> {
                    secondProxy.cut();
                    stores.engine().cut();
                    Thread.ofVirtual().start(() -> {
                        waitWhileFaulty();
                        secondProxy.pass();
                        stores.engine().pass();
                    });
                }));
        faults.put("the store of the engine is emptied", () -> everyNodeRestarts(stores::emptyEngine));
        faults.put("the store of the engine is that of a while ago", () -> {
            var restore = stores.copyEngineContent();
            waitWhileFaulty();
            everyNodeRestarts(restore);
        });
        return faults;
    }

    /** Documents that somebody forged, deleted or restored, and nodes that must not start on them. */
    private Map<String, Fault> changedDocuments(ProxiedStores stores, TcpProxy secondProxy, MongoClient client) {
        var database =
                client.getDatabase(URI.create(stores.directMongoUri()).getPath().substring(1));
        var rows = new StoredDocuments(database);
        var faults = new LinkedHashMap<String, Fault>();
        faults.put("an entry is forged", () -> {
            long position = rows.forgeEntry();
            awaitNobodyReady();
            waitWhileFaulty();
            rows.ledger.deleteOne(Filters.eq("_id", position));
        });
        faults.put("a content is forged", () -> {
            var guide = await().atMost(PATIENCE).until(load::anyPublished, Optional::isPresent);
            var content = rows.contentOf(guide.orElseThrow().id());
            rows.published.updateOne(Filters.eq("_id", content.get("_id")), Updates.set("content.summary", "Forged."));
            waitWhileFaulty();
            rows.published.replaceOne(Filters.eq("_id", content.get("_id")), content);
        });
        faults.put("MongoDB is that of a while ago", () -> {
            load.pause();
            var restoreExpectations = load.copyExpectations();
            var copy = MongoCopy.of(database);
            load.begin(SEED);
            waitWhileFaulty();
            load.pause();
            awaitMark(stores, rows.lastEntry().getLong("_id"));
            everyNodeRestarts(() -> copy.restoreInto(database));
            restoreExpectations.run();
            decide();
            load.begin(SEED + 1);
        });
        faults.put("a node with another key and a node of a former release start", () -> {
            var strangersKey = SigningKeyFile.ofAStranger(first().data());
            assertThatThrownBy(() -> first().beside(with("imprimatur.signing.key-file", strangersKey.toString())));
            var format = rows.format();
            rows.formats.updateOne(Filters.eq("_id", format.get("_id")), Updates.inc("version", 1));
            try {
                assertThatThrownBy(() -> first().beside());
            } finally {
                rows.formats.replaceOne(Filters.eq("_id", format.get("_id")), format);
            }
        });
        faults.put("the last entries are deleted", () -> {
            load.endWasLost();
            awaitMark(stores, rows.lastEntry().getLong("_id"));
            rows.ledger.deleteMany(Filters.gt("_id", rows.lastEntry().getLong("_id") - 3));
            awaitNobodyReady();
            // the operator deletes the entries that a node appended after the gap before it noticed the gap
            rows.deleteBehindGap();
            await().atMost(PATIENCE).untilAsserted(this::decide);
        });
        return faults;
    }

    private Node first() {
        return nodes.getFirst();
    }

    private Node second() {
        return nodes.getLast();
    }

    private static String[] with(String... changed) {
        return Stream.concat(Stream.of(SETTINGS), Stream.of(changed)).toArray(String[]::new);
    }

    private static Fault away(TcpProxy... proxies) {
        return during(TcpProxy::cut, proxies);
    }

    private static Fault frozen(TcpProxy... proxies) {
        return during(TcpProxy::stall, proxies);
    }

    private static Fault during(Consumer<TcpProxy> fault, TcpProxy... proxies) {
        return () -> {
            for (var proxy : proxies) fault.accept(proxy);
            waitWhileFaulty();
            for (var proxy : proxies) proxy.pass();
        };
    }

    private static void waitWhileFaulty() {
        try {
            Thread.sleep(LASTS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void everyNodeRestarts(Runnable whileAllAreDown) {
        first().restart(() -> second().restart(whileAllAreDown));
    }

    private void inject(String name, Fault fault, long seed) throws Exception {
        try (var running = load) {
            running.begin(seed);
            awaitProgress();
            fault.happen();
            awaitRecovery(name);
        }
    }

    private void awaitRecovery(String name) {
        long repairedAt = System.nanoTime();
        for (var node : nodes)
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(readiness(node)).as(name).startsWith("200 "));
        var unready = Duration.ofNanos(System.nanoTime() - repairedAt);
        awaitProgress();
        load.pause();
        compare(name + ", ready " + unready.toMillis() + " ms after its end");
    }

    private void awaitProgress() {
        int had = load.acknowledged();
        await().atMost(PATIENCE).until(() -> load.hasFailed() || load.acknowledged() > had + 20);
    }

    private void compare(String what) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            var tally = load.compare();
            assertThat(tally.lost()).as(what).isEmpty();
            assertThat(tally.doubled()).as(what).isEmpty();
        });
        var tally = load.compare();
        assertThat(tally.wronglyServed()).as(what).isEmpty();
        var checker = first().bean(Checker.class);
        assertThat(checker.run().violations()).as(what).isEmpty();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(checker.run().unfinished())
                        .as(what)
                        .allMatch(finding -> isInterruptedCreation(finding.detail())));
        System.out.printf("faults on %s: %s: %s, 0 violations%n", Stores.description(), what, tally);
    }

    /** Whether the finding is the remainder of an interrupted creation, which nobody can see. */
    private static boolean isInterruptedCreation(String finding) {
        return finding.equals("has a working copy, and no log") || finding.equals("was begun, and never came to be");
    }

    private static String readiness(Node node) {
        try {
            var answer = node.nobody().get("/actuator/health/readiness");
            return answer.status() + " " + answer.body();
        } catch (UncheckedIOException down) {
            return down.toString();
        }
    }

    private void awaitNobodyReady() {
        await().atMost(PATIENCE)
                .until(() -> nodes.stream().noneMatch(node -> readiness(node).startsWith("200 ")));
    }

    /** Waits until the store of the engine has recorded this ledger position as the high-water mark. */
    private static void awaitMark(ProxiedStores stores, long position) {
        await().atMost(PATIENCE).until(() -> {
            try (var connection = stores.connection();
                    var marks =
                            connection.createStatement().executeQuery("select max(ledger_position) from ledger_mark")) {
                return marks.next() && marks.getLong(1) >= position;
            }
        });
    }

    /** An administrator decides on each node at the same time; only one decision takes effect. */
    private void decide() {
        String lineage =
                first().as("admin").get("/ledger/standing").ok().get("lineage").asString();
        var decision = Map.of("lineage", lineage, "message", "The end is lost.");
        var answers = nodes.parallelStream()
                .map(node -> node.as("admin").post("/ledger/lineage", decision))
                .toList();
        assertThat(answers).anyMatch(answer -> answer.status() == 200);
        assertThat(answers)
                .allMatch(answer -> answer.status() == 200
                        || answer.status() == 503
                        || answer.problem().equals("ledger-changed"));
    }

    /** The collections that a person with access to MongoDB can change without the application. */
    private record StoredDocuments(
            MongoCollection<Document> ledger, MongoCollection<Document> published, MongoCollection<Document> formats) {
        StoredDocuments(MongoDatabase database) {
            this(
                    database.getCollection("ledger"),
                    database.getCollection("published"),
                    database.getCollection("store_format"));
        }

        Document lastEntry() {
            return ledger.find().sort(Sorts.descending("_id")).first();
        }

        /** Inserts a forged entry after the last one, while the nodes append entries. */
        long forgeEntry() {
            while (true) {
                var forged = lastEntry();
                long position = forged.getLong("_id") + 1;
                forged.append("_id", position).append("cause", "forged");
                forged.get("entry", Document.class).append("position", position);
                try {
                    ledger.insertOne(forged);
                    return position;
                } catch (MongoWriteException taken) {
                    if (taken.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) throw taken;
                }
            }
        }

        void deleteBehindGap() {
            long last = 0;
            for (var entry : ledger.find().sort(Sorts.ascending("_id"))) {
                if (entry.getLong("_id") > last + 1) break;
                last = entry.getLong("_id");
            }
            ledger.deleteMany(Filters.gt("_id", last));
        }

        Document contentOf(String guide) {
            return published
                    .find(Filters.regex("_id", "^" + guide))
                    .sort(Sorts.descending("_id"))
                    .first();
        }

        Document format() {
            return formats.find().first();
        }
    }
}
