// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.flowable.engine.RepositoryService;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Editions stand at every step of the workflows that are shipped, and are moved to other versions. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditionMovesTest {
    private static final String ID = WorkflowVersions.ID;
    private static final String MIGRATE = "/workflows/" + ID + "/migrate";
    private static final List<String> PEOPLE = List.of("reviewer", "second-reviewer", "both");

    private final Node node = Node.start("imprimatur.review.reconcile-every", "1h");
    private final Guides guides = node.guides();
    private int one;
    private int twoStages;
    private int parallel;
    private int renamed;
    private int factsReworded;

    @BeforeAll
    void deploy() throws IOException {
        one = WorkflowVersions.deploy(node, WorkflowVersions.asVersionOne());
        twoStages = WorkflowVersions.deploy(node, WorkflowVersions.file("two-stage-review"));
        parallel = WorkflowVersions.deploy(node, WorkflowVersions.file("parallel-review"));
        renamed = WorkflowVersions.deploy(node, WorkflowVersions.file(ID).replace("\"review\"", "\"second-look\""));
        factsReworded = WorkflowVersions.deploy(
                node,
                WorkflowVersions.file("two-stage-review")
                        .replace("id=\"facts-hold\"", "id=\"facts-right\"")
                        .replace("'facts-hold'", "'facts-right'"));
        node.clock().forward(Duration.ofSeconds(11));
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private static EditionId id(Ref guide) {
        return new EditionId(guide.id(), 1);
    }

    private Edition edition(Ref guide) {
        return node.bean(Editions.class).get(id(guide));
    }

    private Answer move(int to, Ref... all) {
        return move(to, Map.of(), all);
    }

    private Answer move(int to, Map<String, Object> more, Ref... all) {
        var body = new HashMap<>(more);
        body.put("to", to);
        body.put(
                "editions",
                List.of(all).stream()
                        .map(guide -> Map.of("edition", id(guide).toString()))
                        .toList());
        return node.as("admin").post(MIGRATE, body);
    }

    private JsonNode preview(int to, Ref guide) {
        return move(to, Map.of("dryRun", true), guide)
                .ok()
                .get("editions")
                .get(0)
                .get("preview");
    }

    private static List<String> texts(JsonNode array, String field) {
        return array.values().stream().map(it -> it.get(field).asString()).toList();
    }

    /** The ids of the tasks that the engine has open for the first edition, which are those that follow from the log. */
    private List<String> open(Ref guide) {
        var tasks = node
                .bean(TaskService.class)
                .createTaskQuery()
                .processInstanceBusinessKey(id(guide).toString())
                .list()
                .stream()
                .map(task -> task.getTaskDefinitionKey())
                .sorted()
                .toList();
        var logged = node.bean(LoggedTasks.class).of(id(guide)).stream()
                .map(OpenTask::task)
                .sorted()
                .toList();
        assertThat(tasks).isEqualTo(logged);
        return tasks;
    }

    private void loseProcess(Ref guide) {
        var runtime = node.bean(RuntimeService.class);
        runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(id(guide).toString())
                .list()
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "lost"));
        node.bean(GuideReconciler.class).reconcile(guide.id());
    }

    private Ref drafted(int version) {
        var guide = guides.drafted();
        move(version, guide).ok();
        return guide;
    }

    private Ref submitted(int version) {
        var guide = drafted(version);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private void decide(String who, Ref guide, String step, String outcome) {
        guides.decide(who, task(who, guide, step), outcome).ok();
    }

    private JsonNode task(String who, Ref guide, String step) {
        return guides.tasks(who, guide).stream()
                .filter(task -> task.get("id").asString().contains("." + step + "."))
                .findFirst()
                .orElseThrow(() -> new AssertionError(step + " is not open to " + who + " on " + open(guide)));
    }

    private Ref published(int version) {
        var guide = submitted(version);
        finish(guide);
        return guide;
    }

    /** Everybody is content until the guide is published. */
    private void finish(Ref guide) {
        for (int step = 0; edition(guide).state() != Edition.State.PUBLISHED; step++) {
            assertThat(step)
                    .as("steps of %s at %s", edition(guide).state(), open(guide))
                    .isLessThan(6);
            String task = open(guide).getFirst();
            if (task.equals("draft"))
                node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            else if (task.equals("check-facts")) {
                var facts = task("editor", guide, task);
                decide(
                        "editor",
                        guide,
                        task,
                        facts.get("outcomes").get(0).get("id").asString());
            } else {
                var approvers = edition(guide).approvals().stream()
                        .map(it -> it.by().account())
                        .toList();
                String who = PEOPLE.stream()
                        .filter(it -> !approvers.contains(it))
                        .findFirst()
                        .orElseThrow();
                decide(who, guide, task, "approve");
            }
        }
        assertThat(edition(guide).approvals().stream()
                        .map(it -> it.by().account())
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(edition(guide).approvalsRequired());
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    private List<Function<EditionMovesTest, Ref>> positions() {
        return List.of(
                it -> it.drafted(it.one),
                it -> it.submitted(it.one),
                it -> it.drafted(it.twoStages),
                it -> it.submitted(it.twoStages),
                it -> {
                    var guide = it.submitted(it.twoStages);
                    it.decide("second-editor", guide, "check-facts", "facts-hold");
                    return guide;
                },
                it -> it.submitted(it.parallel),
                it -> {
                    var guide = it.submitted(it.parallel);
                    it.decide("reviewer", guide, "review", "approve");
                    return guide;
                },
                it -> {
                    var guide = it.submitted(it.parallel);
                    it.decide("reviewer", guide, "legal-review", "approve");
                    return guide;
                },
                it -> {
                    var guide = it.submitted(it.one);
                    it.decide("reviewer", guide, "review", "request-changes");
                    return guide;
                });
    }

    @Test
    void fromEveryStepToEveryVersionAnEditionStandsWhereThePreviewSaidOrNothingHappens() {
        int moved = 0;
        int refused = 0;
        for (var position : positions())
            for (int to : List.of(one, twoStages, parallel, renamed, factsReworded)) {
                var guide = position.apply(this);
                int entries = edition(guide).log().size();
                var before = open(guide);
                var preview = preview(to, guide);
                var answer = move(to, guide);
                String what = before + " to " + to + ": " + preview;
                if (!preview.get("reasons").isEmpty()) {
                    refused++;
                    assertThat(answer.problem()).as(what).isEqualTo("cannot-move");
                    assertThat(edition(guide).log()).hasSize(entries);
                    assertThat(open(guide)).isEqualTo(before);
                } else {
                    moved++;
                    answer.ok();
                    assertThat(open(guide))
                            .as(what)
                            .isEqualTo(texts(preview.get("at"), "task").stream()
                                    .sorted()
                                    .toList());
                    assertThat(edition(guide).log())
                            .as(what)
                            .hasSize(preview.get("there").asBoolean() ? entries : entries + 1);
                    boolean isInReview = edition(guide).state() == Edition.State.IN_REVIEW;
                    assertThat(preview.get("approvalsRequired").asInt())
                            .isEqualTo(isInReview ? edition(guide).approvalsRequired() : 0);
                    var due = dues(guide);
                    loseProcess(guide);
                    assertThat(open(guide))
                            .as("built again: " + what)
                            .containsExactlyElementsOf(texts(preview.get("at"), "task").stream()
                                    .sorted()
                                    .toList());
                    assertThat(dues(guide)).as(what).isEqualTo(due);
                }
                assertThat(guides.read(guide).status())
                        .as("nothing is published by a move")
                        .isEqualTo(404);
                finish(guide);
            }
        assertThat(moved).isGreaterThan(30);
        assertThat(refused).isPositive();
        var report = node.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
    }

    /** The due dates of the open tasks in the engine, which are those that follow from the log. */
    private Map<String, Instant> dues(Ref guide) {
        var dues = new HashMap<String, Instant>();
        node.bean(TaskService.class)
                .createTaskQuery()
                .processInstanceBusinessKey(id(guide).toString())
                .list()
                .forEach(task -> {
                    if (task.getDueDate() != null)
                        dues.put(task.getTaskDefinitionKey(), task.getDueDate().toInstant());
                });
        node.bean(LoggedTasks.class)
                .of(id(guide))
                .forEach(task -> assertThat(dues.get(task.task())).isEqualTo(task.due()));
        return dues;
    }

    @Test
    void decisionsCarryOverWhereTheSameStepExistsAndComeBackWithIt() {
        var guide = submitted(twoStages);
        decide("second-editor", guide, "check-facts", "facts-hold");

        var elsewhere = preview(factsReworded, guide);
        assertThat(texts(elsewhere.get("dropped"), "outcome")).containsExactly("facts-hold");
        assertThat(texts(elsewhere.get("at"), "task")).containsExactly("check-facts");
        move(factsReworded, guide).ok();
        assertThat(open(guide)).containsExactly("check-facts");
        assertThat(edition(guide).decisionsInForce()).hasSize(1);

        var back = preview(twoStages, guide);
        assertThat(texts(back.get("carried"), "by")).containsExactly("second-editor");
        move(twoStages, guide).ok();
        assertThat(open(guide)).containsExactly("review");
        finish(guide);
        assertThat(edition(guide).stamp().orElseThrow().signatures())
                .extracting(it -> it.meaning())
                .contains("Facts and figures checked");
    }

    @Test
    void anApprovalAtAStepThatIsGoneCountsOnceIfItIsGivenAgain() {
        var guide = submitted(parallel);
        decide("reviewer", guide, "review", "approve");
        move(renamed, guide).ok();
        assertThat(edition(guide).approvals()).isEmpty();
        assertThat(edition(guide).approvalsRequired()).isEqualTo(1);

        decide("reviewer", guide, "second-look", "approve");

        var reviewers = guides.read(guide).ok().get("review").get("reviewedBy");
        assertThat(reviewers).hasSize(1);
        assertThat(edition(guide).approvals()).hasSize(1);
    }

    @Test
    void nobodyApprovesTwiceOverTheDetourOfAnotherVersion() {
        var guide = submitted(parallel);
        decide("reviewer", guide, "legal-review", "approve");
        move(renamed, guide).ok();
        // back, the approval of the legal review counts again
        move(parallel, guide).ok();
        assertThat(open(guide)).containsExactly("review");
        assertThat(edition(guide).approvals()).hasSize(1);

        var twice = guides.decide("reviewer", task("reviewer", guide, "review"), "approve");

        assertThat(twice.problem()).isEqualTo("already-approved");
        finish(guide);
        assertThat(guides.read(guide).ok().get("review").get("reviewedBy")).hasSize(2);
    }

    @Test
    void aMoveThatWouldPublishIsRefusedAndOfSeveralNoneMoves() {
        var enough = submitted(parallel);
        decide("reviewer", enough, "review", "approve");
        var draft = drafted(parallel);

        var answer = move(one, draft, enough);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body())
                .contains("would-be-approved", id(enough).toString())
                .doesNotContain(id(draft).toString());
        assertThat(edition(draft).move().orElseThrow().moved().version()).isEqualTo(parallel);
        assertThat(guides.read(enough).status()).isEqualTo(404);

        node.as("editor").delete(draft.path()).ok();
        assertThat(move(one, draft).status()).isEqualTo(400);
    }

    @Test
    void ofTwoPeopleWhoMoveItElsewhereAtOnceOneIsToldThatItHasChanged() {
        for (int round = 0; round < 8; round++) {
            var guide = submitted(one);
            var seen = edition(guide).log().size();
            var results = IntStream.of(twoStages, renamed)
                    .parallel()
                    .mapToObj(to -> node.as("admin")
                            .post(
                                    MIGRATE,
                                    Map.of(
                                            "to",
                                            to,
                                            "editions",
                                            List.of(Map.of("edition", id(guide).toString(), "entries", seen))))
                            .ok())
                    .toList();

            int version = edition(guide).move().orElseThrow().moved().version();
            for (var result : results)
                assertThat(result.get(result.get("to").asInt() == version ? "moved" : "changed")
                                .values())
                        .as(result.toString())
                        .extracting(JsonNode::asString)
                        .containsExactly(id(guide).toString());
        }
    }

    @Test
    void whatIsApprovedAndWaitsStaysUntilItIsPublished() {
        var guide = submitted(one);
        node.as("publisher")
                .put(
                        guide.path() + "/schedule",
                        Map.of(
                                "publishAt",
                                node.clock().instant().plus(Duration.ofDays(1)).toString()))
                .ok();
        assertThat(preview(twoStages, guide).get("reasons").isEmpty())
                .as("in review, with a schedule")
                .isTrue();
        decide("reviewer", guide, "review", "approve");

        var reasons = preview(twoStages, guide).get("reasons");

        assertThat(texts(reasons, "code")).containsExactly("scheduled");
        assertThat(move(twoStages, guide).problem()).isEqualTo("cannot-move");
        var over = guides.drafted();
        node.as("editor").delete(over.path() + "/editions/current").ok();
        assertThat(texts(preview(one, over).get("reasons"), "code")).containsExactly("over");
    }

    @Test
    void aPublishedEditionMovesAndReadersGetTheSameBytes() {
        var guide = published(one);
        String bytes = guides.read(guide).body();
        String etag = guides.read(guide).header("ETag");
        String ledger = node.site().get("/ledger?limit=1000").body();

        for (int to : List.of(twoStages, parallel, renamed, one)) {
            move(to, guide).ok();
            assertThat(open(guide)).isEmpty();
            loseProcess(guide);
            assertThat(open(guide)).isEmpty();
            assertThat(edition(guide).approvals()).hasSize(1);
        }
        assertThat(guides.read(guide).body()).isEqualTo(bytes);
        assertThat(guides.read(guide).header("ETag")).isEqualTo(etag);
        assertThat(node.site().get("/ledger?limit=1000").body()).isEqualTo(ledger);

        // its review comes due in the version that it follows, and moves while it is under way
        move(twoStages, guide).ok();
        node.clock().forward(Duration.ofDays(170));
        node.renewTokens();
        node.bean(GuideReconciler.class).reconcile(guide.id());
        awaitOpen(guide, "re-review");
        move(parallel, guide).ok();
        assertThat(open(guide)).containsExactly("re-review");
        loseProcess(guide);
        assertThat(open(guide)).containsExactly("re-review");
        decide("reviewer", guide, "re-review", "revise");
        move(one, guide).ok();
        assertThat(open(guide)).isEmpty();
        loseProcess(guide);
        assertThat(open(guide)).isEmpty();
        node.as("editor").delete(guide.path() + "/editions/current").ok();
        assertThat(open(guide)).containsExactly("re-review");
        decide("reviewer", guide, "re-review", "confirm");
        assertThat(open(guide)).isEmpty();
        assertThat(guides.read(guide).ok().get("review").get("lastReviewed").asString())
                .isEqualTo(node.clock().instant().toString().substring(0, 10));
    }

    private void awaitOpen(Ref guide, String task) {
        await().untilAsserted(() -> assertThat(open(guide)).containsExactly(task));
    }

    @Test
    void theTimeOfATaskThatAMoveOpensCountsFromTheMove() {
        var guide = submitted(one);
        var since = dues(guide).get("review");
        node.clock().forward(Duration.ofDays(2));

        move(twoStages, guide).ok();
        var moved = edition(guide).move().orElseThrow().at();
        assertThat(dues(guide).get("check-facts")).isEqualTo(moved.plus(Duration.ofDays(5)));
        loseProcess(guide);
        assertThat(dues(guide).get("check-facts")).isEqualTo(moved.plus(Duration.ofDays(5)));

        move(one, guide).ok();
        moved = edition(guide).move().orElseThrow().at();
        assertThat(dues(guide).get("review")).as("closed and opened again").isEqualTo(moved.plus(Duration.ofDays(5)));
        move(parallel, guide).ok();
        loseProcess(guide);
        assertThat(dues(guide)).containsEntry("review", moved.plus(Duration.ofDays(5)));
        assertThat(since).isBefore(moved.plus(Duration.ofDays(5)));
    }

    @Test
    void whoeverHasClaimedATaskThatStaysKeepsIt() {
        var guide = submitted(one);
        node.as("reviewer")
                .post("/tasks/" + task("reviewer", guide, "review").get("id").asString() + "/claim", null)
                .ok();

        move(parallel, guide).ok();

        assertThat(task("reviewer", guide, "review").get("assignee").asString()).isEqualTo("reviewer");
        assertThat(task("reviewer", guide, "legal-review").has("assignee")).isFalse();
    }

    @Test
    void anEditionThatChangedSinceItWasSeenIsReportedAndStays() {
        var seen = drafted(one);
        var other = drafted(one);
        int entries = edition(seen).log().size();
        node.as("editor").post(seen.path() + "/submit", Map.of()).ok();

        var answer = node.as("admin")
                .post(
                        MIGRATE,
                        Map.of(
                                "to",
                                twoStages,
                                "editions",
                                List.of(
                                        Map.of("edition", id(seen).toString(), "entries", entries),
                                        Map.of("edition", id(other).toString(), "entries", entries))))
                .ok();

        assertThat(answer.get("changed").toString()).isEqualTo("[\"" + id(seen) + "\"]");
        assertThat(answer.get("moved").toString()).isEqualTo("[\"" + id(other) + "\"]");
        assertThat(open(seen)).containsExactly("review");
        assertThat(open(other)).containsExactly("draft");
    }

    @Test
    void ofADecisionAndAMoveAtTheSameTimeBothAreWholeOrOneIsRefused() {
        for (int round = 0; round < 6; round++) {
            var guide = submitted(one);
            var task = task("reviewer", guide, "review");
            var decided = CompletableFuture.supplyAsync(() -> guides.decide("reviewer", task, "approve"));
            var moved = CompletableFuture.supplyAsync(() -> move(twoStages, guide));

            var decision = decided.join();
            moved.join();

            boolean isMoved = edition(guide).move().orElseThrow().moved().version() == twoStages;
            if (decision.status() == 200)
                assertThat(guides.read(guide).status()).isEqualTo(200);
            else {
                assertThat(decision.status()).as(decision.body()).isIn(409, 404);
                assertThat(isMoved).isTrue();
                assertThat(edition(guide).approvals()).isEmpty();
                assertThat(open(guide)).containsExactly("check-facts");
            }
        }
    }

    @Test
    void theProcessFollowsALogThatMovedWithoutIt() {
        var guide = submitted(one);
        var task = task("reviewer", guide, "review");
        var editions = node.bean(Editions.class);
        var workflows = node.bean(Workflows.class);
        var version = workflows.version(ID, twoStages).orElseThrow();
        // a node that dies here has told only the log
        editions.move(
                id(guide),
                (edition, now) -> Optional.of(edition.next()
                        .move(
                                new LogEntry.Moved(
                                        ID, twoStages, version.row().hash(), List.of(), List.of("check-facts")),
                                1,
                                List.of(),
                                Person.SYSTEM,
                                now)));

        var answer = guides.decide("reviewer", task, "approve");

        assertThat(answer.problem()).isEqualTo("review-is-stale");
        assertThat(open(guide)).containsExactly("check-facts");
        finish(guide);
    }

    @Test
    void aMoveThatWasChangedInTheDatabaseStopsTheEdition() {
        var guide = submitted(one);
        move(twoStages, guide).ok();
        int seq = edition(guide).move().orElseThrow().seq();
        var log = node.bean(MongoDatabase.class).getCollection("edition_log");
        var entry = Filters.eq("_id", "%s#%06d".formatted(id(guide), seq));
        log.updateOne(entry, Updates.set("entry.moved.version", one));

        assertThat(texts(preview(parallel, guide).get("reasons"), "code")).containsExactly("log-damaged");
        assertThat(node.as("editor").post(guide.path() + "/submit", Map.of()).status())
                .isEqualTo(503);
        log.updateOne(entry, Updates.set("entry.moved.version", twoStages));
        assertThat(preview(parallel, guide).get("reasons")).isEmpty();
    }

    @Test
    void definitionsThatNoEditionFollowsAreRemovedAndComeBackWhenTheyAreNeeded() {
        var guide = submitted(one);
        var away = submitted(renamed);
        for (var other : node.bean(Editions.class).ends().keySet())
            if (!other.equals(id(guide))
                    && node.bean(Editions.class).get(other).state().isInProgress())
                node.as("admin")
                        .post(
                                MIGRATE,
                                Map.of("to", factsReworded, "editions", List.of(Map.of("edition", other.toString()))));
        long before = deployments(renamed);
        assertThat(before).isPositive();
        node.clock().forward(Duration.ofMinutes(2));

        node.bean(OutdatedDefinitions.class).remove();

        assertThat(deployments(one)).isPositive();
        assertThat(deployments(factsReworded))
                .as("editions opened now follow it")
                .isPositive();
        if (node.bean(EditionMoves.class).countByVersion(ID).getOrDefault(renamed, 0) == 0)
            assertThat(deployments(renamed)).isZero();
        assertThat(node.as("admin")
                        .get("/workflows/" + ID + "/versions/" + renamed)
                        .ok()
                        .has("bpmn"))
                .isTrue();
        move(renamed, away).ok();
        assertThat(deployments(renamed)).isPositive();
        assertThat(open(away)).containsExactly("second-look");
        node.bean(OutdatedDefinitions.class).remove();
        finish(away);
        finish(guide);
    }

    private long deployments(int version) {
        return node.bean(RepositoryService.class).createDeploymentQuery().list().stream()
                .filter(it -> it.getName().startsWith(ID + ":" + version + " "))
                .count();
    }

    @Test
    void listsArePagedAndBadInputChangesNothing() {
        var all = IntStream.range(0, 5).mapToObj(_ -> drafted(one)).toList();
        var admin = node.as("admin");
        var found = new ArrayList<String>();
        String list = "/workflows/" + ID + "/editions?limit=2&version=" + one + "&to=" + twoStages;
        for (String cursor = ""; cursor != null; ) {
            var page = admin.get(list + cursor).ok();
            assertThat(page.get("items").size()).isLessThanOrEqualTo(2);
            found.addAll(texts(page.get("items"), "edition"));
            cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : null;
        }
        assertThat(found)
                .doesNotHaveDuplicates()
                .containsAll(all.stream().map(it -> id(it).toString()).toList());

        assertThat(admin.get("/workflows/none/editions").status()).isEqualTo(404);
        assertThat(admin.get("/workflows/" + ID + "/editions?state=all").status())
                .isEqualTo(400);
        assertThat(admin.get("/workflows/" + ID + "/editions?limit=101").status())
                .isEqualTo(400);
        assertThat(move(0, all.getFirst()).status()).isEqualTo(400);
        assertThat(move(99, all.getFirst()).status()).isEqualTo(400);
        assertThat(admin.post(MIGRATE, Map.of("to", one, "editions", List.of(Map.of("edition", "x"))))
                        .body())
                .contains("/editions/0/edition");
        String draft = id(all.getFirst()).toString();
        for (var wrong : List.of(
                Map.of("edition", "none.1"),
                Map.of("edition", all.getFirst().id() + ".77"),
                Map.of("edition", all.getFirst().id() + ".01"),
                Map.of("edition", draft, "entries", 0))) {
            var answer = admin.post(MIGRATE, Map.of("to", one, "editions", List.of(Map.of("edition", draft), wrong)));
            assertThat(answer.status()).as(wrong.toString()).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString()).startsWith("/editions/1/");
        }
        var many = IntStream.rangeClosed(1, 201)
                .mapToObj(i -> Map.of("edition", "none." + i))
                .toList();
        assertThat(admin.post(MIGRATE, Map.of("to", one, "editions", many)).problem())
                .isEqualTo("too-many-editions");

        String key = "move-" + System.nanoTime();
        var body = Map.of(
                "to",
                twoStages,
                "editions",
                List.of(Map.of("edition", id(all.getFirst()).toString())));
        var first = admin.post(MIGRATE, body, "Idempotency-Key", key);
        assertThat(admin.post(MIGRATE, body, "Idempotency-Key", key).body()).isEqualTo(first.body());
        assertThat(first.ok().get("moved")).hasSize(1);
        assertThat(admin.get(all.getFirst().path() + "/log").body()).contains("\"moved\"");
    }

    @Test
    void administratorsMoveEditionsInTheStudio() {
        var guide = submitted(one);
        var admin = Visitor.signedIn(node, "admin");
        String path = "/studio/workflows/" + ID + "/editions";

        assertThat(admin.get("/studio/workflows/" + ID).body()).contains(path + "?to=" + twoStages);
        String page = path + "?to=" + twoStages;
        assertThat(admin.get(page).body()).contains(">Check facts<", "Review as version one");
        String chosen = id(guide) + ":" + edition(guide).log().size();
        var answer = admin.post(page, path, "to", String.valueOf(twoStages), "state", "in-progress", "edition", chosen);

        assertThat(answer.status()).isIn(302, 303, 200);
        assertThat(open(guide)).containsExactly("check-facts");
        assertThat(admin.get("/studio/guides/" + guide.id() + "/history").body())
                .contains("moved the edition to version " + twoStages);
        assertThat(admin.post(page, path, "to", String.valueOf(twoStages), "edition", "nonsense")
                        .status())
                .isLessThan(500);
        var again = admin.post(page, path, "to", String.valueOf(one), "edition", chosen);
        assertThat(again.status()).isLessThan(500);
        var unknown = admin.post(page, path, "to", "99", "edition", chosen);
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.body()).contains("Where they would stand in:</b>");
        assertThat(open(guide)).containsExactly("check-facts");
    }
}
