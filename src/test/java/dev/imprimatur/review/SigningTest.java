// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A session alone does not sign: people prove who they are, and see the meaning of the signature. */
class SigningTest {
    private static final String MEANING = "Reviewed and approved for publication";
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("imprimatur.signing.by-token", "false");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private final Guides guides = node.guides();

    private Visitor reviewer() {
        return Visitor.signedIn(node, "reviewer");
    }

    private Answer decide(Visitor visitor, Guides.Ref guide, JsonNode task, String outcome, String... more) {
        var fields = new ArrayList<>(List.of(
                "task",
                task.get("id").asString(),
                "outcome",
                outcome,
                "revision",
                task.get("revision").asString(),
                "contentHash",
                task.get("contentHash").asString(),
                "message",
                "every figure checked",
                "writer",
                "reviewer",
                "once",
                "once-" + guide.id()));
        fields.addAll(List.of(more));
        return post(visitor, "/studio/guides/" + guide.id() + "/decide", fields.toArray(String[]::new));
    }

    /** Sends a form as a page of the studio does. */
    private static Answer post(Visitor visitor, String path, String... fields) {
        return visitor.send(
                "POST",
                path,
                Visitor.form(fields),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "X-CSRF-TOKEN",
                visitor.token("/studio"),
                "Origin",
                node.url());
    }

    private List<JsonNode> log(Guides.Ref guide, String kind) {
        return node.as("editor")
                .get(guide.path() + "/log")
                .ok()
                .get("items")
                .valueStream()
                .filter(it -> it.get("kind").asString().equals(kind))
                .toList();
    }

    @Test
    void aSessionThatIsOldApprovesOnlyWithThePasswordAndLosesNoWord() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var reviewer = reviewer();
        node.clock().forward(Duration.ofMinutes(16));

        assertThat(reviewer.get("/studio/guides/" + guide.id() + "/review").body())
                .contains("name=\"own-password\"");
        var without = decide(reviewer, guide, task, "approve");
        var wrong = decide(reviewer, guide, task, "approve", "own-password", "not my password");

