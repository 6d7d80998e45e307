// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The embedded server keeps acknowledged writes, and its file does not grow without limit. */
@Tag("long")
class EmbeddedMongoTest {
    @TempDir
    Path directory;

    private DataDirectory data;
    private EmbeddedMongo server;
    private MongoClient client;

    @BeforeEach
    void start() throws IOException {
        data = new DataDirectory(directory.resolve("data"));
        open();
    }

    private void open() throws IOException {
        server = new EmbeddedMongo(data, new FreeSpace(data, DataSize.ofBytes(0)));
        client = MongoClients.create(server.uri());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.destroy();
        data.destroy();
    }

    private MongoCollection<Document> things() {
        return client.getDatabase("test").getCollection("things");
    }

    @Test
    void aDocumentIsReadConsistentlyWhileItIsChanged() throws InterruptedException {
        things().insertOne(new Document("_id", "one").append("n", 0));
        var changing = Thread.ofVirtual().start(() -> {
            for (int n = 1; n <= 1_500; n++) things().updateOne(Filters.eq("_id", "one"), changeTo(n));
        });
        int seen = 0;
        while (changing.isAlive()) {
            var read = things().find(Filters.eq("_id", "one")).first();
            int n = read.getInteger("n");
            assertThat(read.keySet().stream().filter(field -> field.startsWith("field")))
                    .hasSize(n == 0 ? 0 : 200)
                    .allMatch(field -> read.getInteger(field) == n);
            seen = Math.max(seen, n);
        }
        changing.join();
        assertThat(seen).isPositive();
    }

    @Test
    void aResultLargerThanOneReplyIsReadInBatches() {
        String megabyte = "x".repeat(1024 * 1024);
        for (int i = 0; i < 60; i++)
            things().insertOne(new Document("_id", i).append("kind", i % 2).append("text", megabyte));

        assertThat(things().find()).hasSize(60);
        assertThat(things().find().batchSize(500)).hasSize(60);
        assertThat(things().find().batchSize(7)).hasSize(60);
        assertThat(things().find(Filters.eq("kind", 1)).sort(Sorts.descending("_id")))
                .extracting(it -> it.getInteger("_id"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).mapToObj(i -> 59 - 2 * i).toList());
        assertThat(things().find().limit(50)).hasSize(50);
        assertThat(things().find().sort(Sorts.ascending("_id")).skip(10).limit(45))
                .extracting(it -> it.getInteger("_id"))
                .hasSize(45)
                .startsWith(10)
                .endsWith(54);
    }

    /** Sets all fields to this number, and alternates between two names for each field. */
    private static Bson changeTo(int n) {
        var changes = new ArrayList<Bson>(List.of(Updates.set("n", n)));
        for (int i = 0; i < 200; i++) {
            changes.add(Updates.set("field" + i + n % 2, n));
            changes.add(Updates.unset("field" + i + (n + 1) % 2));
        }
        return Updates.combine(changes);
    }

    @Test
    void acknowledgedWritesAreInTheFile() throws IOException {
        things().insertOne(new Document("_id", "one").append("n", 1));
        var copy = directory.resolve("copy");
        Files.createDirectory(copy);
        // the file as a kill at this moment would leave it
        Files.copy(data.resolve("documents.mv"), copy.resolve("documents.mv"));

        var second = new DataDirectory(copy);
        var revived = new EmbeddedMongo(second, new FreeSpace(second, DataSize.ofBytes(0)));
        try (var other = MongoClients.create(revived.uri())) {
            assertThat(other.getDatabase("test").getCollection("things").find().first())
                    .isEqualTo(new Document("_id", "one").append("n", 1));
        } finally {
            revived.destroy();
            second.destroy();
        }
    }

    @Test
    void allTypesOfValuesAndKeysSurviveARestart() throws IOException {
        things().createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
        var kinds = new ArrayList<Document>();
        int id = 0;
        for (Object value : Arrays.asList(
                "text and ünïcode 💡",
                7,
                1L << 40,
                2.5,
                true,
                null,
                new Date(1_700_000_000_000L),
                new Document("deep", List.of(new Document("n", 1), List.of("a", 2))),
                new ObjectId("65a0c0ffee65a0c0ffee65a0"),
                new Binary(new byte[] {0, 1, -1}),
                new Decimal128(12))) kinds.add(new Document("_id", "kind-" + id++).append("key", value));
        // enough documents for a tree of pages
        for (int n = 0; n < 2_000; n++)
            kinds.add(new Document("_id", "n-" + n).append("key", "key " + n * 7919 % 2_000));
        things().insertMany(kinds);

        stop();
        start();

        assertThat(things().find().sort(Sorts.ascending("_id")).into(new ArrayList<>()))
                .containsExactlyInAnyOrderElementsOf(kinds);
        for (var kind : kinds) {
            assertThat(things().find(Filters.eq("key", kind.get("key"))).first())
                    .isEqualTo(kind);
            var again = new Document("_id", "again").append("key", kind.get("key"));
            assertThatThrownBy(() -> things().insertOne(again)).isInstanceOf(MongoWriteException.class);
        }
        var withoutKey = new Document("_id", "without");
        assertThatThrownBy(() -> things().insertOne(withoutKey)).isInstanceOf(MongoWriteException.class);
    }

