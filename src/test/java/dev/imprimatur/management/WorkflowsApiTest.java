// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Administrators upload workflows, which are checked and tested before editions follow them. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowsApiTest {
    private static final String ID = "role-guide-review";

    private final Node node = Node.start();
    private final Guides guides = node.guides();
    private final String file;

    WorkflowsApiTest() throws IOException {
        file = Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"));
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private Answer read() {
        return node.as("admin").get("/workflows/" + ID);
    }

    private Answer deploy(String bpmn, String etag) {
        return node.as("admin")
                .put(
                        "/workflows/" + ID,
                        Map.of("bpmn", bpmn, "note", "tried"),
                        etag == null ? new String[0] : new String[] {"If-Match", etag});
    }

    private String named(String name) {
        return file.replace("name=\"Review revision\"", "name=\"" + name + "\"");
    }

    private String open(Ref guide) {
        return guides.state(guide).get("task").get("name").asString();
    }

    private List<JsonNode> versions() {
        return List.copyOf(node.as("admin")
                .get("/workflows/" + ID + "/versions")
                .ok()
                .get("items")
                .values());
    }

    @Test
    void editionsFollowTheVersionThatWasTheNewestWhenTheyWereOpened() {
        var before = guides.submitted();
        var etag = read().header("ETag");

        assertThat(deploy(named("Review first"), null).status()).isEqualTo(428);
        var deployed = deploy(named("Review first"), etag);
        assertThat(deployed.ok().get("source").asString()).isEqualTo("upload");
        assertThat(deploy(named("Review first"), etag).ok().get("version"))
                .as("the same file again")
                .isEqualTo(deployed.json().get("version"));
        assertThat(deploy(named("Review second"), etag).status()).isEqualTo(412);

        assertThat(open(guides.submitted()))
                .as("a new version takes effect after ten seconds")
                .isEqualTo("Review revision");
        node.clock().forward(Duration.ofSeconds(11));
        var after = guides.submitted();
        assertThat(open(before)).isNotEqualTo(open(after)).isEqualTo("Review revision");
        assertThat(open(after)).isEqualTo("Review first");

        node.restartWithoutEngineDatabase();

        assertThat(open(before)).isEqualTo("Review revision");
        assertThat(open(after)).isEqualTo("Review first");
        guides.decide("reviewer", guides.task("reviewer", before), "approve").ok();
        guides.decide("reviewer", guides.task("reviewer", after), "approve").ok();
        assertThat(guides.read(after).status()).isEqualTo(200);
        assertThat(versions())
                .last()
                .satisfies(it -> assertThat(it.get("source").asString()).isEqualTo("file"));
        assertThat(node.as("admin")
                        .get("/workflows/" + ID + "/versions/0/diff/"
                                + deployed.json().get("version").asInt())
                        .ok()
                        .get("changed")
                        .toString())
                .isEqualTo("[\"review\"]");
        assertThat(node.as("admin")
                        .get("/workflows/" + ID + "/versions/0")
                        .ok()
                        .get("bpmn")
                        .asString())
                .isEqualTo(file);
    }

    @Test
    void ofTwoAdministratorsAtTheSameTimeOneIsToldThatTheOtherWasFirst() {
        String etag = read().header("ETag");
        int before = versions().size();
        var answers = Stream.of("one", "two", "three", "four")
                .map(name -> CompletableFuture.supplyAsync(() -> deploy(named("Review as " + name), etag)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Answer::status)
                .toList();

        assertThat(answers).containsExactlyInAnyOrder(200, 412, 412, 412);
        assertThat(versions()).hasSize(before + 1);
    }

    /** The task of an edition in progress has another id than that of the newest version. */
    @Test
    void peopleAreToldOfTheTasksOfTheVersionThatTheEditionFollows() {
        var before = guides.drafted();
        deploy(file.replace("\"review\"", "\"second-look\""), read().header("ETag"))
                .ok();
        node.clock().forward(Duration.ofSeconds(11));

        node.as("editor").post(before.path() + "/submit", Map.of()).ok();

        await().untilAsserted(() ->
                assertThat(node.as("reviewer").get("/notifications").body()).contains(before.id()));
    }

    @Test
    void aFaultyWorkflowIsExplainedAndChangesNothing() {
        String faulty = file.replace("effect=\"approve\"", "effect=\"publish\"");
        int before = versions().size();

        var check = node.as("admin")
                .post("/workflows/check", Map.of("bpmn", faulty))
                .ok();
        var answer = deploy(faulty, read().header("ETag"));

        var finding = check.get("findings").get(0);
        assertThat(finding.get("element").asString()).isEqualTo("approve");
        assertThat(finding.get("line").asInt()).isPositive();
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem()).isEqualTo("workflow-faulty");
        assertThat(versions()).hasSize(before);
        assertThat(node.as("admin")
                        .post("/workflows/check", Map.of("bpmn", file))
                        .ok()
                        .get("findings")
                        .isEmpty())
                .isTrue();
        assertThat(node.as("admin")
                        .post("/workflows/check", Map.of("bpmn", "<x>" + "y".repeat(300_000) + "</x>"))
                        .status())
                .isEqualTo(400);
        assertThat(deploy(file.replace("<process id=\"role-guide-review\"", "<process id=\"another\""), "\"x\"")
                        .status())
                .isIn(400, 422);
    }

    @Test
    void aVersionThatSomebodyChangedInTheDatabaseIsNotUsed() {
        int number = deploy(named("Review honestly"), read().header("ETag"))
                .ok()
                .get("version")
                .asInt();
        node.bean(MongoDatabase.class)
                .getCollection("workflow_versions")
                .updateOne(Filters.eq("_id", ID + ":" + number), Updates.set("bpmn", named("Review dishonestly")));
        node.restartWithoutEngineDatabase();

        assertThat(versions().getFirst().get("usable").asBoolean()).isFalse();
        node.clock().forward(Duration.ofSeconds(11));
        assertThat(open(guides.submitted())).isNotIn("Review honestly", "Review dishonestly");
    }

    /** A version of an earlier release, which checked less: facts stand, and nothing is lost once a repaired version is there. */
    @Test
    void aStepThatTheEngineCannotRunLosesNoFactAndStopsNobody() {
        String broken =
                file.replace("name=\"Write draft\"", "name=\"Write draft\" flowable:dueDate=\"${reviewDueAt}\"");
        assertThat(deploy(broken, read().header("ETag")).status()).isEqualTo(422);
        int number = deploy(named("Review before"), read().header("ETag"))
                .ok()
                .get("version")
                .asInt();
        var versions = node.bean(MongoDatabase.class).getCollection("workflow_versions");
        versions.updateOne(
                Filters.eq("_id", ID + ":" + number),
                Updates.combine(
                        Updates.set("bpmn", broken),
                        Updates.set(
                                "hash",
                                "sha256:"
                                        + HexFormat.of()
                                                .formatHex(Sha256.of(broken.getBytes(StandardCharsets.UTF_8))))));
        node.restartWithoutEngineDatabase();
        node.clock().forward(Duration.ofSeconds(11));

        var guide = guides.drafted();
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(node.as("admin")
                        .post("/workflows/test", Map.of("bpmn", broken, "steps", List.of(Map.of("submit", true))))
                        .status())
                .isEqualTo(422);
        assertThat(node.as("reviewer").get("/tasks").status()).isEqualTo(200);
    }

    private List<JsonNode> walk(String workflow, List<String> changed, List<Map<String, Object>> steps)
            throws IOException {
        var body = Map.of(
                "bpmn",
                Files.readString(Path.of("workflows/" + workflow + ".bpmn20.xml")),
                "changed",
                changed,
                "steps",
                steps);
        return new ArrayList<>(
                node.as("admin").post("/workflows/test", body).ok().get("items").values());
    }

    private static List<String> strings(JsonNode list) {
        return list.values().stream()
                .map(it -> Objects.toString(it.stringValue()))
                .toList();
    }

    @Test
    void theTestBenchWalksWithAClockInHand() throws IOException {
        var walked = walk(
                "two-stage-review",
                List.of(),
                List.of(
                        Map.of("submit", true),
                        Map.of("advance", "P4DT1H"),
                        Map.of("advance", "P1D"),
                        Map.of("decide", "approve"),
                        Map.of("decide", "facts-hold"),
                        Map.of("decide", "approve"),
                        Map.of("advance", "P190D"),
                        Map.of("decide", "confirm")));

        assertThat(walked).hasSize(9);
        assertThat(walked.get(0).get("state").asString()).isEqualTo("draft");
        assertThat(strings(walked.get(1).get("active"))).containsExactly("check-facts");
        assertThat(walked.get(1).get("tasks").get(0).get("due").asString()).isEqualTo("2026-01-10T09:00:00Z");
        assertThat(strings(walked.get(2).get("fired")))
                .containsExactly("facts-check-due-soon", "remind-of-facts-check");
        assertThat(strings(walked.get(3).get("fired"))).containsExactly("facts-check-late", "pass-on-facts-check");
        assertThat(walked.get(4).get("refused").asString()).contains("no open task");
        assertThat(strings(walked.get(5).get("active"))).containsExactly("review");
        assertThat(walked.get(6).get("live").asBoolean()).isTrue();
        assertThat(strings(walked.get(6).get("fired"))).containsExactly("stamp", "publish");
        assertThat(strings(walked.get(7).get("fired")))
                .contains("review-approaching", "mark-review-due", "mark-overdue");
        assertThat(strings(walked.get(8).get("fired"))).containsExactly("restamp");
        assertThat(node.site().get("/ledger").ok().toString()).doesNotContain("test.1");
    }

    @Test
    void theTestBenchTellsWhoMayNotApproveTwice() throws IOException {
        var walked = walk(
                "parallel-review",
                List.of("compensation"),
                List.of(
                        Map.of("submit", true),
                        Map.of("decide", "approve", "task", "review", "by", "rosa"),
                        Map.of("decide", "approve", "task", "legal-review", "by", "rosa"),
                        Map.of("decide", "approve", "task", "legal-review", "by", "lena")));

        assertThat(strings(walked.get(1).get("active"))).contains("review", "legal-review");
        assertThat(walked.get(3).get("refused").asString()).contains("you have approved");
        assertThat(walked.get(4).get("live").asBoolean()).isTrue();
        assertThat(strings(walk("parallel-review", List.of(), List.of(Map.of("submit", true)))
                        .get(1)
                        .get("active")))
                .contains("review")
                .doesNotContain("legal-review");
    }
}
