// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.zaxxer.hikari.HikariDataSource;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.SmallDisk;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.unit.DataSize;

/** While the disk is full, the embedded stores acknowledge no write and lose none. When there is space again, they recover by themselves. */
class DiskFullTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MANY = 2_000;
    private static final Random RANDOM = new Random(7);

    private SmallDisk disk;

    @BeforeEach
    void mount() {
        disk = SmallDisk.mounted(64);
    }

    @AfterEach
    void unmount() {
        if (disk != null) disk.close();
    }

    @Test
    void acknowledgedWritesStayAndOthersAreNeverRead() throws Exception {
        var data = new DataDirectory(disk.resolve("data"));
        var server = new EmbeddedMongo(data, new FreeSpace(data, DataSize.ofBytes(0)));
        try (var client = MongoClients.create(server.uri());
                var other = MongoClients.create(server.uri())) {
            var things = client.getDatabase("test").getCollection("things");
            things.insertOne(incompressible(0));
            disk.fill(200);
            var read = new AtomicInteger();
            var reading = Thread.ofVirtual()
                    .start(() -> readAllTheTime(other.getDatabase("test").getCollection("things"), read));

            int acknowledged = 0;
            MongoException failure = null;
            while (failure == null && acknowledged < MANY)
                try {
                    things.replaceOne(Filters.eq("_id", "one"), incompressible(acknowledged + 1));
                    things.insertOne(new Document("_id", acknowledged).append("text", "x".repeat(500)));
                    acknowledged++;
                } catch (MongoException full) {
                    failure = full;
                }

            assertThat(failure).matches(Failures::isDiskFull).matches(Failures::isOutage);
            int now = things.find(Filters.eq("_id", "one")).first().getInteger("n");
            assertThat(now).isBetween(acknowledged, acknowledged + 1);
            assertThat(things.countDocuments()).isEqualTo(acknowledged + 1);
            assertThat(server.isWritable()).isFalse();

            disk.makeRoom();
            await().atMost(PATIENCE).until(server::isWritable);
            reading.interrupt();
            reading.join();
            assertThat(read.get()).isBetween(1, now);
            assertThat(things.find(Filters.eq("_id", "one")).first().getInteger("n"))
                    .isEqualTo(now);
            things.insertOne(new Document("_id", "later"));
            server.destroy();

            var next = new EmbeddedMongo(data, new FreeSpace(data, DataSize.ofBytes(0)));
            try (var later = MongoClients.create(next.uri())) {
                assertThat(later.getDatabase("test").getCollection("things").countDocuments())
                        .isEqualTo(acknowledged + 2);
            } finally {
                next.destroy();
            }
        } finally {
            data.destroy();
        }
    }

    @Test
    void theEngineStoreIsOpenedAgain() throws Exception {
        var data = new DataDirectory(disk.resolve("data"));
        try (var store = (HikariDataSource) new StoreConfiguration.EmbeddedSql().embeddedEngineStore(data)) {
            var statements = new JdbcTemplate(store);
            statements.execute("create table thing (id int primary key, bytes varbinary)");
            var idle = new ArrayList<Connection>();
            for (int i = 0; i < 5; i++) idle.add(store.getConnection());
            for (var connection : idle) connection.close();
            disk.fill(400);

            int acknowledged = 0;
            RuntimeException failure = null;
            while (failure == null && acknowledged < MANY)
                try {
                    statements.update("insert into thing values (?, ?)", acknowledged, bytes(8_000));
                    acknowledged++;
                } catch (RuntimeException full) {
                    failure = full;
                }
            assertThat(failure).matches(Failures::isSqlOutage).matches(Failures::isDiskFull);

            disk.makeRoom();
            await().atMost(PATIENCE)
                    .ignoreExceptionsMatching(Failures::isSqlOutage)
                    .until(() -> statements.update("insert into thing values (-1, null)") == 1);
            for (int i = 0; i < 20; i++)
                assertThat(statements.queryForObject("select count(*) from thing", Integer.class))
                        .isEqualTo(acknowledged + 1);
        } finally {
            data.destroy();
        }
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    @Test
    void nothingIsWrittenWhileLessThanTheReserveIsFree() throws Exception {
        var data = new DataDirectory(disk.resolve("data"));
        var server = new EmbeddedMongo(data, new FreeSpace(data, DataSize.ofMegabytes(8)));
        try (var client = MongoClients.create(server.uri())) {
            var things = client.getDatabase("test").getCollection("things");
            things.insertOne(incompressible(0));
            disk.fill(7 << 10);
            await().atMost(PATIENCE).until(() -> !server.isWritable());

            assertThatThrownBy(() -> things.insertOne(new Document("_id", "refused")))
                    .matches(Failures::isDiskFull);
            assertThatThrownBy(server::mustBeWritable).matches(Failures::isDiskFull);
            assertThat(things.find().into(new ArrayList<>())).hasSize(1);

            disk.makeRoom();
            await().atMost(PATIENCE).until(server::isWritable);
            things.insertOne(new Document("_id", "taken"));
            assertThat(things.countDocuments()).isEqualTo(2);
        } finally {
            server.destroy();
            data.destroy();
        }
    }

    /** Returns a document of some kilobytes that cannot be compressed. */
    private static Document incompressible(int n) {
        return new Document("_id", "one").append("n", n).append("bytes", bytes(8_000));
    }

    private static void readAllTheTime(MongoCollection<Document> things, AtomicInteger highest) {
        while (!Thread.currentThread().isInterrupted())
            try {
                var found = things.find(Filters.eq("_id", "one")).first();
                if (found != null) highest.accumulateAndGet(found.getInteger("n"), Math::max);
            } catch (MongoException endsOrOpensAnew) {
                if (!Failures.isOutage(endsOrOpensAnew)) return;
            }
    }

    @Test
    void aFullDiskIsReportedToEditorsAndReadersNoticeNothing() throws IOException {
        try (var node = Node.start(
                "imprimatur.data-dir", disk.resolve("data").toString(), "imprimatur.storage.min-free-space", "256KB")) {
            var live = node.guides().published();
            var inReview = node.guides().submitted();
            var task = node.guides().task("reviewer", inReview);
            var draft = node.guides().drafted();
            var editor = Visitor.signedIn(node, "editor");
            var acknowledged = new LinkedHashMap<String, String>();

            disk.fill(0);
            assertFull(fillTheRest(node, acknowledged));

            for (int i = 0; i < 5; i++) assertFull(create(node, "never-" + i));
            assertFull(node.guides().edit("editor", draft, "never"));
            assertThat(node.guides().decide("reviewer", task, "approve").status())
                    .isIn(503, 507);
            assertReadyOnlyWithFreeSpace(node);
            assertThat(node.guides().read(live).status()).isEqualTo(200);
            assertThat(node.site().get("/role-guide?q=engineer").status()).isEqualTo(200);
            assertThat(node.as("editor").get(live.path()).status()).isEqualTo(200);
            assertFullPage(editor, live);

            disk.makeRoom();
            assertReady(node);
            assertStored(node, acknowledged);
            // the engine is used again two seconds after it did not answer
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> node.guides()
                                    .decide("reviewer", node.guides().task("reviewer", inReview), "approve")
                                    .status()
                            == 200);
            var later = node.guides().published();
            assertThat(node.guides().read(later).status()).isEqualTo(200);
            node.guides().read(inReview).ok();

            create(node, "again").ok();
            var report = node.bean(Checker.class).run();
            assertThat(report.failure()).isNull();
            assertThat(report.violations()).isEmpty();
        }
    }

    private static Answer create(Node node, String slug) {
        return node.as("editor").post("/role-guide", Map.of("slug", slug, "content", Guides.content()));
    }

    /** Creates drafts until that fails. The free space inside the files is used first. */
    private static Answer fillTheRest(Node node, Map<String, String> acknowledged) {
        for (int i = 0; i < MANY; i++) {
            var answer = create(node, "guide-" + i);
            if (answer.status() != 201) return answer;
            acknowledged.put("guide-" + i, answer.ok().get("id").asString());
        }
        throw new AssertionError("the disk does not become full");
    }

    private static void assertStored(Node node, Map<String, String> acknowledged) {
        acknowledged.forEach((slug, id) -> assertThat(node.as("editor")
                        .get("/role-guide/" + id + "/draft")
                        .ok()
                        .get("content"))
                .as(slug)
                .isEqualTo(Guides.content()));
    }

    private static void assertFull(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(507);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.problem()).isEqualTo("disk-full");
        assertThat(answer.header("Retry-After")).isNotNull();
    }

    private static void assertFullPage(Visitor editor, Guides.Ref live) {
        var answer = editor.post("/studio", "/studio/guides/" + live.id() + "/editions");
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(507);
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.body()).contains("role=\"alert\"", "disk of Imprimatur’s server is full");
    }

    private static void assertReadyOnlyWithFreeSpace(Node node) {
        var readiness = node.nobody().get("/actuator/health/readiness");
        assertThat(readiness.status()).isEqualTo(503);
        assertThat(readiness
                        .json()
                        .get("components")
                        .get("storage")
                        .get("status")
                        .asString())
                .isEqualTo("DOWN");
        assertThat(node.nobody().get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    private static void assertReady(Node node) {
        await().atMost(PATIENCE)
                .until(() -> node.nobody().get("/actuator/health/readiness").status() == 200);
    }
}
