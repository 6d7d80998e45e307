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

/** All nodes on one store have the same keys: each node can verify the signatures of all others. */
@Tag("store")
@Tag("long")
class SigningKeysTest {
    @TempDir
    private Path folder;

    /** A key pair: the private key and the public key, each in a file. */
    private record Pair(Path privateKey, Path publicKey) {}

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
                own.privateKey().toString(),
                IntStream.range(0, others.length)
                        .mapToObj(i -> others[i].publicKey().toString())
                        .toList());
    }

    private static List<String> signingKeysIn(MongoDatabase database) {
        return database.getCollection("signing_keys", Document.class)
                .find()
                .first()
                .getList("keys", String.class);
    }

    @Test
    void ofManyFirstNodesWithDifferentKeysOneStarts() throws Exception {
        try (var node = Node.start()) {
            // a store on which no node has started yet
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

                assertThat(started).hasSize(1).isEqualTo(signingKeysIn(database));
            }
        }
    }

    @Test
    void aNodeWithAnotherKeyDoesNotStartAndAKeyIsReplacedByNamingTheOldOne() throws Exception {
        var first = pair("first");
        var second = pair("second");
        try (var node =
                Node.start("imprimatur.signing.key-file", first.privateKey().toString())) {
            var guide = node.guides().published();
            var published = node.site().get("/ledger").body();

            assertThatThrownBy(() -> node.restartWith(
                            "imprimatur.signing.key-file", second.privateKey().toString()))
                    .rootCause()
                    .isInstanceOf(SigningKeys.Unknown.class)
                    .satisfies(refused -> {
                        var analysis = new SigningKeys.Analyzer().analyze(refused);
                        assertThat(analysis.getDescription()).contains("not started");
                        assertThat(analysis.getAction())
                                .contains("imprimatur.signing.key-file", "imprimatur.signing.retired-key-files");
                    });

            // the old key is named: the ledger is verified with both keys and continues with the new one
            node.restartWith(
                    "imprimatur.signing.key-file",
                    second.privateKey().toString(),
                    "imprimatur.signing.retired-key-files",
                    first.publicKey().toString());
            assertThat(node.guides().read(guide).status()).isEqualTo(200);
            assertThat(node.site().get("/ledger").body()).isEqualTo(published);
            node.guides().published();
            assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                    .isFalse();
            assertThat(signingKeysIn(node.bean(MongoDatabase.class))).hasSize(2);

            // a node with only the old key cannot verify newer signatures
            assertThatThrownBy(() -> node.restartWith(
                            "imprimatur.signing.key-file",
                            first.privateKey().toString(),
                            "imprimatur.signing.retired-key-files",
                            ""))
                    .rootCause()
                    .isInstanceOf(SigningKeys.Unknown.class);
            node.restartWith(
                    "imprimatur.signing.key-file",
                    first.privateKey().toString(),
                    "imprimatur.signing.retired-key-files",
                    second.publicKey().toString());
            node.guides().published();
            assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                    .isFalse();
        }
    }

    @Test
    void theKeysOfALedgerOlderThanTheListAreReadFromItsEntries() throws Exception {
        var stranger = signer(pair("stranger"));
        try (var node = Node.start()) {
            node.guides().published();
            var database = node.bean(MongoDatabase.class);
            database.getCollection("signing_keys", Document.class).deleteMany(new Document());

            assertThatThrownBy(() -> new SigningKeys(database, node.bean(LedgerRows.class), stranger))
                    .isInstanceOf(SigningKeys.Unknown.class);
            new SigningKeys(database, node.bean(LedgerRows.class), node.bean(Signer.class));

            assertThat(signingKeysIn(database))
                    .containsExactly(node.bean(Signer.class).keyId());
        }
    }
}
