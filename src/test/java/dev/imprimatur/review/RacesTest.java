// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.history.EditionId;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.WorkedExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant 6: a request has one effect, however often and however concurrently it is sent. */
@Tag("long")
@Tag("store")
class RacesTest {
    private static final int ROUNDS = 10;

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private static List<Answer> concurrently(Callable<Answer> one, Callable<Answer> other) throws Exception {
        return concurrently(List.of(one, other));
    }

    private static List<Answer> concurrently(List<Callable<Answer>> calls) throws Exception {
        var answers = new ArrayList<Answer>();
        try (var pool = Executors.newFixedThreadPool(calls.size())) {
            for (var done : pool.invokeAll(calls)) answers.add(done.get());
        }
        return answers;
    }

    private List<String> kinds(Guides.Ref guide) {
        return kinds(node, guide);
    }

    private static List<String> kinds(Node node, Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    private long published(Guides.Ref guide) {
        return published(node, guide);
    }

    private static long published(Node node, Guides.Ref guide) {
        long count = 0;
        for (long after = 0; ; ) {
            var feed = node.site().get("/ledger?limit=100&after=" + after).ok();
            count += feed.get("entries").values().stream()
                    .filter(entry -> entry.get("id").asString().equals(guide.id()))
                    .filter(entry -> entry.get("kind").asString().equals("publish"))
                    .count();
            if (feed.get("position").asLong() == after) return count;
            after = feed.get("position").asLong();
        }
    }

    @Test
    void twoReviewersWhoApproveAtOnceMakeOneApproval() throws Exception {
        node.as("second-reviewer");
        for (int round = 0; round < ROUNDS; round++) {
            var guide = guides.submitted();
            var task = guides.task("reviewer", guide);

            var answers = concurrently(
                    () -> guides.decide("reviewer", task, "approve"),
                    () -> guides.decide("second-reviewer", task, "approve"));

            assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(200, 409);
            assertThat(kinds(guide)).containsExactly("opened", "submitted", "approved", "stamped", "published");
            assertThat(published(guide)).isEqualTo(1);
        }
    }

    @Test
    void approveAndRequestChangesAtOnceAreOneDecision() throws Exception {
        node.as("second-reviewer");
        for (int round = 0; round < ROUNDS; round++) {
            var guide = guides.submitted();
            var task = guides.task("reviewer", guide);

            var answers = concurrently(
                    () -> guides.decide("reviewer", task, "approve"),
                    () -> guides.decide("second-reviewer", task, "request-changes"));

            assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(200, 409);
            boolean live = answers.getFirst().status() == 200;
            assertThat(guides.read(guide).status()).isEqualTo(live ? 200 : 404);
        }
    }

    @Test
    void twoAdministratorsWhoCompleteTheTaskBehindTheLastApprovalAtOnceMakeOneDecision(@TempDir Path folder)
            throws Exception {
        try (var node = Node.start(WorkedExample.settings(folder))) {
            var guides = node.guides();
            var account = Map.of(
                    "username",
                    "second-admin",
                    "displayName",
                    "The second admin",
                    "password",
                    Node.PASSWORD,
                    "roles",
                    List.of("ADMIN"));
            node.as("admin").post("/accounts", account).ok();
            node.as("second-admin");
            for (int round = 0; round < ROUNDS; round++) {
                var note = WorkedExample.approved(node);
                var task = guides.task("admin", note);

                var answers = concurrently(
                        () -> guides.decide("admin", task, "cleared"),
                        () -> guides.decide("second-admin", task, "cleared"));

                assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(200, 409);
                assertThat(kinds(node, note))
                        .containsExactly("opened", "submitted", "approved", "decided", "stamped", "published");
                assertThat(published(node, note)).isEqualTo(1);
            }
        }
    }

    @Test
    void theSameApprovalTwentyTimesIsOne() throws Exception {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        var answers = concurrently(IntStream.range(0, 20)
                .mapToObj(i -> (Callable<Answer>) () -> guides.decide("reviewer", task, "approve"))
                .toList());

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(kinds(guide)).containsExactly("opened", "submitted", "approved", "stamped", "published");
        assertThat(published(guide)).isEqualTo(1);
    }

    @Test
    void anApprovalThatRacesAResubmissionNeverPublishesWhatWasNotSeen() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var guide = guides.submitted();
            var task = guides.task("reviewer", guide);
            guides.edit("editor", guide, "Slipped in " + round).ok();

            var answers = concurrently(
                    () -> guides.decide("reviewer", task, "approve"),
                    () -> node.as("editor").post(guide.path() + "/submit", Map.of()));

            boolean approved = answers.getFirst().status() == 200;
            assertThat(answers.get(0).status()).isIn(200, 409);
            assertThat(answers.get(1).status()).isIn(200, 409);
            var read = guides.read(guide);
            assertThat(read.status()).isEqualTo(approved ? 200 : 404);
            assertThat(read.body()).doesNotContain("Slipped in");
            if (!approved) {
                guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                        .ok();
                assertThat(guides.read(guide).body()).contains("Slipped in " + round);
            }
        }
    }

    @Test
    void fiftySubmissionsAtOnceAreOne() throws Exception {
        var guide = guides.drafted();

        var answers = concurrently(IntStream.range(0, 50)
                .mapToObj(i -> (Callable<Answer>) () -> node.as("editor").post(guide.path() + "/submit", Map.of()))
                .toList());

        assertThat(answers.stream().map(Answer::status).collect(Collectors.toSet()))
                .isSubsetOf(200, 409)
                .contains(200);
        assertThat(kinds(guide)).containsExactly("opened", "submitted");
        assertThat(node.as("editor")
                        .get(guide.path() + "/revisions")
                        .ok()
                        .get("items")
                        .values())
                .hasSize(1);
        assertThat(node.bean(RuntimeService.class)
                        .createProcessInstanceQuery()
                        .processInstanceBusinessKey(guide.id() + ".1")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void everyStepMayRunTwice() {
        var guide = guides.published();
        var id = new EditionId(guide.id(), 1);
        var publication = node.bean(Publication.class);
        var before = kinds(guide);

        var first = publication.publish(id);
        var again = publication.publish(id);
        node.bean(GuideReconciler.class).reconcile(guide.id());

        assertThat(again).isEqualTo(first);
        assertThat(kinds(guide)).isEqualTo(before);
        assertThat(published(guide)).isEqualTo(1);
    }
}
