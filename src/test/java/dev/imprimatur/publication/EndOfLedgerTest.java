// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.MongoCopy;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A ledger that has lost its end is detected, serves no guide that was unpublished, and continues only after a recorded decision. */
@Tag("long")
@Tag("store")
class EndOfLedgerTest {
    private static final int READERS = 3;
    private static final int DECISIONS = 200;
    private static final int LOOKS = 1_000;

    private final Node node =
            Node.start("imprimatur.ledger.mark-every", "50ms", "imprimatur.review.reconcile-every", "1s");
    private final Guides guides = node.guides();

    @AfterEach
    void stop() {
        node.close();
    }

    private MongoDatabase database() {
        return node.bean(MongoDatabase.class);
    }

    private MongoCopy copied() {
        return MongoCopy.of(database());
    }

    private void restoreAndRestart(MongoCopy copy) {
        awaitMark();
        copy.restoreInto(database());
        node.restart(() -> {});
    }

    /** Waits until the marks are at the last position. */
    private void awaitMark() {
        long position = node.bean(LedgerReader.class).position();
        await().until(() -> node.beans(HighWaterMark.class).stream()
                .allMatch(mark ->
                        mark.mark().filter(it -> it.position() >= position).isPresent()));
    }

    private Http.Answer unpublish(Guides.Ref guide) {
        return node.as("publisher").post(guide.path() + "/unpublish", Map.of("reason", "It is wrong."));
    }

    private Http.Answer report() {
        return node.as("admin").get("/ledger/standing");
    }

    private String lineage() {
        return report().ok().get("lineage").asString();
    }

    private Http.Answer decide(String lineage) {
        return node.as("admin").post("/ledger/lineage", Map.of("lineage", lineage, "message", "The disk was lost."));
    }

    private int readiness() {
        return node.nobody().get("/actuator/health/readiness").status();
    }

    private List<String> listed() {
        var slugs = new ArrayList<String>();
        node.site()
                .get("/role-guide")
                .ok()
                .get("items")
                .forEach(item -> slugs.add(item.get("slug").asString()));
        return slugs;
    }

