// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imprimatur.check.Checker;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Visitor;
import dev.imprimatur.testing.WorkedExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Publications and their ends happen at the scheduled instant, once, and never without the approval that they were scheduled for. */
@Tag("long")
@Tag("store")
class SchedulesTest {
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

    private static Instant in(Duration later) {
        return node.clock().instant().plus(later).truncatedTo(ChronoUnit.SECONDS);
    }

    private static Http.Answer schedule(Ref guide, Map<String, ?> wanted) {
        return node.as("publisher").put(guide.path() + "/schedule", wanted);
    }

    private static Http.Answer approve(Ref guide) {
        return node.guides().decide("reviewer", node.guides().task("reviewer", guide), "approve");
    }

    private static Ref scheduled(Instant at) {
        var guide = node.guides().submitted();
        schedule(guide, Map.of("publishAt", at.toString())).ok();
        approve(guide).ok();
        return guide;
    }

    private static List<String> ledger(Ref guide) {
        return node.site().get("/ledger?limit=100").ok().get("entries").values().stream()
                .filter(entry -> entry.get("id").asString().equals(guide.id()))
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    private static String stateOf(Ref guide) {
        return node.guides().state(guide).get("edition").get("state").asString();
    }

    private static int statusOf(Ref guide) {
        return node.guides().read(guide).status();
    }

    private static void untilServed(Ref guide, int status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(statusOf(guide)).isEqualTo(status));
    }

