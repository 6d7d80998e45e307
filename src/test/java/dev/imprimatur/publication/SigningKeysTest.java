// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** One store, one set of keys: what one node signs, every other one can verify. */
@Tag("store")
@Tag("long")
class SigningKeysTest {
    @TempDir
    private Path folder;

    /** A key pair in two files. */
    private record Pair(Path secret, Path open) {}

    private Pair pair(String name) {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new Pair(
                    written(name + ".pem", "PRIVATE KEY", pair.getPrivate().getEncoded()),
                    written(name + ".pub", "PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Path written(String name, String kind, byte[] key) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(key) + "\n-----END " + kind
                        + "-----\n");
    }

    private static Signer signer(Pair own, Pair... others) throws Exception {
        return new Signer(
                null,
                new JsonMapper(),
                own.secret().toString(),
                IntStream.range(0, others.length)
                        .mapToObj(i -> others[i].open().toString())
                        .toList());
    }

    private static List<String> known(MongoDatabase database) {
        return database.getCollection("signing_keys", Document.class)
                .find()
                .first()
                .getList("keys", String.class);
    }

    @Test
    void ofManyFirstNodesWithKeysOfTheirOwnOneStarts() throws Exception {
        try (var node = Node.start()) {
            // a store that nobody has started on
            var database = node.bean(MongoDatabase.class);
            var rows = node.bean(LedgerRows.class);
            var keys = database.getCollection("signing_keys", Document.class);
            var signers = new ArrayList<Signer>();
            for (int i = 0; i < 4; i++) signers.add(signer(pair("node" + i)));
            for (int round = 0; round < 10; round++) {
                keys.deleteMany(new Document());
                List<Callable<String>> starts = signers.stream()
                        .map(signer -> (Callable<String>) () -> {
                            try {
                                new SigningKeys(database, rows, signer);
                                return signer.keyId();
                            } catch (SigningKeys.Unknown refused) {
                                assertThat(refused).hasMessageContaining(signer.keyId());
                                return "";
                            }
                        })
                        .toList();
                var started = new ArrayList<String>();
                try (var pool = Executors.newFixedThreadPool(starts.size())) {
                    for (var start : pool.invokeAll(starts)) started.add(start.get());
                }
                started.removeIf(String::isEmpty);

                assertThat(started).hasSize(1).isEqualTo(known(database));
            }
        }
    }

    @Test
    void aNodeWithAnotherKeyIsRefusedInWordsAndAKeyIsChangedByNamingTheOneBefore() throws Exception {
        var first = pair("first");
        var second = pair("second");
        try (var node = Node.start("imprimatur.signing.key-file", first.secret().toString())) {
            var guide = node.guides().published();
            var published = node.site().get("/ledger").body();

            assertThatThrownBy(() -> node.restartWith(
                            "imprimatur.signing.key-file", second.secret().toString()))
                    .rootCause()
                    .isInstanceOf(SigningKeys.Unknown.class)
                    .satisfies(refused -> {
                        var told = new SigningKeys.Analyzer().analyze(refused);
                        assertThat(told.getDescription()).contains("not started");
                        assertThat(told.getAction())
                                .contains("imprimatur.signing.key-file", "imprimatur.signing.retired-key-files");
                    });

            // the key before, named: the ledger is verified with both and goes on with the new one
            node.restartWith(
                    "imprimatur.signing.key-file",
                    second.secret().toString(),
                    "imprimatur.signing.retired-key-files",
                    first.open().toString());
            assertThat(node.guides().read(guide).status()).isEqualTo(200);
            assertThat(node.site().get("/ledger").body()).isEqualTo(published);
            node.guides().published();
            assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                    .isFalse();
            assertThat(known(node.bean(MongoDatabase.class))).hasSize(2);

            // nobody goes back without knowing what was signed since
            assertThatThrownBy(() -> node.restartWith(
                            "imprimatur.signing.key-file",
                            first.secret().toString(),
                            "imprimatur.signing.retired-key-files",
                            ""))
                    .rootCause()
                    .isInstanceOf(SigningKeys.Unknown.class);
            node.restartWith(
                    "imprimatur.signing.key-file",
                    first.secret().toString(),
                    "imprimatur.signing.retired-key-files",
                    second.open().toString());
            node.guides().published();
            assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                    .isFalse();
        }
    }

    @Test
    void aLedgerThatIsOlderThanTheListSaysItsKeys() throws Exception {
        var stranger = signer(pair("stranger"));
        try (var node = Node.start()) {
            node.guides().published();
            var database = node.bean(MongoDatabase.class);
            database.getCollection("signing_keys", Document.class).deleteMany(new Document());

            assertThatThrownBy(() -> new SigningKeys(database, node.bean(LedgerRows.class), stranger))
                    .isInstanceOf(SigningKeys.Unknown.class);
            new SigningKeys(database, node.bean(LedgerRows.class), node.bean(Signer.class));

            assertThat(known(database)).containsExactly(node.bean(Signer.class).keyId());
        }
    }
}
