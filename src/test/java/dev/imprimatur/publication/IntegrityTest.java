// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.SigningKeyFile;
import dev.imprimatur.testing.Visitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Data that somebody changed in the store by hand is not served and not built on, and administrators see it. */
@Tag("long")
@Tag("store")
@Isolated("it reads the log, which is that of the JVM")
class IntegrityTest {
    private static final String FORGED = "forged-guide";

    private final Node node = Node.start(
            "imprimatur.delivery.poll",
            "50ms",
            "imprimatur.webhooks.allowed-networks",
            "127.0.0.0/8",
            "imprimatur.review.reconcile-every",
            "1s");
    private final Guides guides = node.guides();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger("dev.imprimatur")).addAppender(log);
    }

    @AfterEach
    void stop() {
        ((Logger) LoggerFactory.getLogger("dev.imprimatur")).detachAppender(log);
        node.close();
    }

    private MongoCollection<Document> ledger() {
        return node.bean(MongoDatabase.class).getCollection("ledger", Document.class);
    }

    private MongoCollection<Document> published() {
        return node.bean(MongoDatabase.class).getCollection("published", Document.class);
    }

    private static Bson row(Guides.Ref guide) {
        return Filters.eq("_id", guide.id() + "#000001");
    }

    private boolean isReady() {
        return node.nobody().get("/actuator/health/readiness").status() == 200;
    }

    private void awaitReady(boolean ready) {
        await().atMost(Duration.ofSeconds(20)).until(() -> isReady() == ready);
    }

    private long position() {
        return node.bean(LedgerReader.class).verified();
    }

    private Http.Answer unpublish(Guides.Ref guide) {
        return node.as("publisher").post(guide.path() + "/unpublish", Map.of("reason", "x"));
    }

    private String homeOf(String username) {
        return Visitor.signedIn(node, username).get("/studio").body();
    }

    private List<String> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Returns a chain that signs with a key that the server does not know. */
    private static LedgerChain chainWithUnknownKey(Path folder) throws Exception {
        var file = SigningKeyFile.ofAStranger(folder);
        var json = new JsonMapper();
        return new LedgerChain(new Signer(null, json, file.toString(), List.of()), json);
    }

    /** Returns an entry at the next position that publishes other content, and otherwise equals the last entry. */
    private LedgerEntry forgedEntry(LedgerChain seal) {
        var last = node.bean(LedgerReader.class).at(List.of(position())).getFirst();
        JsonNode content = Guides.content().put("summary", "Nobody approved this.");
        var hash = ContentHash.of(content).value();
        published()
                .insertOne(new Document("_id", FORGED + "#000001")
                        .append("contentHash", hash)
                        .append("content", Document.parse(content.toString())));
        var open = LedgerEntry.of(
                LedgerEntry.Kind.PUBLISH,
                new LedgerEntry.Subject(FORGED, last.type(), FORGED, last.locale()),
                new LedgerEntry.PublishedRevision(1, 1, hash, last.at(), last.at()),
                last.review(),
                null,
                last.at(),
                LedgerEntry.Link.unsealed(last.position() + 1, last.hash()));
        return seal.seal(open.with(seal.sign(open, last.review())));
    }

    private void insertEntry(LedgerEntry entry) {
        node.bean(MongoDatabase.class)
                .getCollection("ledger", LedgerRows.Row.class)
                .replaceOne(
                        Filters.eq("_id", entry.position()),
                        new LedgerRows.Row(entry.position(), "forged", entry, null),
                        new ReplaceOptions().upsert(true));
    }

    private void assertNotServed(String what) {
        assertThat(node.site().get("/role-guide/" + FORGED).status()).as(what).isEqualTo(404);
        assertThat(node.site().get("/role-guide?limit=100").body()).as(what).doesNotContain(FORGED);
        assertThat(node.site().get("/ledger?limit=100&guides=true").body())
                .as(what)
                .doesNotContain(FORGED);
        assertThat(node.site().get("/ledger?compact=true&limit=100").body())
                .as(what)
                .doesNotContain(FORGED);
    }

    @Test
    void aForgedEntryIsNotServedAndNothingIsAppendedAfterIt(@TempDir Path folder) throws Exception {
        var stranger = chainWithUnknownKey(folder);
        var guide = guides.published();
        var waiting = guides.submitted();
        var task = guides.task("reviewer", waiting);
        String hook = node.as("admin")
                .post("/webhooks", Map.of("url", "http://127.0.0.1:9/hook"))
                .ok()
                .get("id")
                .asString();
        var right = forgedEntry(stranger);
        var wrongHash = right.sealed("0".repeat(64), right.signature());
        var last = node.bean(LedgerReader.class).at(List.of(position())).getFirst();
        var copiedSignature = right.sealed(right.hash(), last.signature());

        for (var entry : List.of(right, wrongHash, copiedSignature)) {
            log.list.clear();
            insertEntry(entry);
            awaitReady(false);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> errors().stream().anyMatch(error -> error.contains("Entry " + entry.position())));

            assertNotServed(entry.toString());
            assertThat(guides.read(guide).status()).isEqualTo(200);
            assertThat(guides.decide("reviewer", task, "approve").problem()).isEqualTo("ledger-damaged");
            assertThat(unpublish(guide).problem()).isEqualTo("ledger-damaged");
            assertThat(guides.read(guide).status()).isEqualTo(200);
            assertThat(homeOf("admin")).contains("Entry " + entry.position() + " of the publication ledger");
            assertThat(homeOf("editor")).doesNotContain("of the publication ledger");
            assertThat(node.as("admin")
                            .get("/ledger/verification")
                            .ok()
                            .get("broken")
                            .asString())
                    .contains("entry " + entry.position());
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> node.as("admin")
                            .get("/webhooks/" + hook + "/attempts")
                            .ok()
                            .get("items")
                            .isEmpty());
            assertThat(errors())
                    .filteredOn(error -> error.toString().contains("of the publication ledger"))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("Entry " + entry.position());
        }
        // not earlier: a waiting step would take the position at once
        ledger().deleteOne(Filters.eq("_id", right.position()));
        awaitReady(true);
        await().atMost(Duration.ofSeconds(10)).until(() -> guides.read(waiting).status() == 200);
        unpublish(guide).ok();
        assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                .isFalse();
    }

    @Test
    void anEntryChangedOrDeletedAfterVerificationIsNotServed() {
        var first = guides.published();
        var guide = guides.published();
        long last = position();
        var before = ledger().find(Filters.eq("_id", last - 1)).first();

        ledger().updateOne(Filters.eq("_id", last - 1), Updates.set("entry.slug", "another"));
        assertThat(node.site().get("/ledger?after=" + (last - 2)).problem()).isEqualTo("ledger-damaged");
        awaitReady(false);
        assertThat(unpublish(guide).problem()).isEqualTo("ledger-damaged");
        assertThat(guides.read(first).status()).isEqualTo(200);
        assertThat(homeOf("admin")).contains("Entry " + (last - 1) + " of the publication ledger");
        ledger().replaceOne(Filters.eq("_id", last - 1), before);
        awaitReady(true);

        // the last entry is checked without a request
        var row = ledger().find(Filters.eq("_id", last)).first();
        for (var change : List.of(
                Updates.set("entry.signature", "eyJ.eyJ.eyJ"),
                Updates.set("entry.kind", "GIVEN_AWAY"),
                Updates.set("entry.later", "a field that nobody signed"),
                Updates.unset("entry.revision"))) {
            ledger().updateOne(Filters.eq("_id", last), change);
            awaitReady(false);
            assertThat(unpublish(guide).problem()).isEqualTo("ledger-damaged");
            ledger().replaceOne(Filters.eq("_id", last), row);
            awaitReady(true);
        }
        ledger().deleteOne(Filters.eq("_id", last));
        awaitReady(false);
        assertThat(unpublish(first).problem()).isEqualTo("ledger-damaged");
        ledger().insertOne(row);
        awaitReady(true);
        assertThat(node.site().get("/ledger?limit=100").ok().get("entries")).hasSize((int) last);
        unpublish(guide).ok();
    }

    @Test
    void aStartOnAForgedEntryServesTheEntriesBeforeItAndIsNotReady(@TempDir Path folder) throws Exception {
        var guide = guides.published();
        var entry = forgedEntry(chainWithUnknownKey(folder));
        node.restart(() -> {});
        insertEntry(entry);
        awaitReady(false);

        node.restart(() -> {});

        assertThat(isReady()).isFalse();
        assertNotServed("after a start");
        assertThat(guides.read(guide).status()).isEqualTo(200);
        assertThat(homeOf("admin")).contains("Entry " + entry.position() + " of the publication ledger");
    }

    @Test
    void aStartOnALedgerWithEntriesAfterADamagedOneServesNothing() {
        var guide = guides.published();
        unpublish(guide).ok();
        long last = position();
        var row = ledger().find(Filters.eq("_id", last)).first();
        // the entry that unpublishes the guide is changed
        ledger().updateOne(Filters.eq("_id", last), Updates.set("entry.slug", "another"));
        node.restart(() -> {});

        assertThat(isReady()).isFalse();
        for (String path : List.of("/role-guide/" + guide.slug(), "/role-guide", "/role-guide?q=machine", "/ledger"))
            assertThat(node.site().get(path).problem()).as(path).isEqualTo("ledger-damaged");
        assertThat(homeOf("admin")).contains("Entry " + last + " of the publication ledger");

        ledger().replaceOne(Filters.eq("_id", last), row);
        awaitReady(true);
        assertThat(guides.read(guide).status()).isEqualTo(410);
    }

    @Test
    void aStartDetectsEntriesMissingInTheMiddle() {
        for (int i = 0; i < 6; i++) guides.published();
        var rows = ledger().find(Filters.lte("_id", 5L)).into(new ArrayList<>());
        ledger().deleteMany(Filters.lte("_id", 5L));
        node.restart(() -> {});

        assertThat(isReady()).isFalse();
        assertThat(node.site().get("/role-guide").problem()).isEqualTo("ledger-damaged");
        assertThat(homeOf("admin")).contains("Entry 1 of the publication ledger is missing");

        ledger().insertMany(rows);
        awaitReady(true);
        assertThat(node.site().get("/role-guide").ok().get("total").asInt()).isEqualTo(6);
    }

    @Test
    void aChangedContentIsReportedAndNotServed() {
        var changed = guides.published();
        var deleted = guides.published();
        var sound = guides.published();
        var waiting = guides.submitted();
        node.restart(() -> {});
        published().updateOne(row(changed), Updates.set("content.summary", "Slipped in."));
        published().deleteOne(row(deleted));

        node.restart(() -> {});

        assertThat(isReady()).isFalse();
        for (var guide : List.of(changed, deleted)) {
            assertThat(guides.read(guide).status()).isEqualTo(503);
            assertThat(guides.read(guide).problem()).isEqualTo("content-damaged");
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?format=html")
                            .problem())
                    .isEqualTo("content-damaged");
            assertThat(guides.state(guide).at("/live/damaged").asString()).contains(guide.slug());
            assertThat(homeOf("admin")).contains(guide.slug());
        }
        assertThat(guides.state(sound).get("live").has("damaged")).isFalse();
        assertThat(guides.read(sound).status()).isEqualTo(200);
        assertThat(node.site().get("/role-guide?fields=title").body())
                .contains(sound.slug())
                .doesNotContain(changed.slug());
        assertThat(node.site().get("/ledger?guides=true&limit=100").problem()).isEqualTo("content-damaged");
        assertThat(guides.decide("reviewer", guides.task("reviewer", waiting), "approve")
                        .problem())
                .isEqualTo("content-damaged");

        unpublish(changed).ok();
        unpublish(deleted).ok();
        awaitReady(true);
        assertThat(guides.read(changed).status()).isEqualTo(410);
        await().atMost(Duration.ofSeconds(10)).until(() -> guides.read(waiting).status() == 200);
    }

    @Test
    void historicalContentIsNotServedIfItWasChangedSince() {
        var guide = guides.published();
        var then = node.clock().instant();
        node.clock().forward(Duration.ofSeconds(5));
        guides.nextEditionSubmitted(guide, "A later summary.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        published().updateOne(row(guide), Updates.set("content.summary", "Slipped in."));

        for (String more : List.of("", "&format=html", "&fields=title"))
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?asOf=" + then + more)
                            .problem())
                    .isEqualTo("content-damaged");
        assertThat(errors()).hasSize(1);
        assertThat(guides.read(guide).status()).isEqualTo(200);
        assertThat(homeOf("admin")).contains(guide.slug() + " (en-US), revision 1, is not what was approved");
    }

    @Test
    void aContentPlantedBeforeTheApprovalIsNotPublished() {
        var guide = guides.submitted();
        published()
                .insertOne(new Document("_id", guide.id() + "#000001")
                        .append("contentHash", "sha256:" + "0".repeat(64))
                        .append(
                                "content",
                                Document.parse(Guides.content()
                                        .put("summary", "Slipped in.")
                                        .toString())));

        var answer = guides.decide("reviewer", guides.task("reviewer", guide), "approve");

        assertThat(answer.problem()).isEqualTo("content-damaged");
        assertThat(guides.read(guide).status()).isEqualTo(404);
        published().deleteOne(row(guide));
        await().atMost(Duration.ofSeconds(10)).until(() -> guides.read(guide).status() == 200);
    }

    @Test
    void aDamagedEntryIsNotReportedAsIntactWhileItIsDamaged() {
        guides.published();
        guides.published();
        var entries = node.bean(MongoDatabase.class).getCollection("ledger", Document.class);
        var first = Filters.eq("_id", 1L);
        var intact = Objects.requireNonNull(entries.find(first).first());
        entries.updateOne(first, Updates.set("entry.slug", "another"));
        var ledger = node.bean(Ledger.class);

        ledger.startOver();
        ledger.startOver();
        assertThat(node.bean(Integrity.class).damagedAt()).isEqualTo(1);
        assertThat(timesIntactAgain()).isZero();

        entries.replaceOne(first, intact);
        ledger.startOver();
        assertThat(node.bean(Integrity.class).damagedAt()).isZero();
        assertThat(timesIntactAgain()).isEqualTo(1);
    }

    private long timesIntactAgain() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getFormattedMessage().contains("intact again"))
                .count();
    }
}