    @Test
    void uniqueKeysAreUniqueAndConditionalUpdatesAreConditional() {
        things().createIndex(Indexes.ascending("a", "b"), new IndexOptions().unique(true));
        things().insertOne(new Document("_id", 1).append("a", "x").append("b", "y"));

        assertThatThrownBy(() -> things().insertOne(
                                new Document("_id", 2).append("a", "x").append("b", "y")))
                .isInstanceOfSatisfying(
                        MongoWriteException.class,
                        taken -> assertThat(Failures.isDuplicateKey(taken)).isTrue());
        assertThat(things().updateOne(Filters.and(Filters.eq("_id", 1), Filters.eq("a", "z")), Updates.set("b", "q"))
                        .getMatchedCount())
                .isZero();
    }

    @Test
    void aQueryWithMoreConditionsThanAnIndexUsesTheIndex() {
        things().createIndex(Indexes.ascending("a", "b"), new IndexOptions().unique(true));
        for (int i = 0; i < 400; i++)
            things().insertOne(new Document("_id", i)
                    .append("a", i % 20)
                    .append("b", i / 20)
                    .append("n", i % 3));

        assertThat(find(Filters.and(Filters.eq("_id", 7), Filters.lte("n", 1)))).containsExactly(7);
        assertThat(find(Filters.and(Filters.eq("_id", 7), Filters.gt("n", 1)))).isEmpty();
        assertThat(find(Filters.and(Filters.eq("a", 3), Filters.eq("b", 2)))).containsExactly(43);
        assertThat(find(Filters.and(Filters.eq("a", 3), Filters.eq("b", 2), Filters.eq("n", 2))))
                .isEmpty();
        assertThat(find(Filters.and(Filters.eq("a", 3), Filters.eq("n", 0))))
                .containsExactly(3, 63, 123, 183, 243, 303, 363);
        assertThat(find(Filters.and(Filters.in("_id", 1, 2, 3), Filters.eq("n", 2))))
                .containsExactly(2);
        assertThat(find(Filters.and(Filters.eq("_id", 7), Filters.or(Filters.eq("a", 1), Filters.eq("a", 7)))))
                .containsExactly(7);
        assertThat(find(Filters.and(Filters.gte("_id", 398), Filters.lte("_id", 500))))
                .containsExactly(398, 399);
        assertThat(find(Filters.and(Filters.eq("_id", 7), Filters.ne("_id", 7))))
                .isEmpty();
        assertThat(things().updateOne(Filters.and(Filters.eq("_id", 7), Filters.eq("n", 1)), Updates.set("n", 9))
                        .getModifiedCount())
                .isOne();
        assertThat(find(Filters.and(Filters.eq("_id", 7), Filters.eq("n", 9)))).containsExactly(7);
        assertThat(things().deleteOne(Filters.and(Filters.eq("_id", 7), Filters.eq("n", 1)))
                        .getDeletedCount())
                .isZero();
        assertThat(things().deleteOne(Filters.and(Filters.eq("_id", 7), Filters.eq("n", 9)))
                        .getDeletedCount())
                .isOne();
        assertThat(find(Filters.and(Filters.eq("a", 7), Filters.eq("b", 0)))).isEmpty();
    }

    private ArrayList<Integer> find(Bson query) {
        return things().find(query)
                .sort(Sorts.ascending("_id"))
                .map(it -> it.getInteger("_id"))
                .into(new ArrayList<>());
    }

    @Test
    void numberedDocumentsAreReadInOrderHoweverMany() {
        for (int i = 99; i >= 0; i--)
            things().insertOne(new Document("_id", NumberedIds.id("owner", i)).append("n", i));
        things().insertOne(new Document("_id", NumberedIds.id("another", 0)));

        assertThat(NumberedIds.all(things(), "owner", 0))
                .extracting(it -> it.getInteger("n"))
                .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void theFileIsCompactedWhileItIsWritten() throws IOException {
        var random = new Random(7);
        byte[] bytes = new byte[4096];
        for (int write = 0; write < 6_000; write++) {
            random.nextBytes(bytes);
            var document = new Document("_id", write % 400)
                    .append("text", HexFormat.of().formatHex(bytes));
            if (write < 400) things().insertOne(document);
            else things().replaceOne(Filters.eq("_id", write % 400), document);
        }
        long size = Files.size(data.resolve("documents.mv"));
        System.out.printf(
                "embedded store: %d KiB on disk for 400 documents of 8 KiB written 15 times each%n", size / 1024);

        assertThat(size).isLessThan(32L << 20);
        client.close();
        server.destroy();
        open();
        assertThat(things().find().sort(Sorts.ascending("_id")).into(new ArrayList<>()))
                .hasSize(400);
    }
}