    private static List<String> activities(Ref guide) {
        return node.as("editor").get(guide.path() + "/process").ok().get("active").values().stream()
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void anApprovedEditionWaitsForItsInstant() {
        var at = in(Duration.ofHours(1));
        var guide = scheduled(at);

        assertThat(statusOf(guide)).isEqualTo(404);
        assertThat(stateOf(guide)).isEqualTo("scheduled");
        assertThat(node.guides().state(guide).get("schedule").get("publishAt").asString())
                .isEqualTo(at.toString());
        assertThat(activities(guide)).contains("publication-due");
        var edit = node.as("editor")
                .patch(guide.path() + "/draft", Map.of("summary", "Another summary."), "If-Match", "\"1\"");
        assertThat(edit.status()).isEqualTo(409);
        assertThat(edit.body()).contains("/problems/scheduled");

        node.clock().forward(Duration.ofMinutes(59));
        assertThat(statusOf(guide)).isEqualTo(404);
        node.clock().forward(Duration.ofMinutes(1));
        untilServed(guide, 200);

        assertThat(ledger(guide)).containsExactly("publish");
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
        assertThat(node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                        .map(entry -> entry.get("kind").asString()))
                .containsExactly(
                        "opened", "submitted", "scheduled", "approved", "stamped", "publication-due", "published");
    }

    @Test
    void aScheduleMovesInBothDirections() {
        var guide = scheduled(in(Duration.ofHours(2)));
        schedule(guide, Map.of("publishAt", in(Duration.ofHours(4)).toString())).ok();
        node.clock().forward(Duration.ofHours(3));
        assertThat(stateOf(guide)).isEqualTo("scheduled");
        schedule(guide, Map.of("publishAt", in(Duration.ofMinutes(10)).toString()))
                .ok();
        node.clock().forward(Duration.ofMinutes(10));
        untilServed(guide, 200);
        assertThat(ledger(guide)).containsExactly("publish");
    }

    @Test
    void whoGivesUpAScheduleAsksForTheApprovalAgain() {
        var guide = scheduled(in(Duration.ofHours(1)));
        node.as("publisher").delete(guide.path() + "/schedule").ok();
        node.as("publisher").delete(guide.path() + "/schedule").ok();

        assertThat(stateOf(guide)).isEqualTo("in-review");
        assertThat(activities(guide)).containsExactly("review");
        node.clock().forward(Duration.ofHours(2));
        node.bean(Reconciler.class).everyMinute();
        assertThat(statusOf(guide)).isEqualTo(404);

        approve(guide).ok();
        assertThat(statusOf(guide)).isEqualTo(200);
        assertThat(ledger(guide)).containsExactly("publish");
    }

    @Test
    void whatWasGivenUpCanBeWrittenAnewAndScheduledAnew() {
        var guide = scheduled(in(Duration.ofHours(1)));
        node.as("publisher").delete(guide.path() + "/schedule").ok();
        node.guides().edit("editor", guide, "Another summary.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        schedule(guide, Map.of("publishAt", in(Duration.ofHours(1)).toString())).ok();
        approve(guide).ok();
        assertThat(stateOf(guide)).isEqualTo("scheduled");
        node.clock().forward(Duration.ofHours(1));
        untilServed(guide, 200);
        assertThat(node.guides().read(guide).body()).contains("Another summary.");
    }

    @Test
    void anInstantThatPassesBeforeTheApprovalDelaysNothing() {
        var guide = node.guides().submitted();
        schedule(guide, Map.of("publishAt", in(Duration.ofMinutes(5)).toString()))
                .ok();
        node.clock().forward(Duration.ofMinutes(6));
        assertThat(statusOf(guide)).isEqualTo(404);
        approve(guide).ok();
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void aPublicationEndsAtItsInstant() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(3)).toString()))
                .ok();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        node.clock().forward(Duration.ofHours(1));
        untilServed(guide, 410);
        node.clock().forward(Duration.ofHours(3));
        node.bean(Reconciler.class).everyMinute();
        assertThat(ledger(guide)).containsExactly("publish", "unpublish");
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
    }

    @Test
    void noCacheKeepsAnAnswerBeyondTheInstant() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofSeconds(25)).toString()))
                .ok();
        for (String path : List.of("/role-guide/" + guide.slug(), "/role-guide?limit=1"))
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(node.site().get(path).header("Cache-Control"))
                            .matches("public, max-age=(0|1\\d|2[0-5]|\\d), must-revalidate"));
        node.clock().forward(Duration.ofSeconds(25));
        untilServed(guide, 410);
    }

    @Test
    void aPublicationThatIsToGoOnGoesOn() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        node.as("publisher").delete(guide.path() + "/schedule").ok();
        node.clock().forward(Duration.ofHours(2));
        node.bean(Reconciler.class).everyMinute();
        var later = scheduled(in(Duration.ofMinutes(1)));
        node.clock().forward(Duration.ofMinutes(1));
        untilServed(later, 200);
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void anEditionIsPublishedAndUnpublishedThoughNothingRanInBetween() {
        var guide = node.guides().submitted();
        schedule(
                        guide,
                        Map.of(
                                "publishAt",
                                in(Duration.ofHours(1)).toString(),
                                "unpublishAt",
                                in(Duration.ofHours(2)).toString()))
                .ok();
        approve(guide).ok();
        node.clock().forward(Duration.ofHours(3));
        untilServed(guide, 410);
        assertThat(ledger(guide)).containsExactly("publish", "unpublish");
    }

    @Test
    void theNextEditionTakesThePlaceOfTheOneThatEndsAtTheSameInstant() {
        var guide = node.guides().published();
        node.guides().nextEditionSubmitted(guide, "The next summary.");
        var at = in(Duration.ofHours(1)).toString();
        schedule(guide, Map.of("publishAt", at, "unpublishAt", at)).ok();
        approve(guide).ok();
        node.clock().forward(Duration.ofHours(1));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(node.guides().read(guide).body()).contains("The next summary."));
        node.clock().forward(Duration.ofHours(1));
        node.bean(Reconciler.class).everyMinute();
        assertThat(ledger(guide)).containsExactly("publish", "publish");
    }

    @Test
    void anEditionThatIsReplacedTakesItsScheduleWithIt() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        node.guides().nextEditionSubmitted(guide, "The next summary.");
        approve(guide).ok();
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
        node.clock().forward(Duration.ofHours(2));
        node.bean(Reconciler.class).everyMinute();
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void aLostEngineLosesNoSchedule() {
        var waiting = scheduled(in(Duration.ofHours(1)));
        var ending = node.guides().published();
        schedule(ending, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        var runtime = node.bean(RuntimeService.class);
        List.of(waiting, ending)
                .forEach(guide -> runtime.createProcessInstanceQuery()
                        .processInstanceBusinessKeyLike(guide.id() + "%")
                        .list()
                        .forEach(process -> runtime.deleteProcessInstance(process.getId(), "lost")));
        node.bean(Reconciler.class).everyMinute();

        assertThat(activities(waiting)).contains("publication-due");
        assertThat(activities(ending)).contains("unpublish-due");
        node.clock().forward(Duration.ofHours(1));
        untilServed(waiting, 200);
        untilServed(ending, 410);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            2026-13-01T00:00:00Z       | -             | /publishAt | exists
            2027-02-30T00:00:00Z       | -             | /publishAt | exists
            2027-02-01T24:30:00Z       | -             | /publishAt | exists
            2027-02-01T24:00:00Z       | -             | /publishAt | exists
            2027-06-30T23:59:60Z       | -             | /publishAt | exists
            10000-01-01T00:00:00Z      | -             | /publishAt | exists
            2027-02-01T00:00:00+19:00  | -             | /publishAt | exists
            ''                         | -             | /publishAt | exists
            2027-03-01T09:00:00        | europe/berlin | /zone      | IANA
            2027-03-01T09:00:00Z       | ''            | /zone      | IANA
            tomorrow                   | -             | /publishAt | exists
            -0001-01-01T00:00:00Z      | -             | /publishAt | exists
            2020-01-01T00:00:00Z       | -             | /publishAt | past
            2201-01-01T00:00:00Z       | -             | /publishAt | 2200
            +100000-01-01T00:00:00Z    | -             | /publishAt | exists
            2027-03-01T09:00:00        | -             | /publishAt | zone
            2027-03-01T09:00:00        | Mars/Olympus  | /zone      | IANA
            2027-03-01T09:00:00        | +01:00        | /zone      | IANA
            2011-12-30T09:00:00        | Pacific/Apia  | /publishAt | from 2011-12-30T00:00 to 2011-12-31T00:00
            2027-03-28T02:30:00        | Europe/Berlin | /publishAt | from 02:00 to 03:00
            2027-10-31T02:30:00        | Europe/Berlin | /publishAt | 2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00
            """)
    void anInstantThatDoesNotExistOnceIsRefused(String publishAt, String zone, String pointer, String detail) {
        var guide = node.guides().submitted();
        var wanted = zone == null ? Map.of("publishAt", publishAt) : Map.of("publishAt", publishAt, "zone", zone);
        var answer = schedule(guide, wanted);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"pointer\":\"" + pointer + "\"").contains(detail);
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
    }

    @Test
    void anInstantIsShownBackInItsZoneAndInUtc() {
        var guide = node.guides().submitted();
        var shown = schedule(guide, Map.of("publishAt", "2199-07-01T09:00", "zone", "Europe/Berlin"))
                .ok();
        assertThat(shown.get("publishAt").asString()).isEqualTo("2199-07-01T07:00:00Z");
        assertThat(shown.get("publishAtLocal").asString()).isEqualTo("2199-07-01T09:00:00+02:00");
        assertThat(node.as("editor").get(guide.path() + "/schedule").ok()).isEqualTo(shown);
    }

    @Test
    void theRequestIsRefusedThatNobodyCouldKeep() {
        var live = node.guides().published();
        var drafted = node.guides().drafted();
        String soon = in(Duration.ofHours(1)).toString();
        String later = in(Duration.ofHours(2)).toString();

        assertThat(schedule(live, Map.of("publishAt", soon)).status()).isEqualTo(409);
        assertThat(schedule(drafted, Map.of("publishAt", later, "unpublishAt", soon))
                        .status())
                .isEqualTo(400);
        assertThat(schedule(drafted, Map.of()).status()).isEqualTo(400);
        assertThat(schedule(drafted, Map.of("publishedAt", soon)).status()).isEqualTo(400);
        for (String other : List.of("editor", "reviewer", "both", "admin"))
            assertThat(node.as(other)
                            .put(drafted.path() + "/schedule", Map.of("publishAt", soon))
                            .status())
                    .as(other)
                    .isEqualTo(403);
        var waiting = scheduled(in(Duration.ofHours(1)));
        assertThat(schedule(waiting, Map.of("unpublishAt", later)).status()).isEqualTo(409);
        assertThat(stateOf(waiting)).isEqualTo("scheduled");
    }

    @Test
    void theCalendarNamesWhatIsToCome() {
        var at = in(Duration.ofDays(3));
        var guide = scheduled(at);
        var day = at.toString().substring(0, 10);
        var events = node.as("editor")
                .get("/calendar?from=" + day + "&to=" + day)
                .ok()
                .get("items");
        assertThat(events.values().stream()
                        .filter(event -> event.get("guide").get("id").asString().equals(guide.id())))
                .singleElement()
                .satisfies(event -> assertThat(event.get("kind").asString() + " "
                                + event.get("at").asString())
                        .isEqualTo("publish " + at));
        assertThat(node.as("editor").get("/calendar?from=2027-02-30").status()).isEqualTo(400);
        assertThat(node.as("editor")
                        .get("/calendar?from=2027-03-01&to=2027-02-01")
                        .status())
                .isEqualTo(400);
        assertThat(node.as("editor").get("/calendar?from=%2B999999999-12-31").status())
                .isEqualTo(400);
    }

    @Test
    void aTaskBehindTheLastApprovalIsDoneBeforeAScheduledPublication(@TempDir Path folder) throws Exception {
        try (var notes = Node.start(WorkedExample.settings(folder))) {
            var waiting = noteFor(notes, Duration.ofHours(1));
            rights(notes, waiting);
            assertThat(notes.guides().read(waiting).status()).isEqualTo(404);
            var late = noteFor(notes, Duration.ofHours(1));
            var givenUp = noteFor(notes, Duration.ofHours(1));
            notes.as("publisher").delete(givenUp.path() + "/schedule").ok();

            notes.clock().forward(Duration.ofHours(1));

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> notes.guides().read(waiting).status() == 200);
            assertThat(notes.guides().read(late).status()).isEqualTo(404);
            rights(notes, late);
            assertThat(notes.guides().read(late).status()).isEqualTo(200);
            assertThat(notes.guides().task("reviewer", givenUp).get("name").asString())
                    .contains("Review");
            assertThat(notes.bean(Checker.class).run().violations()).isEmpty();
        }
    }

    private static Ref noteFor(Node notes, Duration later) {
        var note = WorkedExample.submitted(notes);
        String at = notes.clock().instant().plus(later).toString();
        notes.as("publisher")
                .put(note.path() + "/schedule", Map.of("publishAt", at))
                .ok();
        var guides = notes.guides();
        guides.decide("reviewer", guides.task("reviewer", note), "approve").ok();
        return note;
    }

    private static void rights(Node notes, Ref note) {
        var guides = notes.guides();
        guides.decide("admin", guides.task("admin", note), "cleared").ok();
    }

    @Test
    void theWorkflowInTwoStagesChecksTheFactsFirst(@TempDir Path folder) throws Exception {
        String type = Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                .replace("\"role-guide-review\"", "\"two-stage-review\"");
        Files.writeString(folder.resolve("role-guide.schema.json"), type);
        try (var twoStages = Node.start("imprimatur.content-types", folder.toUri() + "/")) {
            var guides = twoStages.guides();
            var guide = guides.submitted();
            assertThat(guides.find("reviewer", guide)).isEmpty();
            guides.decide("second-editor", guides.task("second-editor", guide), "facts-wrong")
                    .ok();
            assertThat(guides.state(guide).get("edition").get("state").asString())
                    .isEqualTo("draft");
            twoStages.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            guides.decide("second-editor", guides.task("second-editor", guide), "facts-hold")
                    .ok();
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
            assertThat(guides.read(guide).status()).isEqualTo(200);
            assertThat(guides.read(guide).body()).contains("Facts and figures checked");

            guides.nextEditionSubmitted(guide, "The next summary.");
            twoStages
                    .as("publisher")
                    .put(
                            guide.path() + "/schedule",
                            Map.of(
                                    "publishAt",
                                    twoStages.clock().instant().plusSeconds(60).toString()))
                    .ok();
            guides.decide("second-editor", guides.task("second-editor", guide), "facts-hold")
                    .ok();
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
            twoStages.as("publisher").delete(guide.path() + "/schedule").ok();
            assertThat(guides.task("reviewer", guide).get("name").asString()).isEqualTo("Review as editor in chief");
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
            assertThat(guides.read(guide).body()).contains("The next summary.");

            var late = guides.submitted();
            twoStages.clock().forward(Duration.ofDays(5));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> guides.find("publisher", late).isPresent());
            var check = guides.task("publisher", late);
            assertThat(check.get("escalatedTo").toString()).isEqualTo("[\"PUBLISHER\"]");
            twoStages
                    .as("publisher")
                    .post("/tasks/" + check.get("id").asString() + "/claim", Map.of())
                    .ok();
            guides.decide("publisher", check, "facts-hold").ok();
            assertThat(guides.task("reviewer", late).has("escalatedTo")).isFalse();
        }
    }

    @Test
    void aZoneThatIsLeftOverIsNoSchedule() {
        var guide = node.guides().submitted();
        String local = LocalDateTime.ofInstant(in(Duration.ofHours(1)), ZoneId.of("Asia/Tokyo"))
                .toString();
        schedule(guide, Map.of("publishAt", local, "zone", "Asia/Tokyo")).ok();
        approve(guide).ok();
        node.clock().forward(Duration.ofHours(1));
        untilServed(guide, 200);

        node.guides().nextEditionSubmitted(guide, "The next summary.");
        schedule(guide, Map.of("publishAt", in(Duration.ofHours(1)).toString())).ok();

        assertThat(node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                        .map(entry -> entry.get("kind").asString()))
                .contains("scheduled")
                .doesNotContain("schedule-dropped");
    }

    /** The log, like the engine, takes such an outcome for an outcome. */
    @Test
    void anOutcomeMayHaveTheWordInItsName(@TempDir Path folder) throws Exception {
        String file = Files.readString(Path.of("workflows/two-stage-review.bpmn20.xml"))
                .replace("id=\"facts-hold\"", "id=\"on-schedule\"")
                .replace("default=\"facts-held\"", "default=\"facts-were-wrong\"")
                .replaceFirst(
                        "(?s)(<sequenceFlow id=\"facts-held\"[^/]*)/>",
                        "$1><conditionExpression xsi:type=\"tFormalExpression\">\\${outcome == 'on-schedule'}</conditionExpression></sequenceFlow>")
                .replaceFirst("(?s)(<sequenceFlow id=\"facts-were-wrong\"[^>]*)>.*?</sequenceFlow>", "$1/>");
        Files.writeString(folder.resolve("two-stage-review.bpmn20.xml"), file);
        String type = Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                .replace("\"role-guide-review\"", "\"two-stage-review\"");
        Files.writeString(folder.resolve("role-guide.schema.json"), type);
        String location = folder.toUri() + "/";
        try (var other = Node.start("imprimatur.content-types", location, "imprimatur.workflows", location)) {
            var guide = other.guides().submitted();
            other.guides()
                    .decide("second-editor", other.guides().task("second-editor", guide), "on-schedule")
                    .ok();

            var workflow = other.bean(Workflows.class)
                    .of(other.bean(ContentTypes.class).require("role-guide"));
            var edition = other.bean(Editions.class).get(new EditionId(guide.id(), 1));
            assertThat(workflow.openTasks(edition))
                    .extracting(Workflow.Step::id)
                    .containsExactly("review");
        }
    }

    @Test
    void publishersScheduleInTheStudio() {
        var guide = node.guides().submitted();
        String page = "/studio/guides/" + guide.id() + "/review";
        var publisher = Visitor.signedIn(node, "publisher");
        assertThat(publisher.get(page).body()).contains("data-zone=\"browser\"");

        assertThat(publisher
                        .post(
                                page,
                                "/studio/guides/" + guide.id() + "/schedule",
                                "publishAt",
                                "2199-07-01T09:00",
                                "unpublishAt",
                                "",
                                "zone",
                                "Europe/Berlin",
                                "version",
                                version(publisher, guide))
                        .status())
                .isEqualTo(302);
        assertThat(publisher.get(page).body())
                .contains("Published, once it is approved", "1 Jul 2199, 07:00:00 UTC", "Europe/Berlin")
                .doesNotContain("data-zone");
        assertThat(publisher.get("/studio/calendar?month=2199-07").body()).contains("day, 1 July", "Publish");
        assertThat(publisher.get("/studio/calendar?month=2199-13").status()).isEqualTo(400);

        approve(guide).ok();
        assertThat(publisher
                        .post(
                                page,
                                "/studio/guides/" + guide.id() + "/schedule/now",
                                "version",
                                version(publisher, guide))
                        .status())
                .isEqualTo(302);
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    /** Both nodes look for due timers, and both were stopped while the instants passed. */
    @Test
    void twoNodesPublishEachEditionOnce() {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var one = Node.start();
                var other = one.beside()) {
            var guides = one.guides();
            var at = one.clock().instant().plus(Duration.ofHours(1));
            var due = new ArrayList<Ref>();
            for (int i = 0; i < 12; i++) {
                var guide = guides.submitted();
                var wanted = Map.of(
                        "publishAt",
                        at.toString(),
                        "unpublishAt",
                        at.plusSeconds(i + 1).toString());
                one.as("publisher").put(guide.path() + "/schedule", wanted).ok();
                guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                        .ok();
                due.add(guide);
            }
            one.clock().forward(Duration.ofHours(2));

            for (var guide : due)
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> other.guides().read(guide).status() == 410);
            var kinds = one.site().get("/ledger?limit=100").ok().get("entries").values().stream()
                    .map(entry ->
                            entry.get("id").asString() + " " + entry.get("kind").asString())
                    .toList();
            assertThat(kinds).doesNotHaveDuplicates().hasSize(2 * due.size());
            assertThat(one.bean(Checker.class).run().violations()).isEmpty();
        }
    }

    @Test
    void aWorkflowWithoutATimerSchedulesNothing() {
        var created = node.as("editor")
                .post("/faq", Map.of("slug", "scheduled", "content", Map.of("question", "Why?", "answer", "Because.")))
                .ok();
        var faq = new Ref("faq", created.get("id").asString(), "scheduled");
        var answer = schedule(faq, Map.of("publishAt", in(Duration.ofHours(1)).toString()));
        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("/problems/workflow-does-not-wait");
    }

    /** The version of the schedule that the page of the guide shows now. */
    private static String version(Visitor visitor, Ref guide) {
        var version = Pattern.compile("name=\"version\" value=\"([0-9a-f]+)\"")
                .matcher(visitor.get("/studio/guides/" + guide.id() + "/review").body());
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    @Test
    void whoeverNamesAnOlderScheduleChangesNothing() throws Exception {
        var guide = node.guides().submitted();
        String path = guide.path() + "/schedule";
        String none = node.as("publisher").get(path).header("ETag");
        var one = Map.of("publishAt", in(Duration.ofHours(1)).toString());
        var other = Map.of("publishAt", in(Duration.ofHours(2)).toString());

        String first = node.as("publisher").put(path, one, "If-Match", none).header("ETag");
        var late = node.as("publisher").put(path, other, "If-Match", none);

        assertThat(first).isEqualTo(node.as("editor").get(path).header("ETag")).isNotEqualTo(none);
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.problem()).isEqualTo("schedule-changed");
        assertThat(late.json().at("/current/publishAt").asString()).isEqualTo(one.get("publishAt"));
        assertThat(late.json().at("/current/etag").asString()).isEqualTo(first);
        // the same request again, after a lost answer
        assertThat(node.as("publisher").put(path, one, "If-Match", none).status())
                .isEqualTo(200);
        assertThat(unschedule(path, none)).isEqualTo(412);
        assertThat(node.guides().state(guide).at("/schedule/publishAt").asString())
                .isEqualTo(one.get("publishAt"));
        assertThat(unschedule(path, first)).isEqualTo(204);
        assertThat(unschedule(path, first)).isEqualTo(204);

        for (int round = 0; round < 5; round++) {
            String seen = node.as("publisher").get(path).header("ETag");
            int hours = 3 + 2 * round;
            assertThat(concurrently(
                            () -> put(path, Duration.ofHours(hours), seen),
                            () -> put(path, Duration.ofHours(hours + 1), seen)))
                    .containsExactlyInAnyOrder(200, 412);
        }
    }

    private static int unschedule(String path, String seen) {
        return node.as("publisher").send("DELETE", path, null, "If-Match", seen).status();
    }

    private static int put(String path, Duration later, String seen) {
        return node.as("publisher")
                .put(path, Map.of("publishAt", in(later).toString()), "If-Match", seen)
                .status();
    }

    private static List<Integer> concurrently(Callable<Integer> one, Callable<Integer> other) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Integer>();
            for (var answer : threads.invokeAll(List.of(one, other))) answers.add(answer.get());
            return answers;
        }
    }

    @Test
    void aFormFromBeforeKeepsWhatWasTypedAndSaysWhatIsSetNow() {
        var guide = node.guides().submitted();
        String page = "/studio/guides/" + guide.id() + "/review";
        String form = "/studio/guides/" + guide.id() + "/schedule";
        var publisher = Visitor.signedIn(node, "publisher");
        String seen = version(publisher, guide);
        schedule(guide, Map.of("publishAt", "2190-05-01T10:00:00Z")).ok();

        var stale = publisher.post(
                page, form, "publishAt", "2190-06-01T09:00", "unpublishAt", "", "zone", "Asia/Tokyo", "version", seen);

        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.body())
                .contains("2190-06-01T09:00", "Asia/Tokyo", "2190-05-01T10:00:00Z", "The publisher")
                .contains("name=\"version\" value=\"" + version(publisher, guide) + "\"");
        assertThat(publisher.post(page, form + "/give-up", "version", seen).status())
                .isEqualTo(412);
        assertThat(publisher
                        .post(
                                page,
                                form,
                                "publishAt",
                                "2190-06-01T09:00",
                                "unpublishAt",
                                "",
                                "zone",
                                "Asia/Tokyo",
                                "version",
                                version(publisher, guide))
                        .status())
                .isEqualTo(302);
        assertThat(node.guides().state(guide).at("/schedule/publishAt").asString())
                .isEqualTo("2190-06-01T00:00:00Z");
    }

    /** The rules of zones change: a later Java, on which the schedule was set, may know more. */
    @Test
    void aZoneThatThisJavaDoesNotKnowFailsNoView() {
        var guide = node.guides().submitted();
        var at = in(Duration.ofDays(9));
        var publisher = new Person("publisher", "The publisher", null, Set.of("PUBLISHER"));
        node.bean(Editions.class)
                .schedule(new EditionId(guide.id(), 1), new Schedule(at, null, "Mars/Olympus_Mons"), publisher);

        var shown = node.as("editor").get(guide.path() + "/schedule").ok();
        assertThat(shown.get("publishAt").asString()).isEqualTo(at.toString());
        assertThat(shown.has("publishAtLocal")).isFalse();
        assertThat(node.guides().state(guide).at("/schedule/zone").asString()).isEqualTo("Mars/Olympus_Mons");
        var visitor = Visitor.signedIn(node, "publisher");
        for (String page : List.of("/review", "/history"))
            assertThat(visitor.get("/studio/guides/" + guide.id() + page).status())
                    .as(page)
                    .isEqualTo(200);
        node.as("publisher").delete(guide.path() + "/schedule").ok();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            2199-07-01T09:00:00.123456789Z | -          | 2199-07-01T09:00:00.123Z
            2199-07-01T09:00:00+14:00      | -          | 2199-06-30T19:00:00Z
            2199-07-01T09:00               | US/Pacific | 2199-07-01T16:00:00Z
            2199-07-01T09:00-12:00         | Asia/Tokyo | 2199-07-01T21:00:00Z
            """)
    void theInstantIsTheOneThatIsMeant(String publishAt, String zone, String instant) {
        var guide = node.guides().drafted();
        var wanted = new HashMap<String, String>();
        wanted.put("publishAt", publishAt);
        wanted.put("unpublishAt", null);
        wanted.put("zone", zone);
        assertThat(schedule(guide, wanted).ok().get("publishAt").asString()).isEqualTo(instant);
    }

    @Test
    void nothingIsSetThatCannotHappen() {
        var guide = node.guides().drafted();
        String soon = in(Duration.ofHours(1)).toString();
        var nothing = new HashMap<String, String>();
        nothing.put("publishAt", null);
        nothing.put("unpublishAt", null);

        assertThat(schedule(guide, nothing).status()).isEqualTo(400);
        var equal = schedule(guide, Map.of("publishAt", soon, "unpublishAt", soon));
        assertThat(equal.status()).isEqualTo(400);
        assertThat(equal.body()).contains("\"pointer\":\"/unpublishAt\"");
        var past = schedule(guide, Map.of("publishAt", "2020-01-01T00:00:00Z", "unpublishAt", "2021-01-01T00:00:00Z"));
        assertThat(past.status()).isEqualTo(400);
        assertThat(past.body()).contains("past");
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
    }

    @Test
    void aRequestThatIsRepeatedAfterItsInstantChangesNothing() {
        var guide = node.guides().submitted();
        var wanted = Map.of("publishAt", in(Duration.ofMinutes(5)).toString());
        schedule(guide, wanted).ok();
        schedule(guide, wanted).ok();
        approve(guide).ok();
        node.clock().forward(Duration.ofMinutes(5));
        untilServed(guide, 200);

        var again = schedule(guide, wanted);

        assertThat(again.status()).isEqualTo(400);
        assertThat(again.body()).contains("past");
        assertThat(ledger(guide)).containsExactly("publish");
        assertThat(statusOf(guide)).isEqualTo(200);
    }

    @Test
    void publishNowAndGivingUpAtOnceEndInOneOfThem() throws Exception {
        var visitor = Visitor.signedIn(node, "publisher");
        for (int round = 0; round < 5; round++) {
            var guide = scheduled(in(Duration.ofHours(1)));
            String page = "/studio/guides/" + guide.id();
            String seen = version(visitor, guide);

            var answers = concurrently(
                    () -> visitor.post(page + "/review", page + "/schedule/now", "version", seen)
                            .status(),
                    () -> unschedule(guide.path() + "/schedule", seen));

            boolean isPublished = answers.getFirst() == 302;
            assertThat(statusOf(guide)).as(answers.toString()).isEqualTo(isPublished ? 200 : 404);
            assertThat(stateOf(guide)).isEqualTo(isPublished ? "published" : "in-review");
            assertThat(node.guides().state(guide).has("schedule")).isFalse();
        }
    }

    /** As is a guide that was imported with its review, until the next review is requested. */
    @Test
    void aGuideWithoutAProcessIsUnpublishedOnTime() {
        var guide = node.guides().published();
        var runtime = node.bean(RuntimeService.class);
        runtime.createProcessInstanceQuery()
                .processInstanceBusinessKeyLike(guide.id() + "%")
                .list()
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "at rest"));

        schedule(guide, Map.of("unpublishAt", in(Duration.ofMinutes(5)).toString()))
                .ok();
        node.clock().forward(Duration.ofMinutes(5));

        untilServed(guide, 410);
        assertThat(ledger(guide)).containsExactly("publish", "unpublish");
    }

    @Test
    void whoeverSetAScheduleIsToldThatSomebodyElseChangedIt() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "second-publisher",
                                "displayName",
                                "The other publisher",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("PUBLISHER")))
                .ok();
        var other = node.as("second-publisher");
        var wanted = Map.of("publishAt", in(Duration.ofDays(2)).toString());
        var later = Map.of("publishAt", in(Duration.ofDays(3)).toString());
        var visitor = Visitor.signedIn(node, "publisher");

        var givenUp = scheduled(in(Duration.ofDays(2)));
        other.delete(givenUp.path() + "/schedule").ok();
        assertThat(node.guides()
                        .state(givenUp)
                        .get("endedSchedule")
                        .get("cause")
                        .asString())
                .isEqualTo("schedule-dropped");
        var replaced = node.guides().submitted();
        schedule(replaced, wanted).ok();
        other.put(replaced.path() + "/schedule", later).ok();
        assertThat(visitor.get("/studio").body())
                .contains("/studio/guides/" + givenUp.id() + "\" lang", "gave up the schedule")
                .contains("/studio/guides/" + replaced.id() + "\" lang", "set another schedule");
        await().untilAsserted(() -> assertThat(
                        node.as("publisher").get("/notifications?limit=100").body())
                .contains(givenUp.id(), replaced.id()));

        var own = node.guides().submitted();
        schedule(own, wanted).ok();
        schedule(own, later).ok();
        node.as("publisher").delete(own.path() + "/schedule").ok();
        assertThat(node.guides().state(own).has("endedSchedule")).isFalse();
        assertThat(visitor.get("/studio").body()).doesNotContain("/studio/guides/" + own.id() + "\" lang");
    }

    @Test
    void whoeverSetAScheduleIsToldThatItEnded() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        var visitor = Visitor.signedIn(node, "publisher");
        String link = "/studio/guides/" + guide.id();
        assertThat(visitor.get("/studio").body()).doesNotContain("schedule that you set for <a href=\"" + link);

        node.guides().nextEditionSubmitted(guide, "The next summary.");
        approve(guide).ok();

        var ended = node.guides().state(guide).get("endedSchedule");
        assertThat(ended.get("setBy").asString()).isEqualTo("publisher");
        assertThat(ended.get("cause").asString()).isEqualTo("superseded");
        assertThat(visitor.get("/studio").body())
                .contains(
                        "schedule that you set for <a href=\"" + link + "\" lang=\"en",
                        "English",
                        "published the next edition");
        assertThat(Visitor.signedIn(node, "reviewer").get("/studio").body())
                .doesNotContain("Your schedules that ended");

        var notice = Pattern.compile("name=\"notice\" value=\"(" + guide.id() + "[^\"]*)\"")
                .matcher(visitor.get("/studio").body());
        assertThat(notice.find()).isTrue();
        Visitor.signedIn(node, "reviewer")
                .post("/studio", "/studio/ended-schedules/dismiss", "notice", notice.group(1));
        assertThat(visitor.get("/studio").body()).contains(link);
        visitor.post("/studio", "/studio/ended-schedules/dismiss", "notice", notice.group(1));
        assertThat(visitor.get("/studio").body()).doesNotContain("schedule that you set for <a href=\"" + link);
    }

    @Test
    void whoeverEndsTheirOwnScheduleIsNotTold() {
        var guide = node.guides().published();
        schedule(guide, Map.of("unpublishAt", in(Duration.ofHours(1)).toString()))
                .ok();
        node.clock().forward(Duration.ofHours(1));
        untilServed(guide, 410);
        assertThat(Visitor.signedIn(node, "publisher").get("/studio").body())
                .doesNotContain("schedule that you set for <a href=\"/studio/guides/" + guide.id());
    }

    /**
     * Another node has recorded the publication and died. While this one looks at the process, the process is between two waits, so that
     * nobody can tell it of the end of the publication.
     */
    @Test
    void aProcessThatIsStillToBeToldOfTheEndIsNotTakenForUpToDate() {
        var guide = node.guides().submitted();
        var at = in(Duration.ofHours(1));
        schedule(
                        guide,
                        Map.of(
                                "publishAt",
                                at.toString(),
                                "unpublishAt",
                                at.plusSeconds(60).toString()))
                .ok();
        approve(guide).ok();
        var id = new EditionId(guide.id(), 1);
        var timers =
                node.bean(ProcessEngine.class).getProcessEngineConfiguration().getAsyncExecutor();
        timers.shutdown();
        try {
            node.clock().forward(Duration.ofHours(2));
            node.bean(Editions.class).publicationDue(id);
            node.bean(Publication.class).publish(id);
            String process = node.bean(Processes.class).of(id).orElseThrow().getId();
            assertThat(new JdbcTemplate(node.bean(DataSource.class))
                            .update(
                                    "delete from ACT_RU_EVENT_SUBSCR where PROC_INST_ID_ = ? and EVENT_NAME_ = ?",
                                    process,
                                    LogReplay.SCHEDULE_CHANGED))
                    .isEqualTo(1);
            node.bean(GuideReconciler.class).reconcile(guide.id());

            assertThat(node.bean(OutdatedGuides.class).find().guides()).contains(guide.id());
            assertThat(statusOf(guide)).isEqualTo(200);
        } finally {
            timers.start();
        }
        untilServed(guide, 410);
        assertThat(ledger(guide)).containsExactly("publish", "unpublish");
    }

    @Test
    void aScheduleEndsWithTheApprovalsThatItWasSetFor(@TempDir Path folder) throws Exception {
        String type = Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                .replaceFirst("\"x-approvals\"\\s*:\\s*1", "\"x-approvals\": 2");
        if (!type.contains("\"x-approvals\""))
            type = type.replaceFirst("\"x-workflow\"", "\"x-approvals\": 2, \"x-workflow\"");
        Files.writeString(folder.resolve("role-guide.schema.json"), type);
        try (var two = Node.start("imprimatur.content-types", folder.toUri() + "/")) {
            var guides = two.guides();
            var guide = guides.submitted();
            String at = two.clock().instant().plusSeconds(3600).toString();
            two.as("publisher")
                    .put(guide.path() + "/schedule", Map.of("publishAt", at))
                    .ok();
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
            guides.edit("editor", guide, "Another summary.").ok();
            two.as("editor").post(guide.path() + "/submit", Map.of()).ok();

            var ended = guides.state(guide).get("endedSchedule");
            assertThat(ended.get("cause").asString()).isEqualTo("submitted");
            assertThat(ended.get("endedBy").asString()).isEqualTo("editor");
            assertThat(ended.get("publishAt").asString()).isEqualTo(at);
            assertThat(Visitor.signedIn(two, "publisher").get("/studio").body()).contains("submitted another revision");
        }
    }
}
