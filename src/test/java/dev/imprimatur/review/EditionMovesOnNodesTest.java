// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.check.Checker;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.MongoCopy;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.flowable.engine.TaskService;
import org.flowable.task.api.TaskInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Editions are moved to other versions of their workflow on two nodes, by a node that dies, and before MongoDB is restored. */
@Tag("store")
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditionMovesOnNodesTest {
    private static final String ID = WorkflowVersions.ID;

    private final ProxiedStores stores = new ProxiedStores();
    private final Node one = Node.start(stores.settings("imprimatur.review.reconcile-every", "1h"));
    private final Node other = one.beside();
    private int plain;
    private int twoStages;

    @BeforeAll
    void deploy() throws IOException {
        plain = WorkflowVersions.deploy(one, WorkflowVersions.asVersionOne());
        twoStages = WorkflowVersions.deploy(one, WorkflowVersions.file("two-stage-review"));
        one.clock().forward(Duration.ofSeconds(11));
    }

    @AfterAll
    void stop() {
        other.close();
        one.close();
        stores.close();
    }

    private static String id(Ref guide) {
        return guide.id() + ".1";
    }

    private static Answer move(Node on, int to, List<Ref> all, String... headers) {
        return on.as("admin")
                .post(
                        "/workflows/" + ID + "/migrate",
                        Map.of(
                                "to",
                                to,
                                "editions",
                                all.stream()
                                        .map(guide -> Map.of("edition", id(guide)))
                                        .toList()),
                        headers);
    }

    private Ref submitted(int version) {
        return submitted(one, version);
    }

    private static Ref submitted(Node on, int version) {
        var guide = on.guides().drafted();
        move(on, version, List.of(guide)).ok();
        on.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private static List<String> open(Node on, Ref guide) {
        return on.bean(TaskService.class).createTaskQuery().processInstanceBusinessKey(id(guide)).list().stream()
                .map(TaskInfo::getTaskDefinitionKey)
                .toList();
    }

    private List<Integer> moves(Ref guide) {
        return moves(other, guide);
    }

    private static List<Integer> moves(Node on, Ref guide) {
        return on.bean(Editions.class).get(EditionId.parse(id(guide))).log().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.MOVED)
                .map(entry -> entry.moved().version())
                .toList();
    }

    /** How many steps of people count, the submission among them. */
    private static int inForce(Node on, Ref guide) {
        return on.bean(Editions.class)
                .get(EditionId.parse(id(guide)))
                .decisionsInForce()
                .size();
    }

    private void mustBeInLine() {
        one.bean(Reconciler.class).everyMinute();
        mustBeInLine(other);
    }

    private static void mustBeInLine(Node on) {
        on.bean(Reconciler.class).everyMinute();
        await().untilAsserted(() -> {
            var report = on.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            assertThat(report.unfinished()).isEmpty();
        });
    }

    @Test
    void ofTwoNodesThatMoveTheSameEditionsEachIsMovedOnceAndGoesOn() {
        var guides = Stream.generate(() -> submitted(plain)).limit(6).toList();

        var answers = Stream.of(one, other)
                .map(node -> CompletableFuture.supplyAsync(() -> move(node, twoStages, guides)))
                .toList();

        for (var answer : answers) answer.join().ok();
        for (var guide : guides) {
            assertThat(moves(guide)).containsExactly(plain, twoStages);
            assertThat(open(other, guide)).containsExactly("check-facts");
        }
        mustBeInLine();
        var guide = guides.getFirst();
        other.guides()
                .decide("second-editor", other.guides().task("second-editor", guide), "facts-hold")
                .ok();
        one.guides()
                .decide("second-reviewer", one.guides().task("second-reviewer", guide), "approve")
                .ok();
        await().until(() -> other.guides().read(guide).status() == 200);
    }

    @Test
    void aNodeThatDiesInAMoveLeavesEachEditionInOneVersion() {
        var seen = new ArrayList<Integer>();
        for (int after = 0; ; after++) {
            var guide = submitted(plain);
            var crash = SimulatedCrash.after(after);

            var answer = move(one, twoStages, List.of(guide), SimulatedCrash.HEADER, crash.name());
            mustBeInLine();

            boolean isMoved = moves(guide).contains(twoStages);
            seen.add(moves(guide).size());
            assertThat(open(other, guide))
                    .as("after %s writes", after)
                    .containsExactly(isMoved ? "check-facts" : "review");
            if (!crash.happened()) {
                assertThat(answer.status()).isEqualTo(200);
                break;
            }
            move(other, twoStages, List.of(guide)).ok();
            assertThat(moves(guide)).containsExactly(plain, twoStages);
            assertThat(open(one, guide)).containsExactly("check-facts");
        }
        assertThat(seen).contains(1, 2);
    }

    /** The node is stopped while MongoDB is restored; the engine's store is as it was. */
    @Test
    void afterARestoreAnEditionStandsWhereItsLogSays() throws IOException {
        try (var node = Node.start("imprimatur.review.reconcile-every", "1h")) {
            int first = WorkflowVersions.deploy(node, WorkflowVersions.asVersionOne());
            int second = WorkflowVersions.deploy(node, WorkflowVersions.file("two-stage-review"));
            node.clock().forward(Duration.ofSeconds(11));
            var before = submitted(node, first);
            var copy = MongoCopy.of(node.bean(MongoDatabase.class));
            move(node, second, List.of(before)).ok();
            node.guides()
                    .decide("second-editor", node.guides().task("second-editor", before), "facts-hold")
                    .ok();
            assertThat(inForce(node, before)).isEqualTo(2);

            copy.restoreInto(node.bean(MongoDatabase.class));
            node.restart(() -> {});

            mustBeInLine(node);
            assertThat(inForce(node, before)).isEqualTo(1);
            assertThat(moves(node, before)).containsExactly(first);
            assertThat(open(node, before)).containsExactly("review");
            move(node, second, List.of(before)).ok();
            assertThat(open(node, before)).containsExactly("check-facts");
        }
    }
}
