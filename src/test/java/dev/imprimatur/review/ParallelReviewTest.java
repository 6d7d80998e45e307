// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two people review at the same time, the second of them only if the pay has changed. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParallelReviewTest {
    private Node node;
    private Guides guides;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("role-guide.schema.json"),
                Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                        .replace("\"role-guide-review\"", "\"parallel-review\""));
        node = Node.start("imprimatur.content-types", folder.toUri() + "/");
        guides = node.guides();
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private JsonNode task(String who, Ref guide, String step) {
        return guides.tasks(who, guide).stream()
                .filter(task -> task.get("id").asString().contains("." + step + "."))
                .findFirst()
                .orElseThrow(() -> new AssertionError(step + " is not open"));
    }

    private List<String> open(Ref guide) {
        var logged = node
                .bean(Workflows.class)
                .of(node.bean(ContentTypes.class).require("role-guide"))
                .openTasks(node.bean(Editions.class).get(new EditionId(guide.id(), edition(guide))))
                .stream()
                .map(Workflow.Step::name)
                .toList();
        var tasks = guides.state(guide).path("tasks").values().stream()
                .map(task -> task.get("name").asString())
                .toList();
        assertThat(logged).isEqualTo(tasks);
        return tasks;
    }

    private int edition(Ref guide) {
        return guides.state(guide).get("edition").get("number").asInt();
    }

    private String state(Ref guide) {
        return guides.state(guide).get("edition").get("state").asString();
    }

    @Test
    void twoPeopleApproveAtTheSameTimeInEitherOrder() {
        for (var order : List.of(List.of("review", "legal-review"), List.of("legal-review", "review"))) {
            var guide = guides.submitted();
            assertThat(open(guide)).containsExactly("Review content", "Review pay as legal");
            assertThat(guides.state(guide).get("task").get("name").asString()).isEqualTo("Review content");
            assertThat(node.as("editor")
                            .get(guide.path() + "/process")
                            .ok()
                            .get("active")
                            .toString())
                    .contains("\"review\"", "\"legal-review\"");

            guides.decide("reviewer", task("reviewer", guide, order.getFirst()), "approve")
                    .ok();
            assertThat(state(guide)).isEqualTo("in-review");
            assertThat(open(guide)).hasSize(1);
            assertThat(guides.read(guide).status()).isEqualTo(404);
            var again = guides.decide("reviewer", task("reviewer", guide, order.getLast()), "approve");
            assertThat(again.status()).isEqualTo(403);
            assertThat(again.body()).contains("already-approved");

            guides.decide("second-reviewer", task("second-reviewer", guide, order.getLast()), "approve")
                    .ok();
            assertThat(guides.read(guide).status()).isEqualTo(200);
            assertThat(guides.read(guide).ok().get("review").get("reviewedBy").size())
                    .isEqualTo(2);
        }
    }

    @Test
    void onePersonIsEnoughWhileThePayIsAsItWas() {
        var guide = guides.submitted();
        guides.decide("reviewer", task("reviewer", guide, "review"), "approve").ok();
        guides.decide("second-reviewer", task("reviewer", guide, "legal-review"), "approve")
                .ok();

        guides.nextEditionSubmitted(guide, "Only the summary is another one.");

        assertThat(open(guide)).containsExactly("Review content");
        guides.decide("reviewer", task("reviewer", guide, "review"), "approve").ok();
        assertThat(guides.read(guide).body()).contains("Only the summary is another one.");

        node.as("editor").post(guide.path() + "/editions", null).ok();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(
                        guide.path() + "/draft",
                        Map.of("compensation", Map.of("note", "Another note.")),
                        "If-Match",
                        etag)
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(open(guide)).containsExactly("Review content", "Review pay as legal");
    }

    @Test
    void ifOneAsksForChangesTheOtherTaskEndsAndBothBeginAnew() {
        var guide = guides.submitted();
        var content = task("reviewer", guide, "review");
        guides.decide("second-reviewer", task("reviewer", guide, "legal-review"), "request-changes")
                .ok();

        assertThat(open(guide)).containsExactly("Write draft");
        assertThat(guides.decide("reviewer", content, "approve").status()).isEqualTo(409);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(open(guide)).containsExactly("Review content", "Review pay as legal");
        guides.decide("second-reviewer", task("reviewer", guide, "review"), "approve")
                .ok();
        guides.decide("reviewer", task("reviewer", guide, "legal-review"), "approve")
                .ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void twoDecisionsAtTheSameMomentAreBothTaken() {
        for (int times = 0; times < 5; times++) {
            var guide = guides.submitted();
            var content = task("reviewer", guide, "review");
            var legal = task("reviewer", guide, "legal-review");
            var one = CompletableFuture.supplyAsync(() -> guides.decide("reviewer", content, "approve"));
            var other = CompletableFuture.supplyAsync(() -> guides.decide("second-reviewer", legal, "approve"));

            assertThat(List.of(one.join().status(), other.join().status())).containsOnly(200);
            assertThat(guides.read(guide).status()).isEqualTo(200);
        }
    }

    @Test
    void aScheduleThatIsGivenUpAsksBothAgain() {
        var guide = guides.submitted();
        node.as("publisher")
                .put(
                        guide.path() + "/schedule",
                        Map.of(
                                "publishAt",
                                node.clock().instant().plus(Duration.ofDays(20)).toString()))
                .ok();
        guides.decide("reviewer", task("reviewer", guide, "review"), "approve").ok();
        guides.decide("second-reviewer", task("reviewer", guide, "legal-review"), "approve")
                .ok();
        assertThat(state(guide)).isEqualTo("scheduled");

        node.as("publisher").delete(guide.path() + "/schedule").ok();

        assertThat(open(guide)).containsExactly("Review content", "Review pay as legal");
    }

    /** Random walks: the guide is published exactly when all approvals are there, whatever happens to the process in between. */
    @Test
    void noWalkPublishesWithoutBothApprovals() {
        var random = new Random(50);
        var runtime = node.bean(RuntimeService.class);
        for (int walk = 0; walk < 6; walk++) {
            var guide = guides.submitted();
            var approved = new HashSet<String>();
            for (int step = 0; step < 12 && approved.size() < 2; step++) {
                if (random.nextInt(3) == 0) {
                    runtime.createProcessInstanceQuery()
                            .processInstanceBusinessKey(guide.id() + ".1")
                            .list()
                            .forEach(process -> runtime.deleteProcessInstance(process.getId(), "lost"));
                    node.bean(GuideReconciler.class).reconcile(guide.id());
                }
                if (state(guide).equals("draft")) {
                    approved.clear();
                    node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
                }
                String who = random.nextBoolean() ? "reviewer" : "second-reviewer";
                var tasks = guides.tasks(who, guide);
                var task = tasks.get(random.nextInt(tasks.size()));
                boolean approves = random.nextInt(4) > 0;
                var answer = guides.decide(who, task, approves ? "approve" : "request-changes");
                assertThat(answer.status()).isEqualTo(approves && approved.contains(who) ? 403 : 200);
                if (approves) approved.add(who);
                assertThat(guides.read(guide).status()).isEqualTo(approved.size() == 2 ? 200 : 404);
                assertThat(open(guide).isEmpty()).isEqualTo(approved.size() == 2);
            }
        }
    }

    @Test
    void remindersAreForEachTaskAndSurviveTheLossOfTheEngine() {
        var guide = guides.submitted();
        var answered = guides.submitted();
        guides.decide("reviewer", task("reviewer", answered, "review"), "approve")
                .ok();
        node.clock().forward(Duration.ofDays(4).plusHours(1));
        await().atMost(Duration.ofSeconds(20)).until(() -> reminded(guide) == 2 && reminded(answered) == 1);
        var before = guides.state(guide).get("tasks").values().stream()
                .map(task -> task.get("id") + " " + task.get("due"))
                .toList();

        node.restartWithoutEngineDatabase();

        assertThat(open(guide)).hasSize(2);
        assertThat(guides.state(guide).get("tasks").values().stream()
                        .map(task -> task.get("id") + " " + task.get("due"))
                        .toList())
                .isEqualTo(before);
        assertThat(open(answered)).containsExactly("Review pay as legal");
        assertThat(reminded(guide)).isEqualTo(2);
        guides.decide("second-reviewer", task("reviewer", answered, "legal-review"), "approve")
                .ok();
        assertThat(guides.read(answered).status()).isEqualTo(200);
    }

    /** A version that another node deployed holds for editions that are opened ten seconds later, also if this node has not looked since. */
    @Test
    void aVersionOfAnotherNodeIsFollowedOnceItTakesEffect() throws IOException {
        var before = guides.drafted();
        String bpmn = Files.readString(Path.of("workflows/parallel-review.bpmn20.xml"))
                .replace("name=\"Review as one more\"", "name=\"Review as somebody else\"");
        node.bean(WorkflowVersionStore.class)
                .insert(new WorkflowVersionStore.Row(
                        "parallel-review:1",
                        "parallel-review",
                        1,
                        node.clock().instant(),
                        "admin",
                        Workflows.hash(bpmn.getBytes(StandardCharsets.UTF_8)),
                        null,
                        bpmn));
        node.clock().forward(Duration.ofSeconds(1));
        var meanwhile = guides.drafted();
        node.clock().forward(Duration.ofSeconds(10));

        var after = guides.drafted();

        assertThat(version(meanwhile)).isEqualTo(Workflows.FILE);

        assertThat(version(after)).isEqualTo(1);
        assertThat(version(before)).isEqualTo(Workflows.FILE);
        assertThat(node.as("editor")
                        .get(after.path() + "/process")
                        .ok()
                        .get("bpmn")
                        .asString())
                .isEqualTo(bpmn);
    }

    private int version(Ref guide) {
        return node.bean(Workflows.class)
                .of(
                        node.bean(ContentTypes.class).require("role-guide"),
                        node.bean(Editions.class).get(new EditionId(guide.id(), 1)))
                .version();
    }

    private long reminded(Ref guide) {
        return node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                .filter(entry -> entry.get("kind").asString().equals("reminded"))
                .count();
    }
}
