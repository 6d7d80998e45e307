// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.testing.MovableClock;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Visitor;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** The audit is one chain for all nodes, and anchors in the ledger reveal lost records. */
@Tag("store")
class SealedAuditTest {
    private final Node node = Node.shared();
    private final MovableClock clock = new MovableClock();
    /** A separate database on the server of the shared application. */
    private final MongoDatabase store = node.bean(MongoClient.class)
            .getDatabase("audit_" + UUID.randomUUID().toString().substring(0, 8))
            .withCodecRegistry(node.bean(MongoDatabase.class).getCodecRegistry());

    private final Audit audit = auditOfNewNode();
    private final LedgerRows ledger = new LedgerRows(store);

    @AfterEach
    void drop() {
        // the embedded server cannot drop a database; its file is deleted with the test
        if (!Stores.areEmbedded()) store.drop();
    }

    /** Returns the audit of a new node on that database. */
    private Audit auditOfNewNode() {
        return new Audit(store, node.bean(Seals.class), clock);
    }

    private AuditAnchors anchors(Audit of) {
        return new AuditAnchors(ledger, of, node.bean(Signer.class), new Damages(), clock, Duration.ofDays(1));
    }

    private MongoCollection<Document> records() {
        return store.getCollection("audit", Document.class);
    }

    private void record(Audit by, int many) {
        for (int i = 0; i < many; i++) by.record("somebody", "denied", "GET /" + i, "10.0.0.1");
    }

