// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.WorkedExample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.flowable.task.api.Task;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Invariant 5: the loss of the engine's database loses no decision; the clock of the facts drives the timers. */
@Tag("store")
@Tag("long")
class RebuildTest {
    private final Node node = Node.start();
    private final Guides guides = node.guides();

    @AfterEach
    void stop() {
        node.close();
    }

    /** Every open task, without the fields that say when the engine created it. */
    private Map<String, JsonNode> tasks() {
        var all = new TreeMap<String, JsonNode>();
        for (String who : new String[] {"editor", "reviewer"})
            node.as(who)
                    .get("/tasks?limit=100")
                    .ok()
                    .get("items")
                    .values()
                    .forEach(task -> all.put(task.get("id").asString(), ((ObjectNode) task).without("since")));
        return all;
    }

    @Test
    void aLostEngineDatabaseIsRebuiltFromTheLogs() {
        var draft = guides.drafted();
        var inReview = guides.submitted();
        var sentBack = guides.submitted();
        guides.decide("reviewer", guides.task("reviewer", sentBack), "request-changes")
                .ok();
        var live = guides.published();
        var withNext = guides.published();
        guides.nextEditionSubmitted(withNext, "The next edition.");
        var due = guides.published();
        node.clock().forward(Duration.ofDays(175));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("reviewer", due).isPresent()
                        && guides.find("reviewer", live).isPresent()
                        && tasks().size() == 7);
        guides.decide("reviewer", guides.task("reviewer", live), "confirm").ok();
        guides.decide("reviewer", guides.task("reviewer", due), "revise").ok();
        var before = tasks();
        var ledger = node.site().get("/ledger").body();

