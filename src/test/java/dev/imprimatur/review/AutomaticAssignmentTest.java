// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Open tasks are assigned to people who may decide them, each once. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutomaticAssignmentTest {
    private final Node node = Node.start();
    private final Guides guides = node.guides();
    private final Http admin = node.as("admin");
    private final Http editor = node.as("editor");

    @AfterAll
    void stop() {
        node.close();
    }

    @AfterEach
    void withoutRules() {
        rule("none");
        for (String who : List.of("reviewer", "second-reviewer", "both")) admin.delete("/accounts/" + who + "/absence");
    }

    private void rule(String rule) {
        admin.put("/tasks/rules", Map.of("rules", Map.of("REVIEWER", rule))).ok();
    }

    private Http.Answer name(Guides.Ref guide, String... reviewers) {
        return editor.put(guide.path() + "/reviewers", Map.of("reviewers", List.of(reviewers)));
    }

    private Guides.Ref draftNaming(String... reviewers) {
        var guide = guides.drafted();
        name(guide, reviewers).ok();
        return guide;
    }

    private Guides.Ref submittedNaming(String... reviewers) {
        var guide = draftNaming(reviewers);
        submit(guide);
        return guide;
    }

    private void submit(Guides.Ref guide) {
        editor.post(guide.path() + "/submit", Map.of()).ok();
    }

    private JsonNode task(Guides.Ref guide) {
        return guides.state(guide).get("task");
    }

    private String assignee(Guides.Ref guide) {
        return task(guide).path("assignee").asString("");
    }

    private void awaitAssignee(Guides.Ref guide, String who) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(assignee(guide)).isEqualTo(who));
    }

    /** Looks at all tasks, as each node does every minute. */
    private void pass() {
        node.bean(AutomaticAssignment.class).pass(true);
    }

    private static Map<String, Object> absence(String delegate) {
        var body = new HashMap<String, Object>(Map.of("from", "2000-01-01", "until", "2000-01-01"));
        if (delegate != null) body.put("delegate", delegate);
        return body;
    }

    private void absent(String who, String delegate) {
        var today = node.clock().instant().toString().substring(0, 10);
        var body = absence(delegate);
        body.put("from", today);
        body.put("until", today);
        admin.put("/accounts/" + who + "/absence", body).ok();
    }

    private String daysAgo(int days) {
        return node.clock().instant().minus(Duration.ofDays(days)).toString().substring(0, 10);
    }

    private List<String> told(String who) {
        return node.as(who).get("/notifications?limit=100").ok().get("items").values().stream()
                .map(JsonNode::toString)
                .toList();
    }

    @Test
    void theFirstNamedReviewerWhoMayDecideIsAssignedAndTold() {
        var guide = submittedNaming("second-reviewer", "reviewer");

        awaitAssignee(guide, "second-reviewer");
        assertThat(guides.find("reviewer", guide).orElseThrow().get("assignee").asString())
                .isEqualTo("second-reviewer");
        await().untilAsserted(() ->
                assertThat(told("second-reviewer")).anyMatch(it -> it.contains("assigned") && it.contains(guide.id())));
        assertThat(guides.decide("reviewer", task(guide), "approve").problem()).isEqualTo("claimed");
        guides.decide("second-reviewer", task(guide), "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void aContributorIsNeverAssignedThoughTheGuideNamesThem() {
        var guide = draftNaming("both", "reviewer");
        guides.edit("both", guide, "Written by somebody who could review it").ok();

        submit(guide);

        awaitAssignee(guide, "reviewer");
    }

    @Test
    void namingSomebodyWithoutTheRoleOrTheGuideIsRefusedAtItsPlace() {
        var guide = guides.drafted();

        for (String wrong : List.of("editor", "nobody-here", "reviewer", "")) {
            var answer = name(guide, "reviewer", wrong);
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/reviewers/1");
        }
        assertThat(name(guide, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")
                        .status())
                .isEqualTo(400);
        assertThat(editor.put(guide.path() + "/reviewers", Map.of()).status()).isEqualTo(400);
        assertThat(node.as("reviewer")
                        .put(guide.path() + "/reviewers", Map.of("reviewers", List.of()))
                        .status())
                .isEqualTo(403);
        assertThat(guides.state(guide).has("reviewers")).isFalse();
    }

    @Test
    void reviewersAreSetFromTheVersionThatWasRead() {
        var guide = guides.drafted();
        String etag = editor.get(guide.path() + "/reviewers").header("ETag");
        name(guide, "reviewer").ok();

        var stale = editor.put(
                guide.path() + "/reviewers", Map.of("reviewers", List.of("second-reviewer")), "If-Match", etag);

        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.problem()).isEqualTo("reviewers-changed");
        assertThat(guides.state(guide).get("reviewers").get(0).asString()).isEqualTo("reviewer");
        var log = editor.get(guide.path() + "/log").ok().toString();
        assertThat(log.split("reviewers-changed", -1)).hasSize(2);
        var visitor = Visitor.signedIn(node, "editor");
        String form = "/studio/guides/" + guide.id() + "/edit";
        assertThat(visitor.get(form).body()).contains("Reviewers: ", "Save the reviewers");
        visitor.post(form, "/studio/guides/" + guide.id() + "/reviewers", "reviewers", " both , reviewer,");
        assertThat(visitor.get("/studio/guides/" + guide.id() + "/history").body())
                .contains("named \u2068The both\u2069, \u2068The reviewer\u2069 as the reviewers of the guide");
    }

    @Test
    void rotationAssignsOneAfterTheOtherAndLeavesOutWhoContributed() {
        rule("rotation");
        var assigned = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            var guide = guides.submitted();
            await().atMost(Duration.ofSeconds(20)).until(() -> !assignee(guide).isEmpty());
            assigned.add(assignee(guide));
        }

        assertThat(assigned.subList(0, 3)).containsExactlyInAnyOrder("both", "reviewer", "second-reviewer");
        assertThat(assigned.subList(3, 6)).isEqualTo(assigned.subList(0, 3));
    }

    @Test
    void loadAssignsToWhoeverHasTheFewest() {
        var held = new ArrayList<Guides.Ref>();
        for (String who : List.of("both", "reviewer"))
            for (int i = 0; i < 3; i++) {
                var guide = guides.submitted();
                admin.post("/tasks/" + task(guide).get("id").asString() + "/assign", Map.of("account", who))
                        .ok();
                held.add(guide);
            }
        var counts = node.bean(Processes.class).countByAssignee();
        String least = List.of("both", "reviewer", "second-reviewer").stream()
                .min((one, other) -> Integer.compare(counts.getOrDefault(one, 0), counts.getOrDefault(other, 0)))
                .orElseThrow();
        rule("load");

        var guide = guides.submitted();

        await().atMost(Duration.ofSeconds(20)).until(() -> !assignee(guide).isEmpty());
        var now = node.bean(Processes.class).countByAssignee();
        assertThat(now.get(least)).isGreaterThan(counts.getOrDefault(least, 0));
    }

    /** Several passes at the same time are what several nodes do: they share both stores and nothing else. */
    @Test
    void passesAtTheSameTimeAssignEachTaskOnceAndShareThemOut() throws Exception {
        admin.put("/tasks/rules", Map.of("rules", Map.of("REVIEWER", "none"))).ok();
        var open = new ArrayList<Guides.Ref>();
        for (int i = 0; i < 24; i++) open.add(guides.submitted());
        var assigned = Collections.synchronizedList(new ArrayList<Claim>());
        node.bean(Claims.class).onAssign(assigned::add);

        admin.put("/tasks/rules", Map.of("rules", Map.of("REVIEWER", "rotation")))
                .ok();
        try (var pool = Executors.newFixedThreadPool(4)) {
            var passes = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) passes.add(pool.submit(this::pass));
            for (var pass : passes) pass.get();
        }

        var ids = open.stream().map(Guides.Ref::id).toList();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(open)
                        .allSatisfy(guide -> assertThat(assignee(guide)).isNotEmpty()));
        await().until(() ->
                assigned.stream().filter(it -> ids.contains(it.guide())).count() >= open.size());
        var ours = assigned.stream().filter(it -> ids.contains(it.guide())).toList();
        assertThat(ours).extracting(Claim::id).doesNotHaveDuplicates().hasSize(open.size());
        assertThat(ours.stream().collect(Collectors.groupingBy(Claim::person, Collectors.counting())))
                .hasSize(3)
                .allSatisfy((person, tasks) -> assertThat(tasks).as(person).isBetween(4L, 14L));
        for (var claim : ours)
            assertThat(guides.state(new Guides.Ref(claim.guide(), ""))
                            .get("task")
                            .get("assignee")
                            .asString())
                    .isEqualTo(claim.person());
    }

    /** Of a person and a rule that take a task at the same time, one has it. */
    @Test
    void aTaskThatIsClaimedAndAssignedAtTheSameTimeHasOneHolder() throws Exception {
        for (int i = 0; i < 5; i++) {
            var guide = guides.submitted();
            String claim = "/tasks/" + task(guide).get("id").asString() + "/claim";
            try (var pool = Executors.newFixedThreadPool(2)) {
                var claimed = pool.submit(() -> node.as("second-reviewer").post(claim, null));
                pool.submit(() -> name(guide, "reviewer").ok()).get();
                pass();
                String expected = claimed.get().status() == 200 ? "second-reviewer" : "reviewer";
                awaitAssignee(guide, expected);
            }
        }
    }

    @Test
    void whatSomebodyGivesBackStaysWithTheGroup() {
        var guide = submittedNaming("reviewer");
        awaitAssignee(guide, "reviewer");

        node.as("reviewer")
                .post("/tasks/" + task(guide).get("id").asString() + "/unclaim", null)
                .ok();
        rule("rotation");
        pass();
        pass();

        assertThat(assignee(guide)).isEmpty();
        guides.decide("second-reviewer", task(guide), "approve").ok();
    }

    @Test
    void aSecondRoundIsAssignedAnew() {
        var guide = submittedNaming("reviewer");
        awaitAssignee(guide, "reviewer");
        guides.decide("reviewer", task(guide), "request-changes").ok();

        submit(guide);

        awaitAssignee(guide, "reviewer");
    }

    @Test
    void whoIsDeactivatedLosesTheTaskToTheNext() {
        admin.post(
                        "/accounts",
                        Map.of(
                                "username",
                                "leaving",
                                "displayName",
                                "\u0644\u064a\u0644\u0649 \u65e5\u672c",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("REVIEWER")))
                .ok();
        var guide = submittedNaming("leaving", "second-reviewer");
        awaitAssignee(guide, "leaving");

        admin.delete("/accounts/leaving");

        awaitAssignee(guide, "second-reviewer");
        admin.post("/accounts/leaving/reactivate", null).ok();
        pass();
        assertThat(assignee(guide)).isEqualTo("second-reviewer");
        admin.delete("/accounts/leaving");
    }

    @Test
    void aProcessThatIsBuiltAgainKeepsWhoHasTheTask() {
        var guide = submittedNaming("second-reviewer");
        var claimed = guides.submitted();
        awaitAssignee(guide, "second-reviewer");
        node.as("reviewer")
                .post("/tasks/" + task(claimed).get("id").asString() + "/claim", null)
                .ok();
        name(guide, "reviewer").ok();
        var runtime = node.bean(RuntimeService.class);

        for (var lost : List.of(guide, claimed))
            runtime.createProcessInstanceQuery().processInstanceBusinessKey(lost.id() + ".1").list().stream()
                    .forEach(process -> runtime.deleteProcessInstance(process.getId(), "lost"));
        node.bean(Reconciler.class).everyMinute();

        awaitAssignee(guide, "second-reviewer");
        awaitAssignee(claimed, "reviewer");
    }

    @Test
    void anAbsentReviewerIsRepresentedByWhoeverActsForThem() {
        absent("reviewer", "second-reviewer");
        var guide = submittedNaming("reviewer");

        awaitAssignee(guide, "second-reviewer");

        var insteadOf = task(guide).get("insteadOf");
        assertThat(insteadOf.get("account").asString()).isEqualTo("reviewer");
        String home = Visitor.signedIn(node, "second-reviewer").get("/studio").body();
        assertThat(home).contains("for \u2068The reviewer\u2069 until ");
        await().untilAsserted(() -> {
            assertThat(told("second-reviewer")).anyMatch(it -> it.contains("delegated") && it.contains(guide.id()));
            assertThat(told("reviewer")).anyMatch(it -> it.contains("passed-on") && it.contains(guide.id()));
        });
    }

    @Test
    void aDelegateGainsNoRight() {
        var guide = draftNaming("reviewer");
        guides.edit("both", guide, "The delegate contributed").ok();
        absent("reviewer", "both");

        submit(guide);
        pass();

        assertThat(assignee(guide)).isEmpty();
        assertThat(guides.decide("both", task(guide), "approve").problem()).isEqualTo("contributor");
        var another = submittedNaming("second-reviewer");
        awaitAssignee(another, "second-reviewer");
        absent("second-reviewer", "publisher");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(assignee(another)).isEmpty());
        assertThat(guides.decide("publisher", task(another), "approve").status())
                .isEqualTo(403);
    }

    @Test
    void openTasksPassToTheDelegateWhenTheAbsenceBeginsAndStayThere() {
        var guide = guides.submitted();
        node.as("reviewer")
                .post("/tasks/" + task(guide).get("id").asString() + "/claim", null)
                .ok();

        absent("reviewer", "second-reviewer");

        awaitAssignee(guide, "second-reviewer");
        admin.delete("/accounts/reviewer/absence");
        pass();
        assertThat(assignee(guide)).isEqualTo("second-reviewer");
        assertThat(task(guide).get("insteadOf").has("until")).isFalse();
    }

    @Test
    void chainsOfDelegatesEndAtWhoeverIsPresentAndCirclesEndNowhere() {
        absent("reviewer", "second-reviewer");
        absent("second-reviewer", "both");
        var chain = submittedNaming("reviewer");
        awaitAssignee(chain, "both");

        absent("both", "reviewer");
        var circle = submittedNaming("reviewer");
        rule("rotation");
        pass();

        assertThat(assignee(circle)).isEmpty();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(assignee(chain)).isEmpty());
    }

    @Test
    void rulesLeaveOutWhoIsAbsent() {
        absent("reviewer", null);
        absent("both", null);
        rule("load");

        var guide = guides.submitted();

        awaitAssignee(guide, "second-reviewer");
    }

    @Test
    void bothHandOversReachEverythingThatSomebodyHas() {
        var guide = submittedNaming("reviewer");
        awaitAssignee(guide, "reviewer");
        editor.put(guide.path() + "/owner", Map.of("username", "reviewer")).ok();
        absent("both", "reviewer");
        var held = admin.get("/accounts/reviewer/hand-over").ok();
        assertThat(held.get("owned").asInt()).isEqualTo(1);
        assertThat(held.get("reviewed").asInt()).isPositive();
        assertThat(held.get("tasks").asInt()).isPositive();
        assertThat(held.get("delegations").asInt()).isEqualTo(1);
        assertThat(Visitor.signedIn(node, "admin")
                        .get("/studio/accounts/reviewer")
                        .body())
                .contains("What is left to hand over", "Guides that they own: 1");

        var done = admin.post("/accounts/reviewer/hand-over", Map.of("to", "second-reviewer"))
                .ok();

        assertThat(done.get("handedOver").asInt()).isEqualTo(1);
        assertThat(done.get("left").asBoolean()).isFalse();
        assertThat(done.get("delegations").asInt()).isEqualTo(1);
        assertThat(assignee(guide)).isEqualTo("second-reviewer");
        var state = guides.state(guide);
        assertThat(state.get("owner").asString()).isEqualTo("second-reviewer");
        assertThat(state.get("reviewers").get(0).asString()).isEqualTo("second-reviewer");
        var nothing = admin.get("/accounts/reviewer/hand-over").ok();
        assertThat(nothing.get("owned").asInt()
                        + nothing.get("reviewed").asInt()
                        + nothing.get("tasks").asInt())
                .isZero();
        assertThat(admin.get("/accounts/both/absence").ok().get("delegate").asString())
                .isEqualTo("second-reviewer");
        editor.delete(guide.path() + "/owner");
    }

    @Test
    void rulesAreSetFromTheVersionThatWasReadAndOnlyByAdministrators() {
        String etag = admin.get("/tasks/rules").header("ETag");
        rule("load");

        var stale = admin.put("/tasks/rules", Map.of("rules", Map.of()), "If-Match", etag);
        var wrong = admin.put("/tasks/rules", Map.of("rules", Map.of("REVIEWER", "luck", "COOK/", "load")));

        assertThat(stale.status()).isEqualTo(412);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body()).contains("/rules/REVIEWER", "/rules/COOK~1");
        assertThat(admin.get("/tasks/rules").ok().at("/rules/REVIEWER").asString())
                .isEqualTo("load");
        assertThat(admin.get("/audit").body()).contains("assignment-rules-changed", "REVIEWER load");
        var administrator = Visitor.signedIn(node, "admin");
        String page = administrator.get("/studio/assignment").body();
        assertThat(page).contains("Decisions of reviewers", "The person with the fewest open tasks");
        administrator.post(
                "/studio/assignment",
                "/studio/assignment",
                "version",
                admin.get("/tasks/rules").header("ETag").replace("\"", ""),
                "REVIEWER",
                "rotation");
        assertThat(admin.get("/tasks/rules").ok().at("/rules/REVIEWER").asString())
                .isEqualTo("rotation");
    }

    @Test
    void absencesAreCheckedAndBelongToTheirPeople() {
        var reviewer = node.as("reviewer");
        String path = "/accounts/reviewer/absence";
        var today = node.clock().instant().toString().substring(0, 10);
        Map<Map<String, String>, String> wrong = Map.of(
                Map.of("from", "2026-13-01", "until", today),
                "/from",
                Map.of("from", today),
                "/until",
                Map.of("from", today, "until", "2001-01-01"),
                "/until",
                Map.of("from", today, "until", "+999999999-12-31"),
                "/until",
                Map.of("from", daysAgo(10), "until", daysAgo(9)),
                "/until",
                Map.of("from", today, "until", today, "zone", "Mars/Olympus"),
                "/zone",
                Map.of("from", today, "until", today, "delegate", "reviewer"),
                "/delegate",
                Map.of("from", today, "until", today, "delegate", "nobody-here"),
                "/delegate");
        wrong.forEach((body, pointer) -> {
            var answer = reviewer.put(path, body);
            assertThat(answer.status()).as(body.toString()).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString())
                    .as(body.toString())
                    .isEqualTo(pointer);
        });
        var body = Map.of("from", daysAgo(3), "until", today, "zone", "Pacific/Apia", "delegate", "both");
        assertThat(node.as("second-reviewer").put(path, body).problem()).isEqualTo("not-yours");
        assertThat(reviewer.get(path).status()).isEqualTo(404);

        var answer = reviewer.put(path, Map.of("from", today, "until", today, "zone", "America/New_York"));

        assertThat(answer.ok().get("begins").asString()).startsWith(today + "T0");
        String etag = answer.header("ETag");
        admin.put(path, Map.of("from", today, "until", today)).ok();
        assertThat(reviewer.send("DELETE", path, null, "If-Match", etag).status())
                .isEqualTo(412);
        assertThat(reviewer.delete(path).status()).isEqualTo(204);
        var visitor = Visitor.signedIn(node, "reviewer");
        visitor.post(
                "/studio/account", "/studio/absences/reviewer", "from", today, "until", "1999-01-01", "zone", "UTC");
        assertThat(visitor.get("/studio/account").body()).contains("The last day lies before the first day");
        visitor.post("/studio/account", "/studio/absences/reviewer", "from", today, "until", today, "zone", "UTC");
        assertThat(visitor.get("/studio/account").body()).contains("Saved: absent from", "End the absence");
        visitor.post("/studio/account", "/studio/absences/both", "from", today, "until", today, "zone", "UTC");
        assertThat(reviewer.get("/accounts/both/absence").status()).isEqualTo(404);
    }
}