    private void published() {
        var last = ledger.last();
        var entry = node.bean(LedgerReader.class).at(List.of(1L)).getFirst();
        var json = new JsonMapper();
        long position = last.map(LedgerRows.Stored::position).orElse(0L) + 1;
        var next = new LedgerChain(node.bean(Signer.class), json)
                .seal(entry.next(
                        LedgerEntry.Kind.UNPUBLISH,
                        position,
                        last.map(LedgerRows.Stored::hash).orElse(LedgerChain.GENESIS),
                        null,
                        clock.instant()));
        assertThat(ledger.insert(List.of(new LedgerRows.Row(
                        position, "test:" + position, next, anchors(audit).of(next)))))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource
    void everyChangeToTheAuditIsDetected(String what, Consumer<MongoCollection<Document>> change, String message) {
        record(audit, 5);
        assertThat(audit.verify().broken()).isEmpty();

        change.accept(records());

        assertThat(audit.verify().broken()).as(what).first().asString().contains(message);
        // new records are written nevertheless, by this node and by others
        record(audit, 1);
        record(auditOfNewNode(), 1);
        assertThat(audit.verify().broken()).as(what).first().asString().contains(message);
    }

    static Stream<Arguments> everyChangeToTheAuditIsDetected() {
        return Stream.of(
                done("removed", it -> it.deleteOne(Filters.eq("position", 3L)), "record 3 is missing"),
                done("the first removed", it -> it.deleteOne(Filters.eq("position", 1L)), "record 1 is missing"),
                done("the end removed", it -> it.deleteMany(Filters.gt("position", 3L)), "4 to 5 are missing"),
                set("actor", "somebody-else"),
                set("at", new Date(0)),
                set("target", "GET /another"),
                set("source", "10.9.9.9"),
                set("hash", "0".repeat(64)),
                set("previousHash", "0".repeat(64)),
                done(
                        "inserted without a place",
                        it -> it.insertOne(new Document("_id", "forged").append("at", new Date())),
                        "record forged has no place in the chain"),
                done(
                        "inserted behind the last",
                        it -> it.insertOne(new Document("_id", "forged")
                                .append("at", new Date())
                                .append("action", "signed-in")
                                .append("position", 6L)),
                        "record 6 is not sealed"),
                done(
                        "two exchanged",
                        it -> {
                            var one = it.findOneAndDelete(Filters.eq("position", 2L));
                            var other = it.findOneAndDelete(Filters.eq("position", 3L));
                            it.insertOne(new Document(one).append("position", 3L));
                            it.insertOne(new Document(other).append("position", 2L));
                        },
                        "record 2 is not what was sealed"));
    }

    private static Arguments done(String what, Consumer<MongoCollection<Document>> change, String message) {
        return Arguments.of(what, change, message);
    }

    private static Arguments set(String field, Object value) {
        return done(
                field,
                it -> it.updateOne(Filters.eq("position", 3L), Updates.set(field, value)),
                "record 3 is not what was sealed");
    }

    @Test
    void nodesThatAppendConcurrentlyBuildOneChain() throws Exception {
        var nodes = List.of(audit, auditOfNewNode(), auditOfNewNode());
        List<Callable<Void>> all = IntStream.range(0, 9)
                .<Callable<Void>>mapToObj(i -> () -> {
                    record(nodes.get(i % nodes.size()), 40);
                    return null;
                })
                .toList();
        try (var pool = Executors.newFixedThreadPool(all.size())) {
            for (var done : pool.invokeAll(all)) done.get();
        }

        var verification = auditOfNewNode().verify();

        assertThat(verification.broken()).isEmpty();
        assertThat(verification.records()).isEqualTo(360);
        assertThat(verification.position()).isEqualTo(360);
    }

    @Test
    void thousandsOfRecordsAreVerified() {
        record(audit, 2_000);

        assertThat(auditOfNewNode().verify().records()).isEqualTo(2_000);
        assertThat(auditOfNewNode().verify().broken()).isEmpty();
    }

    @Test
    void theLedgerAnchorsTheAuditWithEachEntryAndDaily() {
        node.guides().published();
        record(audit, 3);
        published();
        assertThat(anchors(audit).last())
                .hasValueSatisfying(it -> assertThat(it.position()).isEqualTo(3));
        record(audit, 4);
        anchors(audit).renewIfDue();
        assertThat(anchors(audit).last().orElseThrow().position()).isEqualTo(3);

        clock.forward(Duration.ofHours(25));
        anchors(audit).renewIfDue();

        assertThat(anchors(audit).last().orElseThrow().position()).isEqualTo(7);
        assertThat(anchors(audit).verify().broken()).isEmpty();
        assertThat(node.site().get("/ledger?limit=100").body()).doesNotContain("audit", "anchor");
    }

    @Test
    void aTruncatedAuditIsNotAnchoredAndIsDetectedByANewNode() {
        node.guides().published();
        record(audit, 3);
        published();
        record(audit, 4);
        published();
        records().deleteMany(Filters.gt("position", 5L));
        var other = auditOfNewNode();
        assertThat(other.verify().broken()).isEmpty();

        assertThat(anchors(other).verify().broken())
                .containsExactly(
                        "entry 2 of the publication ledger anchors record 7 of the audit, which is missing or was"
                                + " changed");
        clock.forward(Duration.ofHours(25));
        anchors(other).renewIfDue();
        assertThat(anchors(other).last().orElseThrow().position()).isEqualTo(7);

        store.getCollection("ledger").updateOne(Filters.eq("_id", 2L), Updates.unset("audit"));
        assertThat(anchors(other).verify().broken())
                .containsExactly("entry 2 of the publication ledger has lost its anchor");
        store.getCollection("ledger")
                .updateOne(
                        Filters.eq("_id", 2L),
                        Updates.set(
                                "audit",
                                store.getCollection("ledger")
                                        .find(Filters.eq("_id", 1L))
                                        .first()
                                        .get("audit")));
        assertThat(anchors(other).verify().broken())
                .containsExactly("entry 2 of the publication ledger has an anchor that is not signed by a known key");
    }

    @Test
    void pagesAndExportsSayWhichRecordIsWrong() {
        var shared = node.bean(MongoDatabase.class).getCollection("audit", Document.class);
        node.bean(Audit.class).record("seen", "denied", "GET /before", "10.0.0.1");
        var filter = Filters.eq("actor", "seen");
        var before = shared.find(filter).first();
        shared.updateOne(filter, Updates.set("target", "GET /after"));
        var admin = Visitor.signedIn(node, "admin");

        assertThat(node.as("admin")
                        .get("/audit?person=seen")
                        .ok()
                        .at("/items/0/damage")
                        .asString())
                .isEqualTo("is not what was sealed");
        assertThat(node.as("admin").get("/audit/export?format=csv&person=seen").body())
                .contains(",is not what was sealed\r\n");
        assertThat(admin.get("/studio/audit?person=seen").body())
                .contains("is not what was sealed", "Records are sealed and chained, up to record");
        assertThat(node.as("admin")
                        .get("/audit/verification")
                        .ok()
                        .get("broken")
                        .size())
                .isEqualTo(1);
        assertThat(admin.get("/studio").body()).contains("The audit is not as it was written");

        shared.replaceOne(filter, before);
        assertThat(node.as("admin")
                        .get("/audit/verification")
                        .ok()
                        .get("broken")
                        .size())
                .isZero();
        assertThat(admin.get("/studio").body()).doesNotContain("The audit is not as it was written");
    }
}
