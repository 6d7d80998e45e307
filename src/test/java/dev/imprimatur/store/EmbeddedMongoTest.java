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
import java.util.Random;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we ask of the embedded server: that it keeps what it acknowledged, and that its file does not grow without end. */
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

    private void open() {
        server = new EmbeddedMongo(data);
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
    void whatIsAcknowledgedIsInTheFile() throws IOException {
        things().insertOne(new Document("_id", "one").append("n", 1));
        var copy = directory.resolve("copy");
        Files.createDirectory(copy);
        // as a kill at this moment would leave it
        Files.copy(data.resolve("documents.mv"), copy.resolve("documents.mv"));

        var second = new DataDirectory(copy);
        var revived = new EmbeddedMongo(second);
        try (var other = MongoClients.create(revived.uri())) {
            assertThat(other.getDatabase("test").getCollection("things").find().first())
                    .isEqualTo(new Document("_id", "one").append("n", 1));
        } finally {
            revived.destroy();
            second.destroy();
        }
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
    void numberedDocumentsAreReadInOrderHoweverMany() {
        for (int i = 99; i >= 0; i--) things().insertOne(new Document("_id", Numbered.id("owner", i)).append("n", i));
        things().insertOne(new Document("_id", Numbered.id("another", 0)));

        assertThat(Numbered.all(things(), "owner", 0))
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
                    .append("text", java.util.HexFormat.of().formatHex(bytes));
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
