// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import dev.imprimatur.testing.WorkedExample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A release is published as a whole or not at all, and only with what the gate demands of each guide. */
@Tag("long")
@Tag("store")
class ReleasesTest {
    private static Node node;
    private static Http publisher;

    @BeforeAll
    static void start() {
        node = Node.start();
        publisher = node.as("publisher");
    }

    @AfterAll
    static void stop() {
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        node.close();
    }

    private static String release(String... instant) {
        var wanted = instant.length == 0
                ? Map.of("name", "New salaries")
                : Map.of("name", "New salaries", "publishAt", instant[0]);
        return "/releases/" + publisher.post("/releases", wanted).ok().get("id").asString();
    }

    private static Http.Answer add(String release, Ref guide) {
        return publisher.put(release + "/guides/" + guide.id(), Map.of());
    }

    private static Http.Answer withdraw(String release, Ref guide) {
        return publisher.put(
                release + "/guides/" + guide.id(), Map.of("action", "unpublish", "reason", "It is outdated."));
    }

    private static Ref approvedFor(String release) {
        var guide = node.guides().submitted();
        add(release, guide).ok();
        approve(guide);
        return guide;
    }

    private static void approve(Ref guide) {
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
    }

    private static String stateOf(Ref guide) {
        return node.guides().state(guide).get("edition").get("state").asString();
    }

    private static int statusOf(Ref guide) {
        return node.guides().read(guide).status();
    }

    private static List<JsonNode> entriesOf(String release) {
        String id = release.substring(release.lastIndexOf('/') + 1);
        var entries = new ArrayList<JsonNode>();
        long after = 0;
        for (JsonNode page; ; after = page.get("next").asLong()) {
            page = node.site().get("/ledger?limit=100&after=" + after).ok();
            page.get("entries").values().stream()
                    .filter(entry -> entry.at("/release/id").asString("").equals(id))
                    .forEach(entries::add);
            if (!page.has("next")) return entries;
        }
    }

    @Test
    void publicationsAndWithdrawalsAreSeenTogether() {
        String release = release();
        var leaving = node.guides().published();
        var first = approvedFor(release);
        var second = approvedFor(release);
        withdraw(release, leaving).ok();

        assertThat(stateOf(first)).isEqualTo("scheduled");
        assertThat(statusOf(first)).isEqualTo(404);
        assertThat(publisher.get(release + "/check").ok().get("ready").asBoolean())
                .isTrue();
        var edit = node.as("editor").patch(first.path() + "/draft", Map.of("summary", "Other."), "If-Match", "\"1\"");
        assertThat(edit.problem()).isEqualTo("scheduled");

        var published = publisher.post(release + "/publish", Map.of()).ok();

        assertThat(published.get("state").asString()).isEqualTo("published");
        assertThat(List.of(statusOf(first), statusOf(second), statusOf(leaving)))
                .containsExactly(200, 200, 410);
        assertThat(stateOf(first)).isEqualTo("published");
        assertThat(stateOf(leaving)).isEqualTo("unpublished");
        var entries = entriesOf(release);
        assertThat(entries).hasSize(3);
        long from = entries.getFirst().get("position").asLong();
        assertThat(entries).extracting(it -> it.get("position").asLong()).containsExactly(from, from + 1, from + 2);
        assertThat(entries).allSatisfy(it -> {
            assertThat(it.at("/release/first").asLong()).isEqualTo(from);
            assertThat(it.at("/release/last").asLong()).isEqualTo(from + 2);
        });
        assertThat(publisher
                        .post(release + "/publish", Map.of())
                        .ok()
                        .get("state")
                        .asString())
                .isEqualTo("published");
        assertThat(entriesOf(release)).hasSize(3);
        assertThat(node.as("editor").get(first.path() + "/log").body()).contains("publication-due");
        assertThat(publisher.get(release + "/check").ok().get("items").size()).isEqualTo(3);
    }

    @Test
    void whatIsMissingIsSaidAndNothingIsPublished() {
        String release = release();
        var ready = approvedFor(release);
        var draft = node.guides().drafted();
        add(release, draft).ok();
        var inReview = node.guides().submitted();
        add(release, inReview).ok();

        var check = publisher.get(release + "/check").ok();
        assertThat(check.get("ready").asBoolean()).isFalse();
        var refused = publisher.post(release + "/publish", Map.of());

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("release-incomplete");
        assertThat(refused.json().get("errors").values())
                .extracting(it -> it.get("pointer").asString())
                .containsExactlyInAnyOrder("/guides/" + draft.id(), "/guides/" + inReview.id());
        assertThat(statusOf(ready)).isEqualTo(404);
        assertThat(stateOf(ready)).isEqualTo("scheduled");

        publisher.delete(release + "/guides/" + draft.id()).ok();
        approve(inReview);
        publisher.post(release + "/publish", Map.of()).ok();
        assertThat(List.of(statusOf(ready), statusOf(inReview))).containsExactly(200, 200);
        assertThat(statusOf(draft)).isEqualTo(404);
    }

