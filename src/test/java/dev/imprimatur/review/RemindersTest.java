// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Reminders, escalations and announcements are made at their instants, once, and are entries of the edition log. */
@Tag("long")
@Tag("store")
class RemindersTest {
    private static final List<String> TOLD = List.of("reminded", "escalated", "review-announced");
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start();
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

    private static List<JsonNode> log(Node at, Ref guide) {
        return List.copyOf(
                at.as("editor").get(guide.path() + "/log").ok().get("items").values());
    }

    /** The kinds of what people were told, in the order of the log. */
    private static List<String> told(Node at, Ref guide) {
        return log(at, guide).stream()
                .map(entry -> entry.get("kind").asString())
                .filter(TOLD::contains)
                .toList();
    }

    private static void untilTold(Node at, Ref guide, String... kinds) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(told(at, guide)).containsExactly(kinds));
    }

    private static Instant due(JsonNode task) {
        return Instant.parse(task.get("due").asString());
    }

    private static Instant submittedAt(Node at, Ref guide) {
        return log(at, guide).stream()
                .filter(entry -> entry.get("kind").asString().equals("submitted"))
                .map(entry -> Instant.parse(entry.get("at").asString()))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private static boolean isInboxOf(Node at, String group, Ref guide) {
        return at.as("admin").get("/tasks?limit=100&group=" + group).ok().get("items").values().stream()
                .anyMatch(task -> task.at("/guide/id").asString().equals(guide.id()));
    }

    @Test
    void reviewersAreRemindedAndThenPublishersMayTakeTheTask() {
        var guides = node.guides();
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var due = due(task);
        assertThat(due).isEqualTo(submittedAt(node, guide).plus(Duration.ofDays(5)));
        assertThat(isInboxOf(node, "REVIEWER&due=" + due.plusSeconds(1), guide)).isTrue();
        assertThat(isInboxOf(node, "REVIEWER&due=" + due.minusSeconds(1), guide))
                .isFalse();

        node.clock().forward(Duration.ofDays(4));
        untilTold(node, guide, "reminded");
        assertThat(isInboxOf(node, "PUBLISHER", guide)).isFalse();
        assertThat(guides.find("publisher", guide)).isEmpty();
        assertThat(node.as("publisher")
                        .post("/tasks/" + task.get("id").asString() + "/assign", Map.of("account", "reviewer"))
                        .status())
                .isEqualTo(403);

        node.clock().forward(Duration.ofDays(1));
        untilTold(node, guide, "reminded", "escalated");
        await().until(() -> isInboxOf(node, "PUBLISHER", guide));
        node.bean(Reconciler.class).everyMinute();
        assertThat(told(node, guide)).containsExactly("reminded", "escalated");
        var passedOn = guides.task("publisher", guide);
        assertThat(passedOn.get("id")).isEqualTo(task.get("id"));
        assertThat(passedOn.get("escalatedTo").values())
                .extracting(JsonNode::asString)
                .containsExactly("PUBLISHER");
        assertThat(due(passedOn)).isEqualTo(due);
        var escalated = log(node, guide).getLast();
        assertThat(escalated.at("/notice/group").asString()).isEqualTo("PUBLISHER");
        assertThat(escalated.at("/notice/task").asString()).isEqualTo("review");

        var approval = guides.decide("publisher", passedOn, "approve");
        assertThat(approval.status()).isEqualTo(403);
        assertThat(approval.body()).contains("/problems/wrong-role", "assign");
        assertThat(node.as("publisher")
                        .post("/tasks/" + task.get("id").asString() + "/claim", Map.of())
                        .status())
                .isEqualTo(403);
        node.as("publisher")
                .post("/tasks/" + task.get("id").asString() + "/assign", Map.of("account", "reviewer"))
                .ok();
        var publisher = Visitor.signedIn(node, "publisher");
        assertThat(publisher.get("/studio").body()).contains("Passed on to publishers", "From <bdi>The editor</bdi>");
        assertThat(publisher.get("/studio/guides/" + guide.id() + "/review").body())
                .contains("passed on to you", "Assign to");
        assertThat(publisher.get("/studio/guides/" + guide.id() + "/history").body())
                .contains(
                        "reminded the reviewers of the open task", "passed the open task", "on to the publishers too");
        guides.decide("reviewer", passedOn, "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    /** The number at the head of the page is that of the tasks below it, also of reviews that came due. */
    @Test
    void aLimitedReviewerSeesHowManyTasksWait() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "reviews-finnish",
                                "displayName",
                                "Reviews Finnish",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("REVIEWER"),
                                "grants",
                                List.of(Map.of("role", "REVIEWER", "locales", List.of("fi")))))
                .ok();
        var live = submittedInFinnish("live");
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", live), "approve")
                .ok();
        node.clock().forward(Duration.ofDays(175));
        submittedInFinnish("waiting");

        await().until(() ->
                node.as("reviews-finnish").get("/tasks").ok().get("items").size() == 2);
        assertThat(Visitor.signedIn(node, "reviews-finnish").get("/studio").body())
                .contains("2 tasks");
    }

    private Guides.Ref submittedInFinnish(String name) {
        String slug = name + "-" + Long.toString(System.nanoTime(), 36);
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "locale", "fi", "content", Guides.content()))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), slug);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    @Test
    void aTaskThatWasPassedOnIsNotApprovedByAReviewerOfOtherGuides() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "reviews-french",
                                "displayName",
                                "Reviews French",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("REVIEWER", "PUBLISHER"),
                                "grants",
                                List.of(Map.of("role", "REVIEWER", "locales", List.of("fr")))))
                .ok();
        var guides = node.guides();
        var guide = guides.submitted();
        assertThat(guides.find("reviews-french", guide)).isEmpty();
        node.clock().forward(Duration.ofDays(5));
        untilTold(node, guide, "escalated");
        var task = guides.task("reviewer", guide);

        assertThat(guides.decide("reviews-french", task, "approve").status()).isEqualTo(403);
        assertThat(node.as("reviews-french")
                        .post("/tasks/" + task.get("id").asString() + "/claim", Map.of())
                        .problem())
                .isEqualTo("out-of-scope");
        guides.decide("reviews-french", task, "request-changes").ok();
    }

    @Test
    void whoDecidesInTimeIsNotRemindedAndANewRoundBeginsAnew() {
        var guides = node.guides();
        var approved = guides.published();
        var back = guides.submitted();
        guides.decide("reviewer", guides.task("reviewer", back), "request-changes")
                .ok();
        var late = guides.submitted();
        node.clock().forward(Duration.ofDays(5));
        untilTold(node, late, "escalated");
        guides.decide("publisher", guides.task("publisher", late), "request-changes")
                .ok();
        node.as("editor").post(late.path() + "/submit", Map.of()).ok();
        assertThat(isInboxOf(node, "PUBLISHER", late)).isFalse();
        assertThat(due(guides.task("reviewer", late)))
                .isEqualTo(submittedAt(node, late).plus(Duration.ofDays(5)));

        // an edit that is submitted again is something else to review
        var other = guides.submitted();
        node.clock().forward(Duration.ofDays(4));
        untilTold(node, other, "reminded");
        untilTold(node, late, "escalated", "reminded");
        guides.edit("editor", other, "Another summary.").ok();
        node.as("editor").post(other.path() + "/submit", Map.of()).ok();
        assertThat(due(guides.task("reviewer", other)))
                .isEqualTo(submittedAt(node, other).plus(Duration.ofDays(5)));
        node.clock().forward(Duration.ofDays(1));
        untilTold(node, late, "escalated", "reminded", "escalated");
        node.bean(Reconciler.class).everyMinute();
        assertThat(told(node, other)).containsExactly("reminded");
        assertThat(told(node, approved)).isEmpty();
        assertThat(told(node, back)).isEmpty();
    }

    @Test
    void whoGivesUpAScheduleBeginsTheTimeOfTheReviewAnew() {
        var guides = node.guides();
        var guide = guides.submitted();
        String at = node.clock().instant().plus(Duration.ofDays(20)).toString();
        node.as("publisher")
                .put(guide.path() + "/schedule", Map.of("publishAt", at))
                .ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        node.clock().forward(Duration.ofDays(6));
        node.as("publisher").delete(guide.path() + "/schedule").ok();
        var dropped = Instant.parse(log(node, guide).getLast().get("at").asString());

        assertThat(due(guides.task("reviewer", guide))).isEqualTo(dropped.plus(Duration.ofDays(5)));
        node.restartWithoutEngineDatabase();
        await().untilAsserted(() ->
                assertThat(due(guides.task("reviewer", guide))).isEqualTo(dropped.plus(Duration.ofDays(5))));
        assertThat(told(node, guide)).isEmpty();
    }

    @Test
    void whatWasMissedIsMadeUpForOnceByTheLatest() {
        var guides = node.guides();
        var guide = guides.submitted();
        var live = guides.published();
        var day = reviewDue(node, live);
        node.restart(() -> node.clock().forward(Duration.ofDays(30)));
        untilTold(node, guide, "escalated");

        node.restart(() -> node.clock().to(day.minus(Duration.ofDays(6))));
        untilTold(node, live, "review-announced");
        assertThat(log(node, live).stream()
                        .filter(entry -> entry.has("notice"))
                        .map(entry -> entry.at("/notice/planned").asString()))
                .containsExactly(day.minus(Duration.ofDays(7)).toString());
        node.clock().to(day.minus(Duration.ofDays(1)));
        untilTold(node, live, "review-announced", "review-announced");
        node.bean(Reconciler.class).everyMinute();
        assertThat(told(node, guide)).containsExactly("escalated");
    }

    @Test
    void aLostEngineTellsNothingTwiceAndForgetsNoEscalation() {
        var guides = node.guides();
        var waiting = guides.submitted();
        var live = guides.published();
        var day = reviewDue(node, live);
        node.clock().to(day.minus(Duration.ofDays(30)));
        untilTold(node, live, "review-announced");
        untilTold(node, waiting, "escalated");
        var young = guides.submitted();
        var due = due(guides.task("reviewer", young));
        node.clock().forward(Duration.ofDays(2));

        node.restartWithoutEngineDatabase();

        await().atMost(Duration.ofSeconds(20)).until(() -> isInboxOf(node, "PUBLISHER", waiting));
        await().untilAsserted(
                        () -> assertThat(due(guides.task("reviewer", young))).isEqualTo(due));
        node.clock().to(due);
        untilTold(node, young, "escalated");
        assertThat(told(node, waiting)).containsExactly("escalated");
        assertThat(told(node, live)).containsExactly("review-announced");
        var history = Visitor.signedIn(node, "reviewer")
                .get("/studio/guides/" + live.id() + "/history")
                .body();
        assertThat(history).contains("announced to the reviewers that the review comes due");

        node.clock().to(day.minus(Duration.ofDays(10)));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> guides.find("reviewer", live).isPresent());
        guides.decide("reviewer", guides.task("reviewer", live), "confirm").ok();
        node.clock().to(day.minus(Duration.ofDays(1)));
        var marker = node.guides().submitted();
        node.clock().forward(Duration.ofDays(5));
        untilTold(node, marker, "escalated");
        assertThat(told(node, live)).as("the review is not due any more").containsExactly("review-announced");
        node.clock().to(reviewDue(node, live).minus(Duration.ofDays(30)));
        untilTold(node, live, "review-announced", "review-announced");
    }

    @Test
    void reviewsAreAnnouncedToTheOwnerWhoCanHandOverWhenTheyLeave() {
        var guides = node.guides();
        var guide = guides.published();
        var draft = guides.drafted();
        var editor = node.as("editor");
        assertThat(editor.put(guide.path() + "/owner", Map.of("username", "nobody-here"))
                        .status())
                .isEqualTo(400);
        assertThat(editor.put(guide.path() + "/owner", Map.of()).status()).isEqualTo(400);
        for (int i = 0; i < 2; i++)
            assertThat(editor.put(guide.path() + "/owner", Map.of("username", "both"))
                            .ok()
                            .get("owner")
                            .asString())
                    .isEqualTo("both");
        editor.put(draft.path() + "/owner", Map.of("username", "both")).ok();
        assertThat(editor.get("/role-guide?owner=both").ok().get("items").values())
                .extracting(it -> it.get("id").asString())
                .containsExactlyInAnyOrder(guide.id(), draft.id());
        var page = Visitor.signedIn(node, "editor")
                .get("/studio/guides/" + draft.id() + "/edit")
                .body();
        assertThat(page).contains("Owned by", "Save the owner");
        String owned = "/studio/guides?q=" + draft.slug() + "&owner=";
        assertThat(Visitor.signedIn(node, "editor").get(owned + "both").body()).contains("<bdi>The both</bdi>");
        assertThat(Visitor.signedIn(node, "editor").get(owned + "editor").body())
                .contains("No guide is like that");

        var day = reviewDue(node, guide);
        node.clock().to(day.minus(Duration.ofDays(7)));
        untilTold(node, guide, "review-announced");
        assertThat(log(node, guide).getLast().at("/notice/owner").asString()).isEqualTo("both");
        assertThat(Visitor.signedIn(node, "both").get("/studio").body()).contains("Guides that you own");

        var admin = node.as("admin");
        assertThat(editor.post("/accounts/both/hand-over", Map.of("to", "editor"))
                        .status())
                .isEqualTo(403);
        assertThat(admin.post("/accounts/both/hand-over", Map.of("to", "both")).status())
                .isEqualTo(400);
        var administrator = Visitor.signedIn(node, "admin");
        String person = "/studio/accounts/both";
        assertThat(administrator.get(person).body()).contains("Guides that they own: 2", "Hand over");
        assertThat(administrator
                        .post(person, person + "/hand-over", "to", "editor")
                        .status())
                .isEqualTo(302);
        assertThat(administrator.get(person).body()).doesNotContain("Hand over");
        assertThat(administrator
                        .post("/studio/accounts/editor", "/studio/accounts/editor/hand-over", "to", "both")
                        .status())
                .isEqualTo(302);
        var done = admin.post("/accounts/both/hand-over", Map.of("to", "second-editor"))
                .ok();
        assertThat(done.get("handedOver").asInt()).isEqualTo(2);
        assertThat(done.get("skipped").asInt()).isZero();
        assertThat(done.get("left").asBoolean()).isFalse();
        assertThat(guides.state(guide).get("owner").asString()).isEqualTo("second-editor");
        editor.delete(draft.path() + "/owner").ok();
        assertThat(guides.state(draft).has("owner")).isFalse();
        assertThat(Visitor.signedIn(node, "editor").get(owned + "editor").body())
                .contains("begun by <bdi>The editor</bdi>");
        assertThat(log(node, guide).stream()
                        .filter(entry -> entry.get("kind").asString().equals("owner-changed"))
                        .map(entry -> entry.path("owner").asString("")))
                .containsExactly("both", "editor", "both", "second-editor");
        assertThat(Visitor.signedIn(node, "editor")
                        .get("/studio/guides/" + guide.id() + "/history")
                        .body())
                .contains(
                        "made \u2068The second-editor\u2069 the owner of the guide",
                        "announced to \u2068The both\u2069 and the reviewers");
        // a timer may have changed a process during a pass, which the next one then does again
        await().untilAsserted(() -> {
            node.bean(Reconciler.class).everyMinute();
            assertThat(node.bean(OutdatedGuides.class).find().guides()).doesNotContain(guide.id(), draft.id());
        });
    }

    @Test
    void anEditionThatBeganWithAnOlderFileWorksOnAsBefore(@TempDir Path folder) throws IOException {
        String name = "role-guide-review.bpmn20.xml";
        String file = Files.readString(Path.of("workflows", name));
        Files.writeString(folder.resolve(name), withoutReminders(file));
        Files.copy(Path.of("seed-content/types/role-guide.schema.json"), folder.resolve("role-guide.schema.json"));
        try (var older = Node.start(
                "imprimatur.workflows", folder.toUri() + "/", "imprimatur.content-types", folder.toUri() + "/")) {
            var guides = older.guides();
            var old = guides.submitted();
            assertThat(guides.task("reviewer", old).has("due")).isFalse();
            var live = guides.published();
            var day = reviewDue(older, live);

            Files.writeString(folder.resolve(name), file);
            older.restart(() -> {});
            var young = guides.submitted();
            older.clock().forward(Duration.ofDays(5));
            untilTold(older, young, "escalated");
            assertThat(told(older, old)).isEmpty();
            assertThat(guides.task("reviewer", old).has("due")).isFalse();
            guides.decide("reviewer", guides.task("reviewer", old), "approve").ok();
            assertThat(guides.read(old).status()).isEqualTo(200);
            older.clock().to(day.minus(Duration.ofDays(10)));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> guides.find("reviewer", live).isPresent());
            assertThat(told(older, live)).isEmpty();
            guides.decide("reviewer", guides.task("reviewer", live), "confirm").ok();
            assertThat(older.bean(OutdatedGuides.class).find().guides()).doesNotContain(old.id(), live.id());
        }
    }

    /** The first instant of the last day on which the review holds. */
    private static Instant reviewDue(Node at, Ref guide) {
        return LocalDate.parse(at.guides().state(guide).get("reviewDue").asString())
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    /** The file as it was before reminders. */
    static String withoutReminders(String file) {
        String without = file.replace(" flowable:dueDate=\"P5D\"", "");
        for (String id : List.of("review-due-soon", "review-late", "review-approaching"))
            without = Pattern.compile("(?s)    <boundaryEvent id=\"" + id + "\".*?</boundaryEvent>\n")
                    .matcher(without)
                    .replaceAll("");
        for (String id : List.of(
                "remind-of-review",
                "review-reminded",
                "pass-on-review",
                "review-passed-on",
                "announce-review",
                "review-announced"))
            without = without.replaceAll("(?m)^ *<(serviceTask|endEvent) id=\"" + id + "\".*\n", "")
                    .replaceAll("(?m)^ *<sequenceFlow .*(source|target)Ref=\"" + id + "\".*\n", "");
        return without.replaceAll("(?s) *<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\n", "");
    }

    /** Both nodes look for due timers. */
    @Test
    void twoNodesTellEverythingOnce() {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var one = Node.start();
                var other = one.beside()) {
            var waiting = new ArrayList<Ref>();
            for (int i = 0; i < 6; i++) waiting.add(one.guides().submitted());
            var live = one.guides().published();
            one.clock().forward(Duration.ofDays(4));
            for (var guide : waiting) untilTold(other, guide, "reminded");
            one.clock().forward(Duration.ofDays(1));
            for (var guide : waiting) untilTold(other, guide, "reminded", "escalated");
            one.clock().to(reviewDue(one, live).minus(Duration.ofDays(7)));
            untilTold(other, live, "review-announced");
            one.bean(Reconciler.class).everyMinute();
            other.bean(Reconciler.class).everyMinute();
            for (var guide : waiting) assertThat(told(one, guide)).containsExactly("reminded", "escalated");
            assertThat(one.bean(Checker.class).run().violations()).isEmpty();
        }
    }
}
