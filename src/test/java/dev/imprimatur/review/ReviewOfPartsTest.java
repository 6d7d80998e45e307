// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A field with a review interval of its own comes due, is confirmed and becomes overdue by itself. */
@Tag("long")
@Tag("store")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReviewOfPartsTest {
    private static final String PART = "/compensation";
    private static final Duration LEAD = Duration.ofDays(14);

    @TempDir
    static Path folder;

    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        String file = Files.readString(Path.of("seed-content/types/role-guide.schema.json"));
        var types = Files.createDirectory(folder.resolve("types"));
        Files.writeString(types.resolve("role-guide.schema.json"), withInterval(file));
        String seed = Files.readString(Path.of("seed-content/role-guides/information-security-analyst.yaml"));
        var seeds = Files.createDirectory(folder.resolve("role-guides"));
        Files.writeString(
                seeds.resolve("imported.yaml"),
                seed.replaceAll(
                        "lastReviewed: .*",
                        "lastReviewed: " + LocalDate.now(ZoneOffset.UTC).minusDays(80)));
        node = Node.start(
                "imprimatur.content-types",
                types.toUri() + "/",
                "imprimatur.seed-content",
                folder.toUri().toString(),
                "imprimatur.import-seed-content",
                "true");
    }

    /** The type with a shorter interval for what the job pays. */
    private static String withInterval(String file) {
        var schema = new JsonMapper().readTree(file);
        ((ObjectNode) schema.at("/properties/compensation")).put("x-review-interval", "P3M");
        return schema.toString();
    }

    @AfterAll
    static void stop() {
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        node.close();
    }

    @BeforeEach
    void renewTokens() {
        node.renewTokens();
    }

    private static JsonNode review(Ref guide) {
        return node.guides().read(guide).ok().get("review");
    }

    private static JsonNode part(Ref guide) {
        return review(guide).get("parts").get(PART);
    }

    private static Instant startOf(JsonNode day) {
        return LocalDate.parse(day.asString()).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static List<JsonNode> log(Ref guide) {
        return List.copyOf(
                node.as("editor").get(guide.path() + "/log").ok().get("items").values());
    }

    private static List<String> about(Ref guide, String kind) {
        return log(guide).stream()
                .filter(entry -> entry.get("kind").asString().equals(kind))
                .map(entry -> entry.path("parts").path(0).asString("whole"))
                .toList();
    }

    private static long entries(Ref guide, String kind) {
        return node.site().get("/ledger?limit=100").ok().get("entries").values().stream()
                .filter(entry -> entry.get("id").asString().equals(guide.id())
                        && entry.get("kind").asString().equals(kind))
                .count();
    }

    private static void isInTheCalendar(Ref guide, LocalDate day) {
        var due = node.as("editor").get("/calendar?from=" + day + "&to=" + day).ok().get("items").values().stream()
                .filter(event -> event.get("guide").get("id").asString().equals(guide.id()))
                .toList();
        assertThat(due).hasSize(1);
        assertThat(due.getFirst().get("kind").asString()).isEqualTo("part-review-due");
        assertThat(due.getFirst().get("part").asString()).isEqualTo(PART);
        assertThat(due.getFirst().get("at").asString())
                .isEqualTo(day.plusDays(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .minusNanos(1_000_000)
                        .toInstant()
                        .toString());
        var visitor = Visitor.signedIn(node, "editor");
        assertThat(visitor.get("/studio/calendar?month=" + YearMonth.from(day) + "&from=" + day)
                        .body())
                .contains(guide.id(), "Only");
        visitor.post("/studio/account", "/studio/account/calendar");
        var feed = Pattern.compile("/calendar/imp_cal_[A-Za-z0-9_-]+\\.ics")
                .matcher(visitor.get("/studio/account").body());
        assertThat(feed.find()).isTrue();
        assertThat(node.nobody().get(feed.group()).body().replace("\r\n ", ""))
                .contains("UID:part-review-due-" + guide.id() + PART + "@imprimatur", "Review of ");
    }

    private static JsonNode untilAsked(Ref guide) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.guides().find("reviewer", guide).isPresent());
        return node.guides().task("reviewer", guide);
    }

    private static JsonNode payload(JsonNode signed) {
        String payload = signed.get("signature").asString().split("\\.")[1];
        return new JsonMapper().readTree(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }

    @Test
    void aPartComesDueAndIsConfirmedWithoutTheWhole() {
        var guides = node.guides();
        var guide = guides.published();
        var published = review(guide);
        var day = LocalDate.parse(published.get("lastReviewed").asString());
        assertThat(part(guide).get("reviewDue").asString())
                .isEqualTo(day.plusMonths(3).toString());
        assertThat(part(guide).get("reviewedBy")).isEqualTo(published.get("reviewedBy"));
        assertThat(payload(part(guide)).get("pointer").asString()).isEqualTo(PART);
        assertThat(payload(published).has("parts")).isFalse();
        assertThat(guides.find("reviewer", guide)).isEmpty();
        isInTheCalendar(guide, LocalDate.parse(part(guide).get("reviewDue").asString()));

        node.clock().to(startOf(part(guide).get("reviewDue")).minus(LEAD).plusSeconds(5));
        var task = untilAsked(guide);
        assertThat(task.get("parts").values()).extracting(JsonNode::asString).containsExactly(PART);
        assertThat(task.get("due").asString())
                .isEqualTo(startOf(part(guide).get("reviewDue"))
                        .plus(Duration.ofDays(1))
                        .minusMillis(1)
                        .toString());
        var visitor = Visitor.signedIn(node, "reviewer");
        assertThat(visitor.get("/studio").body()).contains("Only ");
        String page = "/studio/guides/" + guide.id() + "/review";
        assertThat(visitor.get(page).body())
                .contains("This review is about", "id=\"row-compensation")
                .doesNotContain("id=\"row-summary\"");
        assertThat(visitor.get(page + "?whole=true").body()).contains("id=\"row-summary\"");
        assertThat(node.as("editor")
                        .post("/tasks/" + task.get("id").asString() + "/complete", Guides.completion(task, "confirm"))
                        .status())
                .isEqualTo(403);

        for (int i = 0; i < 2; i++) guides.decide("reviewer", task, "confirm").ok();

        await().untilAsserted(
                        () -> assertThat(part(guide).get("lastReviewed")).isNotEqualTo(published.get("lastReviewed")));
        var confirmed = review(guide);
        for (String of :
                List.of("lastReviewed", "reviewedAt", "reviewedBy", "signatures", "reviewDue", "overdue", "signature"))
            assertThat(confirmed.get(of)).as(of).isEqualTo(published.get(of));
        assertThat(part(guide).get("signatures").get(0).get("meaning").asString())
                .isEqualTo("Reviewed and confirmed as still true");
        assertThat(payload(part(guide)).get("signatures")).isEqualTo(part(guide).get("signatures"));
        assertThat(about(guide, "confirmed")).containsExactly(PART);
        assertThat(about(guide, "stamped")).containsExactly("whole", PART);
        assertThat(entries(guide, "restamp")).isEqualTo(1);
        assertThat(guides.find("reviewer", guide)).isEmpty();
        assertThat(visitor.get("/studio/guides/" + guide.id() + "/history").body())
                .containsPattern("confirmed .?Compensation.? of revision 1 as still true");
    }

    @Test
    void aPartThatNobodyConfirmsIsOverdueOnItsOwnOnce() {
        var guides = node.guides();
        var guide = guides.published();
        var due = startOf(part(guide).get("reviewDue"));
        String before = LocalDate.ofInstant(due, ZoneOffset.UTC).plusDays(1).toString();
        assertThat(node.as("editor")
                        .get("/role-guide?limit=100&reviewDueBefore=" + before)
                        .body())
                .contains(guide.id());
        node.restart(() -> node.clock().to(due.plus(Duration.ofDays(3))));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> part(guide).get("overdue").asBoolean());
        assertThat(review(guide).get("overdue").asBoolean()).isFalse();
        node.restartWithoutEngineDatabase();
        var task = untilAsked(guide);
        assertThat(task.get("parts").values()).extracting(JsonNode::asString).containsExactly(PART);
        assertThat(entries(guide, "review-overdue")).isEqualTo(1);
        assertThat(about(guide, "overdue")).containsExactly(PART);
        assertThat(about(guide, "review-due")).containsExactly(PART);
        assertThat(guides.state(guide).at("/parts/0/overdue").asBoolean()).isTrue();

        guides.decide("reviewer", task, "confirm").ok();
        await().until(() -> !part(guide).get("overdue").asBoolean());
        assertThat(guides.state(guide).at("/parts/0/requested").asBoolean()).isFalse();
    }

    @Test
    void peopleAreToldWhichPartComesDue() {
        var guides = node.guides();
        var guide = guides.published();
        node.clock().to(startOf(part(guide).get("reviewDue")).minus(Duration.ofDays(3)));
        node.renewTokens();
        untilAsked(guide);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(told(guide)).anySatisfy(it -> {
                    assertThat(it.get("event").asString()).isEqualTo("review-due");
                    assertThat(it.get("parts").values())
                            .extracting(JsonNode::asString)
                            .containsExactly(PART);
                }));
        assertThat(Visitor.signedIn(node, "reviewer")
                        .get("/studio/notifications")
                        .body())
                .contains("The review of \u2068Compensation\u2069 is due:");
    }

    private static List<JsonNode> told(Ref guide) {
        return node.as("reviewer").get("/notifications").ok().get("items").values().stream()
                .filter(it -> it.at("/guide/id").asString().equals(guide.id()))
                .toList();
    }

    @Test
    void whatComesDueMeanwhileGivesTheTaskAnotherIdAndAWholeReviewRenewsTheParts() {
        var guides = node.guides();
        var guide = guides.published();
        var first = review(guide);
        node.clock().to(startOf(part(guide).get("reviewDue")).minus(Duration.ofDays(3)));
        var ofPart = untilAsked(guide);
        node.clock().to(startOf(first.get("reviewDue")).minus(Duration.ofDays(3)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !guides.task("reviewer", guide).has("parts"));

        assertThat(guides.decide("reviewer", ofPart, "confirm").body()).contains("/problems/review-is-stale");
        guides.decide("reviewer", guides.task("reviewer", guide), "confirm").ok();

        await().untilAsserted(
                        () -> assertThat(review(guide).get("lastReviewed")).isNotEqualTo(first.get("lastReviewed")));
        assertThat(part(guide).get("lastReviewed")).isEqualTo(review(guide).get("lastReviewed"));
        assertThat(part(guide).get("overdue").asBoolean()).isFalse();
        assertThat(guides.find("reviewer", guide)).isEmpty();
    }

    @Test
    void aNextEditionIsReviewedAsAWholeAndAContributorConfirmsNoPart() {
        var guides = node.guides();
        var guide = guides.published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        guides.edit("both", guide, "Written by somebody who reviews, too").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.clock().forward(Duration.ofDays(1));
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(part(guide).get("reviewedAt")).isEqualTo(review(guide).get("reviewedAt"));
        node.clock().to(startOf(part(guide).get("reviewDue")).minus(Duration.ofDays(2)));
        node.renewTokens();
        var task = untilAsked(guide);

        assertThat(guides.decide("both", task, "confirm").body()).contains("/problems/contributor");
        assertThat(about(guide, "confirmed")).isEmpty();
    }

    @Test
    void anOverduePartIsSeenAlsoWhileTheWholeGuideIsUnderReview() {
        var guides = node.guides();
        var guide = guides.published();
        var partDue = startOf(part(guide).get("reviewDue"));
        var first = review(guide);
        node.clock().to(partDue.plus(Duration.ofDays(2)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> part(guide).get("overdue").asBoolean());
        node.clock().to(startOf(first.get("reviewDue")).minus(Duration.ofDays(3)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("reviewer", guide)
                        .filter(task -> !task.has("parts"))
                        .isPresent());

        String due = partDue.plus(Duration.ofDays(1)).minusMillis(1).toString();
        await().untilAsserted(() ->
                assertThat(guides.task("reviewer", guide).get("due").asString()).isEqualTo(due));
        assertThat(part(guide).get("overdue").asBoolean()).isTrue();
        assertThat(review(guide).get("overdue").asBoolean()).isFalse();
        var state = guides.state(guide);
        assertThat(state.at("/parts/0/overdue").asBoolean()).isTrue();
        assertThat(state.get("overdue").asBoolean()).isFalse();
        assertThat(Visitor.signedIn(node, "reviewer")
                        .get("/studio/guides?state=overdue")
                        .body())
                .contains(guide.id());
        node.restartWithoutEngineDatabase();
        assertThat(untilAsked(guide).get("due").asString()).isEqualTo(due);
        guides.decide("reviewer", guides.task("reviewer", guide), "confirm").ok();
        await().until(() -> !part(guide).get("overdue").asBoolean());
    }

    @Test
    void theReviewOfAPartIsAnnouncedAheadOnceEach() {
        var guides = node.guides();
        var guide = guides.published();
        var due = startOf(part(guide).get("reviewDue"));
        node.clock().to(due.minus(Duration.ofDays(30)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(about(guide, "review-announced")).containsExactly(PART));
        assertThat(log(guide).getLast().at("/notice/due").asString())
                .isEqualTo(due.plus(Duration.ofDays(1)).minusMillis(1).toString());
        assertThat(Visitor.signedIn(node, "reviewer")
                        .get("/studio/guides/" + guide.id() + "/history")
                        .body())
                .containsPattern("announced to the reviewers that the review of .?Compensation.? comes due");

        node.restartWithoutEngineDatabase();
        node.clock().to(due.minus(Duration.ofDays(7)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(about(guide, "review-announced")).containsExactly(PART, PART));
        guides.decide("reviewer", untilAsked(guide), "confirm").ok();
        var next = startOf(part(guide).get("reviewDue"));
        node.clock().to(next.minus(Duration.ofDays(30)));
        node.renewTokens();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(about(guide, "review-announced"))
                        .as("not a day before its first due day, and again for the next one")
                        .containsExactly(PART, PART, PART));
    }

    /** First, while the clock shows the time of the import. */
    @Test
    @Order(1)
    void aPartOfAGuideThatWasReviewedElsewhereIsConfirmedHere() {
        var found = node.as("editor").get("/role-guide?limit=100&q=imported").ok().get("items").values().stream()
                .filter(it -> it.get("slug").asString().equals("imported"))
                .findFirst()
                .orElseThrow();
        var guide = new Ref(found.get("id").asString(), "imported");
        var imported = review(guide);
        assertThat(part(guide).get("origin").asString()).isEqualTo("imported");
        var task = untilAsked(guide);
        assertThat(task.get("parts").values()).extracting(JsonNode::asString).containsExactly(PART);

        node.guides().decide("reviewer", task, "confirm").ok();

        await().untilAsserted(
                        () -> assertThat(part(guide).get("origin").asString()).isEqualTo("here"));
        for (String of : List.of("lastReviewed", "reviewedBy", "origin", "signature"))
            assertThat(review(guide).get(of)).as(of).isEqualTo(imported.get(of));
    }
}