        node.restartWithoutEngineDatabase();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(tasks().keySet()).isEqualTo(before.keySet()));
        assertThat(tasks()).isEqualTo(before);
        assertThat(node.site().get("/ledger").body()).isEqualTo(ledger);
        node.as("editor").post(draft.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", draft), "approve").ok();
        guides.decide("reviewer", guides.task("reviewer", inReview), "approve").ok();
        assertThat(guides.read(draft).status()).isEqualTo(200);
        assertThat(guides.read(inReview).status()).isEqualTo(200);
    }

    @Test
    void aTaskWhoseOutcomeIsLoggedAndAMissingProcessAreMended() {
        var guide = guides.submitted();
        var gone = guides.submitted();
        var hash = guides.task("reviewer", guide).get("contentHash").asString();
        node.bean(Editions.class)
                .decide(
                        new EditionId(guide.id(), 1),
                        new Decision(
                                "review",
                                1,
                                "approve",
                                Decision.Effect.APPROVE,
                                new Revision.Ref(1, hash),
                                null,
                                null,
                                null,
                                new Person("reviewer", "The reviewer", null, Set.of("REVIEWER"))),
                        1,
                        List.of());
        var runtime = node.bean(RuntimeService.class);
        runtime.deleteProcessInstance(
                runtime.createProcessInstanceQuery()
                        .processInstanceBusinessKey(gone.id() + ".1")
                        .singleResult()
                        .getId(),
                "lost");

        node.bean(Reconciler.class).everyMinute();

        assertThat(guides.read(guide).status()).isEqualTo(200);
        guides.decide("reviewer", guides.task("reviewer", gone), "approve").ok();
        assertThat(guides.read(gone).status()).isEqualTo(200);
    }

    /** Simulates two nodes that find at the same time that the process does not match its log. */
    @Test
    void aTaskIsNeverAwayWhileItsProcessIsLedAnew() throws Exception {
        var guide = guides.submitted();
        var edition = new EditionId(guide.id(), 1);
        String path = "/tasks/" + guides.task("reviewer", guide).get("id").asString();
        var runtime = node.bean(RuntimeService.class);
        var inbox = node.bean(Inbox.class);
        var leading = CompletableFuture.runAsync(() -> {
            for (int times = 0; times < 60; times++) {
                runtime.setProcessInstanceName(process(guide), "99@0 of another log");
                node.bean(GuideReconciler.class).reconcile(guide.id());
            }
        });

        var seen = new ArrayList<Integer>();
        var statuses = new HashMap<String, Set<Integer>>();
        while (!leading.isDone()) {
            seen.add(inbox.of(edition).size());
            for (String verb : List.of("claim", "unclaim", "claim"))
                statuses.computeIfAbsent(verb, it -> new TreeSet<>())
                        .add(node.as("reviewer")
                                .post(path + "/" + verb, Map.of())
                                .status());
        }
        leading.get();

        assertThat(seen).isNotEmpty().containsOnly(1);
        assertThat(statuses.values()).allMatch(Set.of(200)::equals);
        assertThat(node.as("reviewer").post("/tasks/" + edition + ".review.9/claim", Map.of()))
                .extracting(Http.Answer::status)
                .isEqualTo(404);
    }

    @Test
    void whatIsAtRestIsNotSettledAgainAndACardThatLagsBehindIs() {
        var draft = guides.drafted();
        var live = guides.published();
        var inReview = guides.submitted();
        var lagging = guides.published();
        var reconciler = node.bean(Reconciler.class);

        // a scheduled run of the reconciler may interfere, so the test tries again
        await().untilAsserted(() -> {
            node.bean(MongoDatabase.class)
                    .getCollection("guides")
                    .updateOne(
                            Filters.eq("_id", lagging.id()),
                            Updates.combine(
                                    Updates.set("entries", 2),
                                    Updates.set("state", "IN_REVIEW"),
                                    Updates.unset("live")));
            assertThat(node.bean(OutdatedGuides.class).find().guides())
                    .contains(lagging.id())
                    .doesNotContain(draft.id(), live.id(), inReview.id());
        });
        reconciler.everyMinute();
        var mended = node.bean(dev.imprimatur.editing.Guides.class).require(lagging.id());
        assertThat(mended.state()).isEqualTo(Edition.State.PUBLISHED);
        assertThat(mended.live()).isNotNull();
    }

    @Test
    void anEngineThatIsAheadOfTheLogIsLedBack() {
        var guide = guides.drafted();
        var tasks = node.bean(TaskService.class);
        var task = tasks.createTaskQuery()
                .processInstanceBusinessKey(guide.id() + ".1")
                .singleResult();
        tasks.complete(task.getId(), Map.of("submission", 7));
        assertThat(guides.find("reviewer", guide)).isPresent();

        node.bean(Reconciler.class).everyMinute();

        assertThat(guides.find("reviewer", guide)).isEmpty();
        assertThat(guides.task("editor", guide).get("name").asString()).isEqualTo("Write draft");
    }

    /** The differences between the facts and an engine that was restored from another moment. */
    @Test
    void whateverTheEngineHoldsOneProcessStandsWhereTheLogSaysAfterOnePass() {
        var runtime = node.bean(RuntimeService.class);
        var tasks = node.bean(TaskService.class);
        var reconciler = node.bean(Reconciler.class);

        // the engine completed a review that the log does not contain
        var ahead = guides.submitted();
        tasks.complete(task(ahead).getId(), Map.of("outcome", "request-changes", "approvalsMissing", 1));
        // the engine returned to the draft and was submitted again; the log contains neither step
        var round = guides.submitted();
        tasks.complete(task(round).getId(), Map.of("outcome", "request-changes", "approvalsMissing", 1));
        tasks.complete(task(round).getId(), Map.of("submission", 3));
        // the engine took another decision than the log has at the same place
        var other = guides.submitted();
        runtime.setProcessInstanceName(process(other), "2@7 0");
        // the process is in the state from before the submission
        var behind = guides.submitted();
        runtime.deleteProcessInstance(process(behind), "restored");
        start(behind);
        // two processes for one edition, one process for a discarded edition, one for a guide that does not exist, and
        // none for a published guide, whose edition rests without one
        var twice = guides.submitted();
        start(twice);
        var over = guides.drafted();
        node.as("editor").delete(over.path() + "/editions/current");
        start(over);
        var unborn = new Guides.Ref("01m8zzzzzzzzzzzzzzzzzzzzzz", "unborn");
        start(unborn);
        var gone = guides.published();
        runtime.deleteProcessInstance(process(gone), "restored");

        reconciler.everyMinute();

        for (var guide : List.of(ahead, round, other, behind, twice)) {
            assertThat(task(guide).getTaskDefinitionKey()).isEqualTo("review");
            assertThat(process(guide)).isNotNull();
        }
        assertThat(count(gone)).isZero();
        guides.nextEditionSubmitted(gone, "A summary of the next edition.");
        assertThat(count(gone)).isEqualTo(1);
        assertThat(count(over)).isZero();
        assertThat(count(unborn)).isZero();
        assertThat(node.bean(OutdatedGuides.class).find().guides()).isEmpty();
        for (var guide : List.of(ahead, round, other, behind, twice)) {
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
            assertThat(guides.read(guide).status()).isEqualTo(200);
        }
        assertThat(node.bean(OutdatedGuides.class).find().guides()).isEmpty();
    }

    /**
     * The engine passes an event of the workflow at once, and the log cannot say that it did. The log implies no open task then, and the
     * process has one.
     */
    @Test
    void aProcessThatContradictsItsLogForGoodIsNotLedInCircles(@TempDir Path folder) throws IOException {
        try (var other = Node.start(WorkedExample.settings(
                folder, bpmn -> bpmn.replace("sourceRef=\"approved\" targetRef=\"rights\" name=\"yes\"/>", """
                sourceRef="approved" targetRef="pause" name="yes"/>
                <intermediateCatchEvent id="pause" name="Pause">
                  <messageEventDefinition messageRef="next-edition-dropped-message"/>
                </intermediateCatchEvent>
                <sequenceFlow id="paused" sourceRef="pause" targetRef="rights"/>""")))) {
            var guides = other.guides();
            var note = WorkedExample.approved(other);
            var before =
                    other.bean(Processes.class).of(new EditionId(note.id(), 1)).orElseThrow();

            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> other.bean(GuideReconciler.class).reconcile(note.id()));

            var after =
                    other.bean(Processes.class).of(new EditionId(note.id(), 1)).orElseThrow();
            assertThat(after.getId()).as("the process is led anew").isNotEqualTo(before.getId());
            assertThat(other.bean(OutdatedGuides.class).find().guides()).isEmpty();
            assertThat(guides.state(note).at("/task/name").asString()).isEqualTo("Check rights");
            assertThat(other.as("editor")
                            .get(note.path() + "/process")
                            .ok()
                            .get("active")
                            .values())
                    .extracting(JsonNode::asString)
                    .containsExactly("rights");
            guides.decide("admin", guides.task("admin", note), "cleared").ok();
            assertThat(guides.read(note).status()).isEqualTo(200);
        }
    }

    private void start(Guides.Ref guide) {
        node.bean(RuntimeService.class)
                .createProcessInstanceBuilder()
                .processDefinitionKey("role-guide-review")
                .businessKey(guide.id() + ".1")
                .variable("startedAt", 1)
                .start();
    }

    private long count(Guides.Ref guide) {
        return node.bean(RuntimeService.class)
                .createProcessInstanceQuery()
                .processInstanceBusinessKey(guide.id() + ".1")
                .count();
    }

    private String process(Guides.Ref guide) {
        return node.bean(RuntimeService.class)
                .createProcessInstanceQuery()
                .processInstanceBusinessKey(guide.id() + ".1")
                .singleResult()
                .getId();
    }

    private Task task(Guides.Ref guide) {
        return node.bean(TaskService.class)
                .createTaskQuery()
                .processInstanceBusinessKey(guide.id() + ".1")
                .singleResult();
    }

    @Test
    void aLogThatWasTakenBackLeadsTheProcessBack() {
        var guide = guides.submitted();
        var card = Filters.eq("_id", guide.id());
        var before = node.bean(MongoDatabase.class)
                .getCollection("guides")
                .find(card)
                .first();
        guides.decide("reviewer", guides.task("reviewer", guide), "request-changes")
                .ok();
        var store = node.bean(MongoDatabase.class);
        store.getCollection("edition_log").deleteOne(Filters.eq("_id", guide.id() + ".1#000002"));
        store.getCollection("guides").replaceOne(card, before);

        // a running node would report the shorter log as damaged, so it restarts without the longer one in memory
        node.restart(() -> {});

        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void timersThatCameDueWhileItWasDownFireOnce() {
        var confirmed = guides.published();
        var overdue = guides.published();
        long position = node.site().get("/ledger").ok().get("position").asLong();

        node.restart(() -> node.clock().forward(Duration.ofDays(200)));

        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            assertThat(guides.read(overdue).json().at("/review/overdue").asBoolean())
                    .isTrue();
            assertThat(guides.read(confirmed).json().at("/review/overdue").asBoolean())
                    .isTrue();
        });
        var entries =
                node.site().get("/ledger?after=" + position).ok().get("entries").values();
        assertThat(entries)
                .hasSize(2)
                .allMatch(entry -> entry.get("kind").asString().equals("review-overdue"));

        await().until(() -> guides.find("reviewer", confirmed).isPresent());
        guides.decide("reviewer", guides.task("reviewer", confirmed), "confirm").ok();
        var review = guides.read(confirmed).json().get("review");
        assertThat(review.get("overdue").asBoolean()).isFalse();
        assertThat(review.get("lastReviewed").asString())
                .isEqualTo(LocalDate.ofInstant(node.clock().instant(), ZoneOffset.UTC)
                        .toString());
        assertThat(guides.find("reviewer", confirmed)).isEmpty();
    }

    @Test
    void aCalledForEditionThatIsDroppedBringsTheReviewBack() {
        var guide = guides.published();
        node.clock().forward(Duration.ofDays(175));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("reviewer", guide).isPresent());

        guides.decide("reviewer", guides.task("reviewer", guide), "revise").ok();
        assertThat(guides.state(guide).at("/edition/number").asInt()).isEqualTo(2);
        assertThat(guides.find("reviewer", guide)).isEmpty();
        assertThat(node.as("editor").delete(guide.path() + "/editions/current").status())
                .isEqualTo(204);

        assertThat(guides.task("reviewer", guide).get("edition").asInt()).isEqualTo(1);
        guides.decide("reviewer", guides.task("reviewer", guide), "confirm").ok();
        assertThat(guides.read(guide).json().get("edition").asInt()).isEqualTo(1);
    }

    @Test
    void whoContributedToWhatIsLiveCannotConfirmIt() {
        var guide = guides.drafted();
        guides.edit("both", guide, "By both.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        node.clock().forward(Duration.ofDays(175));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("reviewer", guide).isPresent());

        assertThat(guides.decide("both", guides.task("both", guide), "confirm").status())
                .isEqualTo(403);
    }
}