    private void assertNoViolations() {
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(node.bean(Checker.class).run().unfinished()).isEmpty());
    }

    @Test
    void aServerOnAnOlderBackupIsReadOnlyAndServesNoGuideThatWasUnpublishedSince() {
        var withdrawn = guides.published();
        var kept = guides.published();
        var drafted = guides.drafted();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        var lost = guides.published();
        long reached = node.bean(LedgerReader.class).position();
        var today = copied();

        restoreAndRestart(yesterday);

        assertThat(readiness()).isEqualTo(503);
        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");
        assertThat(guides.read(kept).status()).isEqualTo(200);
        assertThat(listed()).contains(kept.slug()).doesNotContain(withdrawn.slug(), lost.slug());
        assertThat(node.site().get("/ledger?after=" + reached).problem()).isEqualTo("ledger-changed");
        assertThat(node.site().get("/ledger?after=0&compact=true").body()).doesNotContain(withdrawn.slug());
        var report = report().ok();
        assertThat(report.get("behind").asBoolean()).isTrue();
        assertThat(report.get("position").asLong()).isEqualTo(2);
        assertThat(report.get("claims"))
                .extracting(it -> it.get("position").asLong())
                .containsOnly(reached);
        assertThat(report.get("withheld")).extracting(it -> it.asString()).containsExactly(withdrawn.id());
        assertThat(guides.edit("editor", drafted, "Somebody goes on writing.").problem())
                .isEqualTo("ledger-behind");
        assertThat(unpublish(kept).problem()).isEqualTo("ledger-behind");
        assertThat(node.as("editor").get(kept.path()).status()).isEqualTo(200);
        assertThat(Visitor.signedIn(node, "editor").get("/studio").body()).contains("Nothing can be changed");
        assertThat(Visitor.signedIn(node, "admin").get("/studio/ledger").body())
                .contains("The ledger ends at position", withdrawn.id());

        assertThat(node.as("admin").delete("/api-keys/nothing").status()).isNotEqualTo(503);
        assertThat(Visitor.signedIn(node, "admin")
                        .post("/studio/api-keys", "/studio/api-keys/nothing/revoke")
                        .status())
                .isNotEqualTo(503);
        assertThat(node.bean(Checker.class).run().violations())
                .extracting(finding -> finding.rule() + " " + finding.where())
                .contains("ledger-end the engine’s database", "ledger-end the data directory");

        today.restoreInto(database());
        await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 200);
        // the site key was missing in the older backup, too
        await().atMost(Duration.ofSeconds(20))
                .until(() -> guides.read(withdrawn).status() == 410);
        assertThat(guides.read(lost).status()).isEqualTo(200);
        // tokens that were created while the older backup was in use are gone
        String token = new Http(node.management(), Node.basic("editor", Node.PASSWORD))
                .post("/tokens", Map.of("name", "again"))
                .ok()
                .get("token")
                .asString();
        var answer = new Http(node.management(), "Bearer " + token).post(drafted.path() + "/submit", Map.of());
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    @Test
    void anAdministratorsDecisionIsRecordedAndReadersStartOver() {
        var withdrawn = guides.published();
        var kept = guides.published();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        guides.published();
        String before = lineage();
        restoreAndRestart(yesterday);

        assertThat(node.as("editor")
                        .post("/ledger/lineage", Map.of("lineage", before, "message", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(node.as("admin")
                        .post("/ledger/lineage", Map.of("lineage", before, "message", " "))
                        .status())
                .isEqualTo(400);
        assertThat(decide("another").problem()).isEqualTo("ledger-changed");
        decide(before).ok();

        assertThat(readiness()).isEqualTo(200);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertThat(guides.read(kept).status()).isEqualTo(200);
        assertThat(guides.state(withdrawn).get("edition").get("state").asString())
                .isEqualTo("unpublished");
        String after = lineage();
        assertThat(after).isNotEqualTo(before);
        var site = node.site().get("/ledger?after=1&lineage=" + before);
        assertThat(site.problem()).isEqualTo("ledger-changed");
        assertThat(site.json().get("lineage").asString()).isEqualTo(after);
        assertThat(decide(before).ok().get("lineage").asString()).isEqualTo(after);
        assertThat(node.as("admin").get("/audit?action=ledger-continued").body())
                .contains("admin");
        guides.published();
        assertNoViolations();

        awaitMark();
        node.restart(() -> {});
        assertThat(readiness()).isEqualTo(200);
        assertThat(lineage()).isEqualTo(after);
    }

    @Test
    void deletedEntriesAreDetectedAndGuidesInTheLogsArePublishedAgain() {
        var withdrawn = guides.published();
        var published = guides.published();
        unpublish(withdrawn).ok();
        awaitMark();
        database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
        node.restart(() -> {});

        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");
        assertThat(guides.read(published).problem()).isEqualTo("ledger-behind");
        decide(lineage()).ok();

        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertThat(guides.read(published).status()).isEqualTo(200);
        assertThat(guides.state(published).get("live").get("position").asLong()).isGreaterThan(1);
        assertNoViolations();
    }

    @Test
    void renamesThatAreLostAreAppendedAgain() {
        guides.published();
        var guide = guides.published();
        for (String slug : List.of("second", guide.slug(), "third"))
            node.as("publisher")
                    .post(guide.path() + "/slug", Map.of("slug", slug))
                    .ok();
        awaitMark();
        database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
        node.restart(() -> {});
        decide(lineage()).ok();

        for (String former : List.of("second", guide.slug())) {
            var answer = node.site().get("/role-guide/" + former);
            assertThat(answer.header("Location")).as("%s", answer).endsWith("/third");
        }
        assertThat(node.site().get("/role-guide/third").status()).isEqualTo(200);
        assertThat(guides.state(guide).get("slug").asString()).isEqualTo("third");
        assertNoViolations();
    }

    /** A read that began before a decision must not replace what was read after it: the lost entries would not be known as lost. */
    @Test
    void aDecisionIsKnownHoweverManyThreadsReadMeanwhile() {
        var lineage =
                new Lineage(node.bean(MongoClient.class).getDatabase(database().getName() + "_lineage"));
        var reading = new AtomicBoolean(true);
        var readers = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                    while (reading.get()) lineage.refresh();
                }))
                .limit(READERS)
                .toList();
        try {
            for (int i = 0; i < DECISIONS; i++) {
                var decision = lineage.decide(i, Instant.EPOCH, "admin", "The disk was lost.", List.of())
                        .orElseThrow();
                for (int look = 0; look < LOOKS; look++)
                    assertThat(lineage.pending()).contains(decision);
                lineage.carriedOut(decision);
                for (int look = 0; look < LOOKS; look++)
                    assertThat(lineage.id()).isEqualTo(decision.next());
            }
        } finally {
            reading.set(false);
            readers.forEach(CompletableFuture::join);
        }
    }

    @Test
    void entriesDeletedFromARunningServerNeedADecisionAndNoRestart() {
        var withdrawn = guides.published();
        unpublish(withdrawn).ok();
        var published = guides.published();
        awaitMark();
        database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
        await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 503);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertThat(guides.read(published).status()).isEqualTo(200);
        await().until(() -> report().ok().get("behind").asBoolean());
        assertThat(report().ok().get("position").asLong()).isEqualTo(1);
        assertThat(report().ok().get("claims").toString()).contains("this node", "3");
        assertThat(node.as("admin")
                        .get("/ledger/verification")
                        .ok()
                        .get("broken")
                        .asString())
                .contains("entry 2 is missing");
        assertThat(Visitor.signedIn(node, "admin").get("/studio/ledger").body())
                .contains("The ledger ends at position", "Continue without the lost entries");

        decide(lineage()).ok();

        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertThat(guides.read(published).status()).isEqualTo(200);
        assertThat(listed()).containsExactly(published.slug());
        assertThat(readiness()).isEqualTo(200);
        assertNoViolations();
    }

    @Test
    void duringTheDecisionNothingIsAppendedAndNoUnpublishedGuideIsServed() throws Exception {
        var withdrawn = guides.published();
        var kept = guides.published();
        unpublish(withdrawn).ok();
        var waiting = guides.submitted();
        var task = guides.task("reviewer", waiting);
        awaitMark();
        database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
        await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 503);

        String before = lineage();
        var decision = CompletableFuture.supplyAsync(() -> decide(before));
        while (!decision.isDone()) {
            var read = guides.read(withdrawn);
            assertThat(read.status()).as("%s", read).isIn(410, 503);
            var approval = guides.decide("reviewer", task, "approve");
            if (approval.status() == 200) break;
            assertThat(approval.status()).as("%s", approval).isEqualTo(503);
        }
        decision.get().ok();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> guides.decide("reviewer", task, "approve").status() != 503);
        for (var live : List.of(kept, waiting))
            await().atMost(Duration.ofSeconds(20)).until(() -> guides.read(live).status() == 200);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertNoViolations();
    }

    /** All lost entries published guides. No node, neither the deciding one nor another, may report such a guide as missing. */
    @Test
    void aGuideThatIsPublishedAgainIsNeverReportedAsMissing() throws Exception {
        guides.published();
        var lost = Stream.generate(guides::published).limit(5).toList();
        awaitMark();
        try (var others = Stores.areEmbedded() ? null : node.beside("imprimatur.delivery.poll", "1s")) {
            database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
            node.restart(() -> {});
            if (others != null) others.restart(() -> {});
            assertThat(guides.read(lost.getFirst()).status()).isEqualTo(503);

            var statuses = ConcurrentHashMap.<Integer>newKeySet();
            String before = lineage();
            var decision = CompletableFuture.supplyAsync(() -> decide(before));
            var nodes = others == null ? List.of(node) : List.of(node, others);
            for (var server : nodes)
                await().atMost(Duration.ofSeconds(20))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> {
                            var answers = lost.stream()
                                    .map(guide -> server.site()
                                            .get("/role-guide/" + guide.slug())
                                            .status())
                                    .toList();
                            statuses.addAll(answers);
                            return answers.stream().allMatch(status -> status == 200);
                        });
            decision.get().ok();
            assertThat(statuses).containsExactlyInAnyOrder(200, 503);
        }
    }

    /** Simulates two nodes: one had not read the last entries when they were lost, and appended other entries at their positions. */
    @Test
    void entriesThatOtherEntriesReplacedAreDetectedAndAppendedAgain() {
        var withdrawn = guides.published();
        var kept = guides.published();
        var lost = guides.submitted();
        var lostTask = guides.task("reviewer", lost);
        var instead = List.of(guides.submitted(), guides.submitted());
        var before = copied();
        unpublish(withdrawn).ok();
        guides.decide("reviewer", lostTask, "approve").ok();
        var one = copied();
        before.restoreInto(database());
        deleteMarkFile();
        node.restartWithoutEngineDatabase();
        for (var guide : instead)
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        unpublish(instead.getLast()).ok();

        for (var guide : List.of(withdrawn, lost)) one.restoreInto(database(), guide);
        node.restart(() -> {});

        assertThat(readiness()).isEqualTo(503);
        assertThat(report().ok().get("claims"))
                .extracting(it -> it.get("position").asLong())
                .containsExactly(4L);
        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");
        assertThat(guides.read(kept).status()).isEqualTo(200);
        assertThat(guides.read(instead.getFirst()).status()).isEqualTo(200);

        decide(lineage()).ok();

        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        for (var live : List.of(kept, lost, instead.getFirst()))
            assertThat(guides.read(live).status()).as("%s", live).isEqualTo(200);
        assertThat(guides.read(instead.getLast()).status()).isEqualTo(410);
        assertThat(readiness()).isEqualTo(200);
        assertNoViolations();
        node.restart(() -> {});
        assertThat(readiness()).isEqualTo(200);
        assertNoViolations();
    }

    @Test
    void eitherMarkAloneIsEnough() {
        var withdrawn = guides.published();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        awaitMark();
        yesterday.restoreInto(database());
        node.restartWithoutEngineDatabase();
        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");

        decide(lineage()).ok();
        var today = copied();
        var next = guides.published();
        unpublish(next).ok();
        awaitMark();
        today.restoreInto(database());
        node.restart(this::deleteMarkFile);
        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");
        assertThat(report().ok().get("behind").asBoolean()).isTrue();
    }

    private void deleteMarkFile() {
        try (var files = Files.newDirectoryStream(node.data(), "ledger-mark*")) {
            for (var file : files) Files.delete(file);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aDecisionInterruptedByACrashIsCarriedOutAtTheNextStart() {
        var withdrawn = guides.published();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        String before = lineage();
        restoreAndRestart(yesterday);
        node.bean(Lineage.class).decide(1, node.clock().instant(), "admin", "The disk was lost.", List.of());
        node.restart(() -> {});

        assertThat(readiness()).isEqualTo(200);
        assertThat(lineage()).isNotEqualTo(before);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertNoViolations();
    }

    @Test
    void aDecisionInterruptedByACrashStillKnowsUnpublishedGuidesFromTheLogs() {
        var withdrawn = guides.published();
        unpublish(withdrawn).ok();
        awaitMark();
        database().getCollection("ledger").deleteMany(Filters.gt("_id", 1L));
        node.bean(Lineage.class).decide(1, node.clock().instant(), "admin", "Somebody took entries away.", List.of());
        deleteMarkFile();
        node.restartWithoutEngineDatabase();

        assertThat(readiness()).isEqualTo(200);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertNoViolations();
    }

    @Test
    void nothingIsServedIfNobodyKnowsWhichGuidesWereUnpublished() {
        var guide = guides.published();
        node.as("admin")
                .post("/webhooks", Map.of("url", "https://example.org/hook"))
                .ok();
        node.bean(MongoDatabase.class)
                .getCollection("webhooks")
                .updateMany(Filters.empty(), new Document("$set", new Document("webhook.position", 7L)));
        node.restart(() -> {});

        assertThat(guides.read(guide).problem()).isEqualTo("ledger-behind");
        assertThat(report().ok().get("claims").get(0).get("by").asString()).isEqualTo("the webhooks");
        decide(lineage()).ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
        assertNoViolations();
    }

    @Test
    void theSameCopyCanBeRestoredAgainAfterADecision() {
        var withdrawn = guides.published();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        restoreAndRestart(yesterday);
        decide(lineage()).ok();
        guides.published();
        awaitMark();
        var later = copied();

        restoreAndRestart(yesterday);
        assertThat(guides.read(withdrawn).problem()).isEqualTo("ledger-behind");
        assertThat(node.site().get("/ledger?guides=true").ok().get("entries").values())
                .allMatch(entry -> !entry.has("guide"));
        decide(lineage()).ok();
        assertNoViolations();
        node.bean(EndOfLedger.class).compare();
        assertThat(readiness()).isEqualTo(200);
        guides.published();
        awaitMark();

        restoreAndRestart(later);
        assertThat(report().ok().get("behind").asBoolean()).isTrue();
        decide(lineage()).ok();
        node.bean(EndOfLedger.class).compare();
        assertThat(readiness()).isEqualTo(200);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
        assertNoViolations();
    }

    @Test
    void anotherNodeFollows() {
        Assumptions.assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        var withdrawn = guides.published();
        var yesterday = copied();
        unpublish(withdrawn).ok();
        restoreAndRestart(yesterday);
        try (var twin = node.beside()) {
            assertThat(twin.site().get("/role-guide/" + withdrawn.slug()).problem())
                    .isEqualTo("ledger-behind");
            decide(lineage()).ok();
            String after = lineage();
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            twin.site().get("/role-guide/" + withdrawn.slug()).status() == 410);
            assertThat(twin.site().get("/ledger").ok().get("lineage").asString())
                    .isEqualTo(after);
            assertThat(twin.nobody().get("/actuator/health/readiness").status()).isEqualTo(200);
        }
    }
}