    @Test
    void aReleaseIsPublishedAtItsInstant() {
        var at = node.clock().instant().plus(Duration.ofHours(3));
        String release = release(at.toString());
        var first = approvedFor(release);
        var second = approvedFor(release);
        assertThat(publisher.get("/calendar").ok().get("releases").values())
                .extracting(it -> it.get("id").asString())
                .contains(release.substring(release.lastIndexOf('/') + 1));
        node.clock().forward(Duration.ofHours(3));

        await().atMost(Duration.ofSeconds(20)).until(() -> statusOf(first) == 200);

        assertThat(statusOf(second)).isEqualTo(200);
        assertThat(entriesOf(release)).hasSize(2);
    }

    @Test
    void aReleaseThatIsNotReadyAtItsInstantIsHeld() {
        String release =
                release(node.clock().instant().plus(Duration.ofHours(1)).toString());
        var ready = approvedFor(release);
        var late = node.guides().submitted();
        add(release, late).ok();
        node.clock().forward(Duration.ofHours(1));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> publisher.get(release).ok().get("held").asBoolean());

        assertThat(statusOf(ready)).isEqualTo(404);
        approve(late);
        assertThat(statusOf(late)).isEqualTo(404);
        publisher.post(release + "/publish", Map.of()).ok();
        assertThat(List.of(statusOf(ready), statusOf(late))).containsExactly(200, 200);
    }

    @Test
    void whatIsTakenOutIsUnderReviewAgain() {
        String release = release();
        var guide = approvedFor(release);
        String other = release();
        assertThat(add(other, guide).problem()).isEqualTo("in-another-release");
        assertThat(publisher.delete(guide.path() + "/schedule").problem()).isEqualTo("in-release");
        assertThat(publisher
                        .put(
                                guide.path() + "/schedule",
                                Map.of(
                                        "publishAt",
                                        node.clock().instant().plusSeconds(60).toString()))
                        .problem())
                .isEqualTo("in-release");

        publisher.delete(release + "/guides/" + guide.id()).ok();

        assertThat(stateOf(guide)).isEqualTo("in-review");
        approve(guide);
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void aReplacedSubmissionStaysInItsRelease() {
        String release = release();
        var guide = node.guides().submitted();
        add(release, guide).ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        approve(guide);

        assertThat(stateOf(guide)).isEqualTo("scheduled");
        publisher.post(release + "/publish", Map.of()).ok();
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void aDeletedReleaseLeavesItsGuides() {
        String release = release();
        var approved = approvedFor(release);
        var draft = node.guides().drafted();
        add(release, draft).ok();

        publisher.delete(release).ok();

        assertThat(publisher.get(release).status()).isEqualTo(404);
        assertThat(publisher.delete(release).status()).isEqualTo(204);
        assertThat(stateOf(approved)).isEqualTo("in-review");
        String other = release();
        add(other, draft).ok();
    }

    @Test
    void aWithdrawalThatHappenedBeforeIsMissing() {
        String release = release();
        var guide = node.guides().published();
        withdraw(release, guide).ok();
        publisher
                .post(guide.path() + "/unpublish", Map.of("reason", "At once."))
                .ok();

        assertThat(publisher.post(release + "/publish", Map.of()).problem()).isEqualTo("release-incomplete");
        publisher.delete(release + "/guides/" + guide.id()).ok();
        assertThat(publisher.post(release + "/publish", Map.of()).problem()).isEqualTo("release-incomplete");
    }

    @Test
    void theNextEditionOfAPublishedGuideWaitsBesideIt() {
        String release = release();
        var guide = node.guides().published();
        assertThat(add(release, guide).problem()).isEqualTo("not-in-progress");
        node.as("editor").post(guide.path() + "/editions", Map.of()).ok();
        add(release, guide).ok();
        node.as("editor")
                .patch(guide.path() + "/draft", Map.of("summary", "The second."), "If-Match", "\"2-1\"")
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        approve(guide);
        assertThat(node.guides().read(guide).body()).doesNotContain("The second.");

        publisher.post(release + "/publish", Map.of()).ok();

        assertThat(node.guides().read(guide).body()).contains("The second.");
    }

    @ParameterizedTest
    @CsvSource({
        "'', /name",
        "' ', /name",
    })
    void aReleaseHasAName(String name, String pointer) {
        var answer = publisher.post("/releases", Map.of("name", name));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }

    @Test
    void pagesShowThatAGuideWasDeleted() {
        String release = release();
        var guide = node.guides().submitted();
        publisher.put(release + "/guides/" + guide.id(), Map.of()).ok();
        await().untilAsserted(() ->
                assertThat(node.as("reviewer").get("/notifications").body()).contains(guide.id()));

        node.as("editor").delete(guide.path()).ok();

        assertThat(Visitor.signedIn(node, "reviewer")
                        .get("/studio/notifications")
                        .body())
                .contains("a guide that was deleted");
        var visitor = Visitor.signedIn(node, "publisher");
        for (String page : List.of("", "/preview"))
            assertThat(visitor.get("/studio" + release + page).body()).contains(guide.id());
        visitor.post("/studio" + release, "/studio" + release + "/take-out", "guide", guide.id());
        assertThat(visitor.get("/studio" + release).body()).doesNotContain(guide.id());
    }

    @Test
    void badInputChangesNothing() {
        String release = release();
        var guide = node.guides().published();
        String path = release + "/guides/" + guide.id();
        for (var wanted : List.of(
                Map.of("action", "delete"),
                Map.of("action", "unpublish"),
                Map.of("action", "unpublish", "reason", " "),
                Map.of("action", "unpublish", "reason", "Why", "reasonCode", "unknown"),
                Map.of("action", "unpublish", "reason", "Why", "redirectTo", "javascript:alert(1)"),
                Map.of("reason", "Why"),
                Map.of("edition", 1)))
            assertThat(publisher.put(path, wanted).status())
                    .as(wanted.toString())
                    .isEqualTo(400);
        assertThat(publisher
                        .post("/releases", Map.of("name", "N", "publishAt", "2026-02-30T00:00:00Z"))
                        .status())
                .isEqualTo(400);
        assertThat(publisher.put(release + "/guides/nothing", Map.of()).status())
                .isEqualTo(404);
        assertThat(publisher
                        .put("/releases/nothing/guides/" + guide.id(), Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(publisher.get(release + "/check").ok().get("items").size()).isZero();
        assertThat(node.as("editor").post(release + "/publish", Map.of()).status())
                .isEqualTo(403);
    }

    @Test
    void aRepeatedRequestCreatesOneRelease() {
        var wanted = Map.of("name", "Once");
        var one = publisher
                .post("/releases", wanted, "Idempotency-Key", "release-once")
                .ok();
        var again = publisher
                .post("/releases", wanted, "Idempotency-Key", "release-once")
                .ok();
        assertThat(again).isEqualTo(one);
    }

    @Test
    void aPublishedReleaseIsUndoneByAnother() {
        String release = release();
        var added = approvedFor(release);
        var left = node.guides().published();
        withdraw(release, left).ok();
        var changed = node.guides().published();
        node.as("editor").post(changed.path() + "/editions", Map.of()).ok();
        add(release, changed).ok();
        node.as("editor")
                .patch(changed.path() + "/draft", Map.of("summary", "The second."), "If-Match", "\"2-1\"")
                .ok();
        node.as("editor").post(changed.path() + "/submit", Map.of()).ok();
        approve(changed);
        publisher.post(release + "/publish", Map.of()).ok();

        assertThat(publisher.post(release + "/undo", Map.of()).problem()).isEqualTo("editor-only");
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "edits-and-publishes",
                                "displayName",
                                "Edits and publishes",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR", "PUBLISHER")))
                .ok();
        var person = node.as("edits-and-publishes");
        var undoing = person.post(release + "/undo", Map.of(), "Idempotency-Key", "undo")
                .ok();
        assertThat(person.post(release + "/undo", Map.of(), "Idempotency-Key", "undo")
                        .ok())
                .isEqualTo(undoing);

        String path = "/releases/" + undoing.get("id").asString();
        assertThat(publisher.get(path + "/check").ok().get("items").size()).isEqualTo(3);
        assertThat(publisher.post(path + "/publish", Map.of()).problem()).isEqualTo("release-incomplete");
        for (var guide : List.of(left, changed)) {
            node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            approve(guide);
        }
        publisher.post(path + "/publish", Map.of()).ok();
        assertThat(List.of(statusOf(added), statusOf(left), statusOf(changed))).containsExactly(410, 200, 200);
        assertThat(node.guides().read(changed).body()).doesNotContain("The second.");
        assertThat(person.post(release + "/undo", Map.of()).problem()).isEqualTo("changed-since");
    }

    @Test
    void anUndoThatIsRefusedLeavesNoRelease() {
        String release = release();
        var added = approvedFor(release);
        publisher.post(release + "/publish", Map.of()).ok();
        publisher.post(release + "/undo", Map.of()).ok();
        int before = publisher.get("/releases").ok().get("items").size();

        var refused = publisher.post(release + "/undo", Map.of());

        assertThat(refused.problem()).isEqualTo("changed-since");
        assertThat(refused.json().at("/errors/0/pointer").asString()).isEqualTo("/guides/" + added.id());
        assertThat(publisher.get("/releases").ok().get("items")).hasSize(before);
    }

    /** A name of 200 characters, each of which needs two units in Java. */
    @Test
    void aReleaseWithALongNameIsUndone() {
        String release = "/releases/"
                + publisher
                        .post("/releases", Map.of("name", "🙂".repeat(200)))
                        .ok()
                        .get("id")
                        .asString();
        approvedFor(release);
        publisher.post(release + "/publish", Map.of()).ok();

        assertThat(publisher.post(release + "/undo", Map.of()).ok().get("name").asString())
                .startsWith("Undo: 🙂")
                .endsWith("🙂");
        assertThat(publisher.post("/releases", Map.of("name", "🙂".repeat(201))).status())
                .isEqualTo(400);
    }

    /** A task behind the last approval comes before the publication, whether the review is stamped before or afterwards. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReleaseWaitsForTheTaskBehindTheLastApproval(boolean isStamped, @TempDir Path folder) throws IOException {
        try (var other = Node.start(WorkedExample.settings(
                folder, bpmn -> isStamped ? WorkedExample.withTaskBehindTheStamp(bpmn) : bpmn))) {
            var by = other.as("publisher");
            String path = "/releases/"
                    + by.post("/releases", Map.of("name", "News"))
                            .ok()
                            .get("id")
                            .asString();
            var note = WorkedExample.submitted(other);
            by.put(path + "/guides/" + note.id(), Map.of()).ok();
            other.guides()
                    .decide("reviewer", other.guides().task("reviewer", note), "approve")
                    .ok();

            var check = by.get(path + "/check").ok();
            assertThat(check.get("ready").asBoolean()).isFalse();
            assertThat(check.toString()).contains("edition 1 waits for “Check rights”");
            assertThat(by.post(path + "/publish", Map.of()).problem()).isEqualTo("release-incomplete");
            assertThat(other.guides().read(note).status()).isEqualTo(404);

            other.guides()
                    .decide("admin", other.guides().task("admin", note), "cleared")
                    .ok();
            by.post(path + "/publish", Map.of()).ok();
            assertThat(other.guides().read(note).status()).isEqualTo(200);
            assertThat(other.bean(Checker.class).run().violations()).isEmpty();
        }
    }

    /** The last zone was set by a node whose Java knows it. */
    @ParameterizedTest
    @CsvSource({
        "2031-01-02T09:00:00Z,, 2031-01-02T09:00:00, UTC",
        "2031-01-02T09:00:00, Europe/Berlin, 2031-01-02T09:00:00, Europe/Berlin",
        "2031-01-02T09:00:00, Mars/Olympus, 2031-01-02T09:00:00, UTC",
    })
    void thePageAndTheApiShowTheInstant(String instant, String zone, String shown, String shownZone) {
        boolean isKnown = zone == null || ZoneId.getAvailableZoneIds().contains(zone);
        var wanted = new HashMap<String, String>(Map.of("name", "At an instant", "publishAt", instant));
        if (zone != null) wanted.put("zone", isKnown ? zone : "UTC");
        String id = publisher.post("/releases", wanted).ok().get("id").asString();
        if (!isKnown)
            node.bean(MongoDatabase.class)
                    .getCollection("releases")
                    .updateOne(Filters.eq("_id", id), Updates.set("zone", zone));

        assertThat(publisher.get("/releases/" + id).status()).isEqualTo(200);
        assertThat(publisher.get("/releases").status()).isEqualTo(200);
        var page = Visitor.signedIn(node, "publisher").get("/studio/releases/" + id);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("value=\"" + shown + "\"", "value=\"" + shownZone + "\"");
    }

    /** Every entry of a release has the same instant, so no {@code asOf} lies inside it. */
    @Test
    void noInstantLiesInsideARelease() {
        String release = release();
        var leaving = List.of(node.guides().published(), node.guides().published());
        var coming = new ArrayList<Ref>();
        for (int i = 0; i < 20; i++) coming.add(approvedFor(release));
        leaving.forEach(guide -> withdraw(release, guide).ok());
        publisher.post(release + "/publish", Map.of()).ok();

        var entries = entriesOf(release);

        assertThat(entries).hasSize(22);
        assertThat(entries)
                .extracting(it -> it.get("at").asString())
                .containsOnly(entries.getFirst().get("at").asString());
        for (var entry : entries) {
            String instant = entry.get("at").asString();
            if (entry.get("kind").asString().equals("publish")) {
                assertThat(entry.get("publishedAt").asString()).isEqualTo(instant);
                assertThat(entry.get("firstPublishedAt").asString()).isEqualTo(instant);
            }
        }
        String first = entries.getFirst().get("at").asString();
        for (var guide : coming)
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?asOf=" + first)
                            .status())
                    .isEqualTo(200);
        String before = Instant.parse(first).minusMillis(1).toString();
        for (var guide : coming)
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?asOf=" + before)
                            .status())
                    .isEqualTo(404);
    }

    @Test
    void aReleaseReplacesAScheduleOfItsGuidesAsAWhole() {
        String release = release();
        var guide = node.guides().submitted();
        publisher
                .put(
                        guide.path() + "/schedule",
                        Map.of(
                                "unpublishAt",
                                node.clock().instant().plusSeconds(3600).toString()))
                .ok();

        add(release, guide).ok();

        var schedule = publisher.get(guide.path() + "/schedule").ok();
        assertThat(schedule.has("unpublishAt")).isFalse();
        assertThat(schedule.get("release").asString()).isEqualTo(release.substring(release.lastIndexOf('/') + 1));
    }

    @Test
    void withdrawalsThatSendReadersInACircleAreNotReady() {
        String release = release();
        var all = List.of(
                node.guides().published(),
                node.guides().published(),
                node.guides().published());
        for (int i = 0; i < 3; i++)
            publisher
                    .put(
                            release + "/guides/" + all.get(i).id(),
                            Map.of(
                                    "action",
                                    "unpublish",
                                    "reason",
                                    "It is outdated.",
                                    "redirectTo",
                                    all.get((i + 1) % 3).slug()))
                    .ok();

        assertThat(publisher.post(release + "/publish", Map.of()).problem()).isEqualTo("release-incomplete");
        withdraw(release, all.getFirst()).ok();

        publisher.post(release + "/publish", Map.of()).ok();
        assertThat(statusOf(all.getFirst())).isEqualTo(410);
        assertThat(statusOf(all.getLast())).isEqualTo(301);
    }

    @Test
    void aGuideDoesNotSendReadersToOneThatSendsThemBack() {
        var first = node.guides().published();
        var second = node.guides().published();
        publisher
                .post(first.path() + "/unpublish", Map.of("reason", "Merged.", "redirectTo", second.slug()))
                .ok();

        var back =
                publisher.post(second.path() + "/unpublish", Map.of("reason", "Merged.", "redirectTo", first.slug()));

        assertThat(back.status()).isEqualTo(400);
        assertThat(back.json().at("/errors/0/pointer").asString()).isEqualTo("/redirectTo");
        assertThat(statusOf(second)).isEqualTo(200);
    }

    @Test
    void aLargeReleaseIsDeletedAtOnceAndItsGuidesFollow() {
        String release = release();
        var guides = new ArrayList<Ref>();
        for (int i = 0; i < 30; i++) guides.add(approvedFor(release));

        publisher.delete(release).ok();

        assertThat(publisher.get(release).status()).isEqualTo(404);
        assertThat(publisher.post(release + "/publish", Map.of()).status()).isEqualTo(404);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.stream().allMatch(guide -> stateOf(guide).equals("in-review")));
        String next = release();
        add(next, guides.getFirst()).ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "a\u202Eb", " ", "bell\u0007"})
    void aNameIsOneLineThatEverybodySees(String name) {
        assertThat(publisher.post("/releases", Map.of("name", name)).status()).isEqualTo(400);
    }

    @Test
    void aReleaseListsItsGuides() {
        String release = release();
        var leaving = node.guides().published();
        var coming = node.guides().submitted();
        withdraw(release, leaving).ok();
        add(release, coming).ok();
        var gone = node.guides().drafted();
        add(release, gone).ok();
        node.as("editor").delete(gone.path()).ok();

        var guides = publisher.get(release).ok().get("guides");

        assertThat(guides)
                .extracting(
                        it -> it.get("id").asString() + " " + it.get("action").asString() + " "
                                + it.get("edition").asInt() + " "
                                + it.path("state").asString("-"))
                .containsExactlyInAnyOrder(
                        leaving.id() + " unpublish 1 published",
                        coming.id() + " publish 1 in-review",
                        gone.id() + " publish 0 -");
        assertThat(publisher.get("/releases").body()).doesNotContain("\"guides\"");
        publisher.delete(release + "/guides/" + gone.id()).ok();
        approve(coming);
        publisher.post(release + "/publish", Map.of()).ok();
        assertThat(publisher.get(release).ok().get("guides"))
                .extracting(
                        it -> it.get("id").asString() + " " + it.get("state").asString())
                .containsExactlyInAnyOrder(leaving.id() + " unpublished", coming.id() + " published");
    }

    @Test
    void whoSetsAReleaseFromAnOldPageIsToldOfTheNewName() {
        String release = release();
        String etag = publisher.get(release).header("ETag");
        String renamed = publisher
                .put(release, Map.of("name", "Salaries of May"), "If-Match", etag)
                .header("ETag");

        var late = publisher.put(release, Map.of("name", "Salaries of June"), "If-Match", etag);

        assertThat(late.status()).isEqualTo(412);
        assertThat(late.problem()).isEqualTo("release-changed");
        assertThat(late.json().at("/current/name").asString()).isEqualTo("Salaries of May");
        assertThat(late.json().at("/current/etag").asString()).isEqualTo(renamed);
        assertThat(publisher.get(release).ok().get("name").asString()).isEqualTo("Salaries of May");
        assertThat(publisher.get(release).header("ETag")).isEqualTo(renamed).isNotEqualTo(etag);
        publisher
                .put(release, Map.of("name", "Salaries of June"), "If-Match", "*")
                .ok();

        String page = "/studio" + release;
        var answer = Visitor.signedIn(node, "publisher")
                .post(page, page, "version", etag.replace("\"", ""), "name", "Salaries of July");
        assertThat(answer.body()).contains("has changed since you read it", "Salaries of June", "Salaries of July");
        assertThat(publisher.get(release).ok().get("name").asString()).isEqualTo("Salaries of June");
    }

    @Test
    void aGuideThatWasDeletedCanBeTakenOut() {
        String release = release();
        var draft = node.guides().drafted();
        add(release, draft).ok();
        node.as("editor").delete(draft.path()).ok();
        assertThat(publisher.get(release + "/check").body()).contains("deleted");
        var log = node.bean(Editions.class).of(draft.id()).getLast().log();

        publisher.delete(release + "/guides/" + draft.id()).ok();

        assertThat(publisher.get(release + "/check").ok().get("items").size()).isZero();
        assertThat(node.bean(Editions.class).of(draft.id()).getLast().log()).isEqualTo(log);
    }

    /** A reader who follows the ledger, and one who reads guides, see none or all of the release. */
    @Test
    void noReaderSeesHalfOfARelease() throws InterruptedException {
        String release = release();
        var all = new ArrayList<Ref>();
        for (int i = 0; i < 12; i++) all.add(approvedFor(release));
        long before = node.bean(LedgerReader.class).verified();
        var ends = new LinkedHashSet<Long>();
        var isOver = new AtomicBoolean();
        var mixed = new ArrayList<String>();
        var watch = Thread.ofPlatform().start(() -> {
            while (!isOver.get()) {
                ends.add(node.bean(LedgerReader.class).verified());
                int status = statusOf(all.getFirst());
                // whoever has seen the first guide sees the last one
                if (status == 200 && statusOf(all.getLast()) != 200) mixed.add("the last one is missing");
            }
        });

        publisher.post(release + "/publish", Map.of()).ok();
        isOver.set(true);
        watch.join();

        assertThat(mixed).isEmpty();
        assertThat(ends).allMatch(end -> end <= before || end >= before + all.size());
        assertThat(entriesOf(release)).hasSize(all.size());
    }
}
