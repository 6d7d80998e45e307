// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.Visitor;
import dev.imprimatur.testing.WorkedExample;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** While the engine's store is away, facts are told and made as ever, and what only the engine can do is refused soon. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineAwayTest {
    private static final Duration SOON = Duration.ofSeconds(3);

    private final ProxiedStores stores = new ProxiedStores();
    private final Node node = Node.start(stores.settings());
    private final Guides guides = node.guides();

    @AfterEach
    void comeBack() {
        stores.engine().pass();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            tasks("reviewer");
            return node.bean(Engine.class).isAvailable();
        });
    }

    @AfterAll
    void stop() {
        node.close();
        stores.close();
    }

    private static Answer soon(Supplier<Answer> asked) {
        long began = System.nanoTime();
        var answer = asked.get();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as("%s", answer).isLessThan(SOON);
        return answer;
    }

    /** The inbox by task, in its order. */
    private Map<String, JsonNode> tasks(String who) {
        var tasks = new TreeMap<String, JsonNode>();
        soon(() -> node.as(who).get("/tasks?limit=100"))
                .ok()
                .get("items")
                .values()
                .forEach(task -> tasks.put(task.get("id").asString(), task));
        return tasks;
    }

    /** The same without when the engine made them. */
    private Map<String, JsonNode> told(String who) {
        var told = tasks(who);
        told.replaceAll((id, task) -> ((ObjectNode) task).without(List.of("since", "fromLog")));
        return told;
    }

    private static void isUnavailable(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).isNotNull();
    }

    @Test
    void aWithdrawalTakesEffectAndSaysSo() {
        var stopped = guides.published();
        var frozen = guides.published();

        stores.engine().cut();
        var answer = soon(() -> node.as("publisher").post(stopped.path() + "/unpublish", Map.of("reason", "wrong")));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(guides.read(stopped).status()).isEqualTo(410);

        comeBack();
        stores.engine().stall();
        var other = soon(() -> node.as("publisher").post(frozen.path() + "/unpublish", Map.of("reason", "wrong")));
        assertThat(other.status()).as("%s", other).isEqualTo(200);
        assertThat(guides.read(frozen).status()).isEqualTo(410);
    }

    @Test
    void whatOpensMeanwhileIsAssignedAfterwards() {
        var guide = guides.drafted();
        node.as("editor")
                .put(guide.path() + "/reviewers", Map.of("reviewers", List.of("second-reviewer")))
                .ok();

        stores.engine().cut();
        soon(() -> node.as("editor").post(guide.path() + "/submit", Map.of())).ok();
        assertThat(guides.task("reviewer", guide).has("assignee")).isFalse();
        comeBack();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                guides.task("reviewer", guide).path("assignee").asString(""))
                        .isEqualTo("second-reviewer"));
    }

    @Test
    void guidesInboxAndPagesAreToldFromTheLogsAndMarkedSo() {
        var drafted = guides.drafted();
        var submitted = guides.submitted();
        var sentBack = guides.submitted();
        guides.decide("reviewer", guides.task("reviewer", sentBack), "request-changes")
                .ok();
        guides.published();
        var asReviewer = told("reviewer");
        var asEditor = told("editor");
        var visitor = Visitor.signedIn(node, "reviewer");

        stores.engine().cut();

        assertThat(told("reviewer")).isEqualTo(asReviewer);
        assertThat(told("editor")).isEqualTo(asEditor);
        assertThat(tasks("reviewer").values())
                .isNotEmpty()
                .allMatch(task -> task.get("fromLog").asBoolean());
        for (var guide : List.of(drafted, submitted, sentBack)) {
            var state = soon(() -> node.as("editor").get(guide.path())).ok();
            assertThat(state.at("/task/fromLog").asBoolean()).as("%s", state).isTrue();
            var process =
                    soon(() -> node.as("editor").get(guide.path() + "/process")).ok();
            assertThat(process.get("fromLog").asBoolean()).isTrue();
            assertThat(process.get("active").values()).hasSize(1);
        }
        for (String page : List.of(
                "/studio",
                "/studio/guides",
                "/studio/guides/" + submitted.id() + "/review",
                "/studio/guides/" + submitted.id() + "/history")) {
            var answer = soon(() -> visitor.get(page));
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.body()).as(page).contains("The workflow engine does not answer");
        }
        stores.engine().pass();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(visitor.get("/studio").body())
                        .doesNotContain("The workflow engine does not answer"));
    }

    @Test
    void aSubmissionCountsAndADecisionWaits() {
        var guide = guides.drafted();
        stores.engine().stall();

        var submission = soon(() -> node.as("editor").post(guide.path() + "/submit", Map.of()));
        assertThat(submission.status()).as("%s", submission).isEqualTo(200);
        var task = guides.task("reviewer", guide);
        isUnavailable(soon(() -> guides.decide("reviewer", task, "approve")));
        isUnavailable(soon(
                () -> node.as("reviewer").post("/tasks/" + task.get("id").asString() + "/claim", null)));
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("in-review");

        comeBack();
        guides.decide("reviewer", task, "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    /** The next pass of the reconciler may come too late. */
    @Test
    void aScheduleThatIsSetMeanwhileIsKept() {
        var waiting = guides.submitted();
        var ending = guides.published();
        var far = Map.of("publishAt", node.clock().instant().plusSeconds(90_000).toString());
        node.as("publisher").put(waiting.path() + "/schedule", far).ok();
        guides.decide("reviewer", guides.task("reviewer", waiting), "approve").ok();
        stores.engine().cut();
        var publish =
                Map.of("publishAt", node.clock().instant().plusSeconds(3600).toString());
        var unpublish =
                Map.of("unpublishAt", node.clock().instant().plusSeconds(3600).toString());

        soon(() -> node.as("publisher").put(waiting.path() + "/schedule", publish))
                .ok();
        soon(() -> node.as("publisher").put(ending.path() + "/schedule", unpublish))
                .ok();
        var page = soon(() -> Visitor.signedIn(node, "publisher").get("/studio/guides/" + waiting.id() + "/review"));
        assertThat(page.status()).isEqualTo(200);
        stores.engine().pass();
        node.clock().forward(Duration.ofHours(1));

        await().atMost(Duration.ofSeconds(15))
                .until(() -> guides.read(waiting).status() == 200
                        && guides.read(ending).status() == 410);
    }

    @Test
    void aTaskBehindTheLastApprovalIsListedAndWaitsForTheEngine(@TempDir Path folder) throws IOException {
        try (var stores = new ProxiedStores();
                var node = Node.start(stores.settings(WorkedExample.settings(folder)))) {
            var guides = node.guides();
            var submitted = WorkedExample.submitted(node);
            var approved = WorkedExample.approved(node);
            var task = guides.task("admin", approved);
            String home = Visitor.signedIn(node, "editor").get("/studio").body();
            assertThat(home.substring(home.indexOf("Waiting for others")))
                    .contains("/studio/guides/" + approved.id() + "/review");

            stores.engine().cut();

            var fromLog = (ObjectNode) guides.task("admin", approved);
            assertThat(fromLog.get("fromLog").asBoolean()).isTrue();
            assertThat(fromLog.without(List.of("since", "fromLog"))).isEqualTo(((ObjectNode) task).without("since"));
            assertThat(guides.find("admin", submitted)).isEmpty();
            assertThat(node.as("editor")
                            .get(approved.path())
                            .ok()
                            .at("/task/name")
                            .asString())
                    .isEqualTo("Check rights");
            assertThat(node.bean(Inbox.class).waiting(new Person("admin", "The admin", null, Set.of("ADMIN"))))
                    .isPositive();
            isUnavailable(soon(() -> guides.decide("admin", task, "cleared")));
            assertThat(guides.read(approved).status()).isEqualTo(404);

            stores.engine().pass();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> guides.decide("admin", task, "cleared").status() == 200);
            assertThat(guides.read(approved).status()).isEqualTo(200);
        }
    }

    @Test
    void theLedgerDoesNotGoOnAnewWhileWhatWasWithdrawnIsNotKnown() {
        var withdrawn = guides.published();
        node.as("publisher")
                .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        String lineage =
                node.as("admin").get("/ledger/standing").ok().get("lineage").asString();
        var decision = Map.of("lineage", lineage, "message", "Everything was restored.");
        stores.engine().cut();

        isUnavailable(soon(() -> node.as("admin").post("/ledger/lineage", decision)));

        comeBack();
        assertThat(node.as("admin")
                        .post("/ledger/lineage", decision)
                        .ok()
                        .get("lineage")
                        .asString())
                .isNotEqualTo(lineage);
        assertThat(guides.read(withdrawn).status()).isEqualTo(410);
    }

    @Test
    void aTableThatSomebodyLocksHoldsNobodyUp() throws SQLException {
        assumeTrue(stores.isPostgresql(), "a table is locked on PostgreSQL");
        var guide = guides.submitted();
        try (var connection = stores.connection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table act_ru_task in access exclusive mode");

            var task = guides.task("reviewer", guide);
            assertThat(task.get("fromLog").asBoolean()).isTrue();
            isUnavailable(soon(() -> guides.decide("reviewer", task, "approve")));
            connection.rollback();
        }
    }

    @Test
    void aTransactionThatTheStoreRollsBackForAnotherIsTriedAgain() throws SQLException {
        assumeTrue(stores.isPostgresql(), "a trigger of PostgreSQL plays the other transaction");
        for (String race : List.of("40P01", "40001", "23503")) {
            var decided = guides.submitted();
            var task = guides.task("reviewer", decided);
            losing(race, "delete on act_ru_task", () -> {
                var answer = guides.decide("reviewer", task, "approve");
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                assertThat(guides.read(decided).status()).isEqualTo(200);
            });
            var claimed = "/tasks/"
                    + guides.task("reviewer", guides.submitted()).get("id").asString();
            for (String how : List.of("/claim", "/unclaim"))
                losing(race, "update on act_ru_task", () -> {
                    var answer = node.as("reviewer").post(claimed + how, null);
                    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                });
        }
    }

    /** While the store rolls the first three such changes back. */
    private void losing(String race, String change, Runnable work) throws SQLException {
        try (var connection = stores.connection();
                var statement = connection.createStatement()) {
            statement.execute("create sequence races");
            statement.execute("""
                    create function lose() returns trigger language plpgsql as $$ begin
                    if nextval('races') <= 3 then raise exception 'lost' using errcode = '%s'; end if;
                    return coalesce(new, old); end $$""".formatted(race));
            statement.execute("create trigger lose before " + change + " for each row execute function lose()");
            work.run();
            try (var lost = statement.executeQuery("select last_value from races")) {
                lost.next();
                assertThat(lost.getLong(1)).isGreaterThan(3);
            }
            statement.execute("drop trigger lose on act_ru_task");
            statement.execute("drop function lose");
            statement.execute("drop sequence races");
        }
    }
}