        assertThat(without.status()).isEqualTo(422);
        assertThat(without.body())
                .contains("every figure checked", "Send again", "autocomplete=\"current-password\"")
                .containsPattern("name=\"outcome\" value=\"approve\"")
                .containsPattern("name=\"contentHash\" value=\"sha256");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body())
                .contains("every figure checked", "This is not your password", "aria-invalid=\"true\"")
                .doesNotContain("not my password");
        assertThat(guides.read(guide).status()).isEqualTo(404);

        var right = decide(reviewer, guide, task, "approve", "own-password", Node.PASSWORD);
        var twice = decide(reviewer, guide, task, "approve", "own-password", Node.PASSWORD);

        assertThat(right.status()).as(right.body()).isEqualTo(302);
        assertThat(twice.status()).isEqualTo(302);
        var approved = log(guide, "approved");
        assertThat(approved).hasSize(1);
        assertThat(approved.getFirst().at("/means/kind").asString()).isEqualTo("password");
        // the proof covers the next signature, too
        var next = guides.submitted();
        var again = decide(reviewer, next, guides.task("reviewer", next), "approve");
        assertThat(again.status()).as(again.body()).isEqualTo(302);
        assertThat(log(next, "approved").getFirst().at("/means/kind").asString())
                .isEqualTo("session");
    }

    @Test
    void askingForChangesIsNotSigned() {
        var guide = guides.submitted();
        var reviewer = reviewer();
        node.clock().forward(Duration.ofMinutes(16));

        var answer = decide(
                reviewer,
                guide,
                guides.task("reviewer", guide),
                "request-changes",
                "reason:request-changes",
                "outdated");

        assertThat(answer.status()).as(answer.body()).isEqualTo(302);
        var entry = log(guide, "changes-requested").getFirst();
        assertThat(entry.has("signature")).isFalse();
        assertThat(entry.at("/reason/code").asString()).isEqualTo("outdated");
        assertThat(reviewer.get("/studio/guides/" + guide.id() + "/history").body())
                .contains("Something is out of date", "every figure checked");
    }

    @Test
    void guessesOfAStolenSessionCountAsFailedSignIns() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var thief = Visitor.signedIn(node, "second-reviewer");
        node.clock().forward(Duration.ofMinutes(16));

        int status = 0;
        for (int i = 0; i < 7 && status != 429; i++)
            status = thief.post(
                            "/studio",
                            "/studio/guides/" + guide.id() + "/decide",
                            "task",
                            task.get("id").asString(),
                            "outcome",
                            "approve",
                            "revision",
                            "1",
                            "contentHash",
                            task.get("contentHash").asString(),
                            "own-password",
                            "guess " + i)
                    .status();

        assertThat(status).isEqualTo(429);
        assertThat(guides.read(guide).status()).isEqualTo(404);
    }

    @Test
    void aStolenSessionMakesNoCredentialEither() {
        var reviewer = reviewer();
        var admin = Visitor.signedIn(node, "admin");
        node.clock().forward(Duration.ofMinutes(16));

        var token = post(reviewer, "/studio/account/tokens", "name", "mine", "days", "30", "scope", "agent");
        var roles = post(admin, "/studio/accounts/editor/roles", "roles", "REVIEWER");
        var link = post(admin, "/studio/accounts/reviewer/reset");

        assertThat(List.of(token.status(), roles.status(), link.status())).containsOnly(422);
        assertThat(token.body()).contains("own-password", "mine");
        assertThat(roles.body()).containsPattern("name=\"roles\" value=\"REVIEWER\"");
        assertThat(reviewer.get("/studio/account").body()).doesNotContain(">mine<");
        var made = post(
                reviewer,
                "/studio/account/tokens",
                "name",
                "mine",
                "days",
                "30",
                "scope",
                "agent",
                "own-password",
                Node.PASSWORD);
        assertThat(made.status()).isEqualTo(302);
        assertThat(reviewer.get("/studio/account").body()).contains(">mine<", "may do <span>agent</span>");
    }

    @Test
    void noTokenSignsWhereTheOperatorSaysSo() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        var approved = guides.decide("reviewer", task, "approve");

        assertThat(approved.status()).isEqualTo(403);
        assertThat(approved.problem()).isEqualTo("no-review-by-token");
        assertThat(guides.read(guide).status()).isEqualTo(404);
        guides.decide("reviewer", task, "request-changes").ok();
    }

    @Test
    void whatWasSignedStandsInTheLogTheStampTheEvidenceAndThePages() {
        var guide = guides.submitted();
        var reviewer = reviewer();
        decide(reviewer, guide, guides.task("reviewer", guide), "approve");

        var entry = log(guide, "approved").getFirst();
        var stamp = log(guide, "stamped").getFirst().get("stamp");
        var review = guides.read(guide).ok().get("review");
        var signature = review.at("/signatures/0");
        String claim = new String(
                Base64.getUrlDecoder().decode(review.get("signature").asString().split("\\.")[1]),
                StandardCharsets.UTF_8);

        assertThat(entry.at("/signature/meaning").asString()).isEqualTo(MEANING);
        assertThat(entry.at("/means/kind").asString()).isEqualTo("session");
        assertThat(entry.at("/means/passwordAt").asString()).endsWith("Z");
        assertThat(stamp.at("/signatures/0")).isEqualTo(entry.get("signature"));
        assertThat(signature).isEqualTo(entry.get("signature"));
        assertThat(signature.get("name").asString()).isEqualTo("The reviewer");
        assertThat(signature.get("title").asString()).isEqualTo("Of the team");
        assertThat(signature.get("reviewer")).isEqualTo(review.at("/reviewedBy/0/reviewer"));
        assertThat(signature.get("at")).isEqualTo(entry.get("at"));
        assertThat(claim).contains("\"signatures\":[", MEANING);
        for (String page : List.of("history", "review"))
            assertThat(reviewer.get("/studio/guides/" + guide.id() + "/" + page).body())
                    .contains(MEANING)
                    .contains("Of the team")
                    .containsPattern(Pattern.compile("\\d\\d:\\d\\d:\\d\\d UTC"));
        assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                .isFalse();
    }

    @Test
    void anUnknownReasonIsRefusedWithThoseThatThereAre() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var completion = new HashMap<String, Object>(Map.of(
                "outcome",
                "request-changes",
                "revision",
                1,
                "contentHash",
                task.get("contentHash").asString(),
                "message",
                "because",
                "reasonCode",
                "mood"));
        String complete = "/tasks/" + task.get("id").asString() + "/complete";

        var answer = node.as("reviewer").post(complete, completion);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/reasonCode");
        assertThat(answer.json().get("detail").asString()).contains("factual-error", "other");
        completion.put("reasonCode", "style");
        node.as("reviewer").post(complete, completion).ok();
        assertThat(log(guide, "changes-requested")
                        .getFirst()
                        .at("/reason/label")
                        .asString())
                .isEqualTo("It does not follow the style guide");
    }

    @Test
    void whyAGuideWasWithdrawnIsCodedToo() {
        var guide = guides.submitted();
        decide(reviewer(), guide, guides.task("reviewer", guide), "approve");

        assertThat(node.as("publisher")
                        .post(guide.path() + "/unpublish", Map.of("reason", "wrong", "reasonCode", "mood"))
                        .status())
                .isEqualTo(400);
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "wrong", "reasonCode", "outdated"))
                .ok();

        assertThat(log(guide, "unpublished").getFirst().at("/reason/code").asString())
                .isEqualTo("outdated");
    }
}
