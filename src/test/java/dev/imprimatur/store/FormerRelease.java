// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.h2.tools.RunScript;
import org.springframework.util.unit.DataSize;

/** The stores of the release before formats were numbered, from {@code release-1} in the test resources. */
final class FormerRelease {
    static final String SITE_KEY = "imp_site_z4XYMDA9eoFgZDi7LZSLDTn3jaSGIvXD";
    /** When that release was used last. */
    static final Instant MOMENT = Instant.parse("2026-11-28T02:20:00Z");

    private static final String ENGINE_PASSWORD = "of the engine";

    private FormerRelease() {}

    /** Starts this program on those stores, after the given change to the documents. */
    static Node start(Consumer<MongoDatabase> changed) {
        return Node.over(
                MOMENT,
                settings -> {
                    try {
                        fill(settings, changed);
                    } catch (IOException | SQLException failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                SITE_KEY);
    }

    private static void fill(Map<String, String> settings, Consumer<MongoDatabase> changed)
            throws IOException, SQLException {
        var data = new DataDirectory(Path.of(settings.get("imprimatur.data-dir")));
        try (var in = new GZIPInputStream(Files.newInputStream(resource("documents.json.gz")))) {
            var all = BsonDocument.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            String key = all.remove("signingKey").asString().getValue();
            data.secret("signing-key.pem", () -> key);
            if (Stores.areEmbedded()) {
                var server = new EmbeddedMongo(data, new FreeSpace(data, DataSize.ofBytes(0)));
                fill(server.uri(), all, changed);
                server.destroy();
                fillEngine(data);
            } else fill(settings.get("spring.mongodb.uri"), all, changed);
        } finally {
            data.destroy();
        }
    }

    private static void fill(String uri, BsonDocument all, Consumer<MongoDatabase> changed) {
        try (var client = MongoClients.create(uri)) {
            var database = client.getDatabase(new ConnectionString(uri).getDatabase());
            all.forEach((name, documents) -> database.getCollection(name, BsonDocument.class)
                    .insertMany(documents.asArray().stream()
                            .map(BsonValue::asDocument)
                            .toList()));
            changed.accept(database);
        }
    }

    /** Copies the engine store of that release, which was H2. On another database the engine begins empty. */
    private static void fillEngine(DataDirectory data) throws IOException, SQLException {
        String password = data.secret("engine.password", () -> ENGINE_PASSWORD);
        try (var connection =
                        DriverManager.getConnection("jdbc:h2:file:" + data.resolve("engine"), "imprimatur", password);
                var script = new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(resource("engine.sql.gz"))), StandardCharsets.UTF_8)) {
            RunScript.execute(connection, script);
        }
    }

    private static Path resource(String name) {
        return Path.of("src/test/resources/release-1", name);
    }
}
