// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two nodes on the same stores behave as one. */
@Tag("long")
@Tag("store")
class TwoNodesTest {
    @Test
    void decisionsTimersAndPositionsAreThoseOfOne() throws Exception {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var one = Node.start();
                var other = one.beside()) {
            var guides = one.guides();
            for (int round = 0; round < 20; round++) {
                var guide = guides.submitted();
                var task = guides.task("reviewer", guide);
                var answers = new ArrayList<Http.Answer>();
                List<Callable<Http.Answer>> both = List.of(
                        () -> guides.decide("reviewer", task, "approve"),
                        () -> other.guides().decide("second-reviewer", task, "approve"));
                try (var pool = Executors.newFixedThreadPool(2)) {
                    for (var done : pool.invokeAll(both)) answers.add(done.get());
                }
                assertThat(answers)
                        .as("%s %s", answers, guides.state(guide))
                        .extracting(Http.Answer::status)
                        .containsExactlyInAnyOrder(200, 409);
                String position = guides.read(guide).header("Imprimatur-Position");
                var there = other.site().get("/role-guide/" + guide.slug(), "Imprimatur-At-Least", position);
                assertThat(there.status()).as(there.body()).isEqualTo(200);
            }
            var withdrawn = guides.published();
            one.as("publisher")
                    .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                    .ok();
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> other.guides().read(withdrawn).status() == 410);

            one.clock().forward(Duration.ofDays(200));
            await().atMost(Duration.ofSeconds(150)).until(() -> kinds(one, "review-overdue") == 20);
            assertThat(one.as("admin").get("/ledger/verification").ok().has("broken"))
                    .isFalse();
            assertThat(kinds(other, "publish")).isEqualTo(21);
        }
    }

    @Test
    void eachTaskIsAssignedByOneOfThem() {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var one = Node.start();
                var other = one.beside()) {
            var assigned = Collections.synchronizedList(new ArrayList<Claim>());
            for (var node : List.of(one, other)) node.bean(Claims.class).onAssign(assigned::add);
            one.as("admin")
                    .put("/tasks/rules", Map.of("rules", Map.of("REVIEWER", "rotation")))
                    .ok();
            var open = new ArrayList<Guides.Ref>();
            for (int i = 0; i < 12; i++)
                open.add((i % 2 == 0 ? one : other).guides().submitted());
            for (var node : List.of(other, one))
                node.bean(AutomaticAssignment.class).pass(true);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(open)
                            .allSatisfy(guide -> assertThat(
                                            one.guides().task("reviewer", guide).has("assignee"))
                                    .isTrue()));
            assertThat(assigned).extracting(Claim::id).doesNotHaveDuplicates().hasSize(12);
            assertThat(assigned).extracting(Claim::person).contains("both", "reviewer", "second-reviewer");
        }
    }

    private static long kinds(Node node, String kind) {
        return node.site().get("/ledger?limit=100").ok().get("entries").values().stream()
                .filter(entry -> entry.get("kind").asString().equals(kind))
                .count();
    }
}
