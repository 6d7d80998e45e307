// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An expert without an account reviews one revision by a link, and whoever invited them answers for it. */
@Tag("long")
@Tag("store")
class InvitationsTest {
    private static final Pattern TASK = Pattern.compile("name=\"task\" value=\"([^\"]+)\"");

    @TempDir
    private static Path folder;

    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        node = Node.start("imprimatur.content-types", types("two", "\"x-approvals\": 2"));
    }

    @AfterAll
    static void stop() {
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        node.close();
    }

    /** A folder with the type of role guides, changed. */
    private static String types(String name, String keyword) throws IOException {
        String type = Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                .replaceFirst("\"x-approvals\"\\s*:\\s*1", keyword);
        var changed = Files.createDirectories(folder.resolve(name));
        Files.writeString(changed.resolve("role-guide.schema.json"), type);
        return changed.toUri() + "/";
    }

    private static Http.Answer invite(Node node, String by, Ref guide, String name, Object... more) {
        var wanted = new HashMap<String, Object>(
                Map.of("name", name, "title", "Economist", "email", name.replaceAll("\\s+", ".") + "@example.org"));
        for (int i = 0; i < more.length; i += 2) wanted.put((String) more[i], more[i + 1]);
        return node.as(by).post(guide.path() + "/invitations", wanted);
    }

    private static String link(Http.Answer invited) {
        assertThat(invited.status()).as("%s", invited).isEqualTo(201);
        return invited.json().get("url").asString();
    }

    private static Http.Answer decide(Node node, String link, String task, String outcome) {
        return Visitor.stranger(node)
                .post(link, link + "/decision", "task", task, "outcome", outcome, "message", "So.");
    }

    private static String task(Node node, String link) {
        var page = Visitor.stranger(node).get(link);
        assertThat(page.status()).isEqualTo(200);
        var task = TASK.matcher(page.body());
        assertThat(task.find()).as(page.body()).isTrue();
        return task.group(1);
    }

    private static String state(Ref guide) {
        return node.guides().state(guide).get("edition").get("state").asString();
    }

    @Test
    void anExpertReadsCommentsAndApproves() {
        var guide = node.guides().submitted();
        var other = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Ada Lovelace"));
        var visitor = Visitor.stranger(node);

        var page = visitor.get(link);
        assertThat(page.body())
                .contains("Ada Lovelace, Economist", "The reviewer", "The heart of the job")
                .doesNotContain(other.slug(), "/studio/guides");
        assertThat(page.header("Cache-Control")).contains("no-store");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
        visitor.post(link, link + "/comments", "pointer", "/summary", "body", "Which year?", "once", "k1");
        visitor.post(link, link + "/comments", "pointer", "/summary", "body", "Which year?", "once", "k1");
        var comments = node.as("editor")
                .get(guide.path() + "/comments")
                .ok()
                .get("items")
                .values();
        assertThat(comments).hasSize(1);
        assertThat(Visitor.signedIn(node, "editor")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains("Ada Lovelace", "Which year?");

        await().untilAsserted(() ->
                assertThat(node.as("editor").get("/notifications").body()).contains(guide.id()));
        assertThat(Visitor.signedIn(node, "editor").get("/studio/notifications").body())
                .contains(
                        "<bdi>Ada Lovelace</bdi>, <bdi>Economist</bdi> <span class=\"chip is-plain\">invited expert</span>")
                .contains("English (United States)")
                .doesNotContain("expert:");
        var told = node.as("editor").get("/notifications?limit=100").ok().get("items").values().stream()
                .filter(it -> it.at("/guide/id").asString("").equals(guide.id()))
                .toList();
        assertThat(told)
                .filteredOn(it -> it.at("/by/expert").asBoolean())
                .extracting(
                        it -> it.at("/by/name").asString(),
                        it -> it.at("/by/title").asString())
                .contains(tuple("Ada Lovelace", "Economist"));

        String task = task(node, link);
        assertThat(decide(node, link, task, "approve").status()).isEqualTo(302);
        // the answer was lost, and the browser sends the form again
        assertThat(decide(node, link, task, "approve").status()).isEqualTo(302);
        assertThat(Visitor.stranger(node).get(link).body()).contains("You decided");
        assertThat(state(guide)).isEqualTo("in-review");

        // the inviter and the expert count as one
        var mine = node.guides().decide("reviewer", node.guides().task("reviewer", guide), "approve");
        assertThat(mine.problem()).isEqualTo("already-approved");
        node.guides()
                .decide("second-reviewer", node.guides().task("second-reviewer", guide), "approve")
                .ok();

        assertThat(state(guide)).isEqualTo("published");
        var reviewers = node.guides().read(guide).ok().at("/review/reviewedBy");
        assertThat(reviewers.get(0).get("name").asString()).isEqualTo("Ada Lovelace");
        assertThat(reviewers.get(0).get("title").asString()).isEqualTo("Economist");
        assertThat(reviewers.get(0).get("external").asBoolean()).isTrue();
        assertThat(reviewers.get(1).has("external")).isFalse();
        var log = node.as("editor").get(guide.path() + "/log").ok().get("items").values();
        assertThat(log)
                .filteredOn(entry -> entry.get("kind").asString().equals("approved"))
                .extracting(entry -> entry.at("/by/invitedBy").asString("-"))
                .containsExactly("reviewer", "-");
        assertThat(Visitor.signedIn(node, "editor")
                        .get("/studio/guides/" + guide.id() + "/history")
                        .body())
                .contains("Ada Lovelace (invited by \u2068The reviewer\u2069)");
        assertThat(node.bean(LedgerReader.class).verified()).isPositive();
    }

    @Test
    void twoInvitationsOfOneExpertCountOnce() {
        var guide = node.guides().submitted();
        String first = link(invite(node, "reviewer", guide, "Grace Hopper"));
        String second = link(invite(node, "second-reviewer", guide, "Grace Hopper"));

        assertThat(decide(node, first, task(node, first), "approve").status()).isEqualTo(302);
        var again = decide(node, second, task(node, second), "approve");

        assertThat(again.status()).isEqualTo(403);
        assertThat(again.body()).contains("have approved this revision");
        assertThat(state(guide)).isEqualTo("in-review");
    }

    @Test
    void whoeverContributedInvitesNobody() {
        var guide = node.guides().submitted();

        assertThat(invite(node, "editor", guide, "Alan Turing").problem()).isEqualTo("contributor");
        assertThat(invite(node, "publisher", guide, "Alan Turing").status()).isEqualTo(403);
        node.guides().edit("both", guide, "By both.").ok();
        node.as("both").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(invite(node, "both", guide, "Alan Turing").problem()).isEqualTo("contributor");
    }

    /** An editor who did not contribute may invite, but lends no more than the own role. */
    @Test
    void anEditorLendsNoApproval() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "second-editor", guide, "Emmy Noether"));

        assertThat(Visitor.stranger(node).get(link).body()).doesNotContain("name=\"outcome\"");
        String task = node.guides().task("reviewer", guide).get("id").asString();
        assertThat(decide(node, link, task, "approve").status()).isEqualTo(409);
        assertThat(state(guide)).isEqualTo("in-review");
    }

    @Test
    void anInvitationIsBoundToItsRevision() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Katherine Johnson"));
        String old = task(node, link);
        node.guides().edit("editor", guide, "Words that the expert never sees.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        var page = Visitor.stranger(node).get(link);
        assertThat(page.body())
                .contains("not under review any more")
                .doesNotContain("Words that the expert never sees", "name=\"outcome\"");
        String current = node.guides().task("reviewer", guide).get("id").asString();
        for (String task : List.of(old, current, "nothing"))
            assertThat(decide(node, link, task, "approve").status()).as(task).isEqualTo(409);
        assertThat(state(guide)).isEqualTo("in-review");
    }

    @Test
    void anExpertAsksForChanges() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Ida Rhodes"));

        assertThat(decide(node, link, task(node, link), "request-changes").status())
                .isEqualTo(302);

        assertThat(state(guide)).isEqualTo("draft");
    }

    @Test
    void aLinkEndsWhenItIsRevokedOrExpiresOrItsInviterMayNotReviewAnyMore() {
        var guide = node.guides().submitted();
        var revoked = invite(node, "reviewer", guide, "Mary One");
        String expired = link(invite(node, "reviewer", guide, "Mary Two", "expiresIn", "PT1H"));
        String demoted = link(invite(node, "both", guide, "Mary Three"));
        String preview = node.as("reviewer")
                .post(guide.path() + "/previews", Map.of("revision", 1))
                .ok()
                .get("url")
                .asString();
        assertThat(node.as("reviewer").get(guide.path() + "/invitations").ok().get("items"))
                .hasSize(3);

        node.as("second-reviewer")
                .delete(guide.path() + "/invitations/"
                        + revoked.json().get("id").asString())
                .ok();
        node.clock().forward(Duration.ofHours(2));
        node.as("admin")
                .patch("/accounts/both", Map.of("roles", List.of("PUBLISHER")))
                .ok();
        node.as("admin")
                .patch("/accounts/both", Map.of("roles", List.of("EDITOR", "REVIEWER")))
                .ok();

        String forged = expired.substring(0, expired.lastIndexOf('.') + 3) + "AAAA";
        for (String link : List.of(
                link(revoked),
                expired,
                demoted,
                forged,
                "/invited/" + preview.substring(preview.lastIndexOf('/') + 1),
                "/invited/x")) {
            var answer = Visitor.stranger(node).get(link);
            assertThat(answer.status()).as(link).isEqualTo(404);
            assertThat(answer.body()).doesNotContain("The heart of the job");
        }
    }

    /** Whoever has an account decides with it, also if they got hold of a link. */
    @Test
    void somebodyWhoIsSignedInDecidesNothingByALink() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Hedy Lamarr"));
        String task = task(node, link);

        var answer = Visitor.signedIn(node, "editor")
                .post(link, link + "/decision", "task", task, "outcome", "approve", "message", "Mine.");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(Visitor.signedIn(node, "editor").get(link).body())
                .contains("This browser is signed in")
                .doesNotContain("name=\"outcome\"");
        assertThat(withoutCookie(Visitor.signedIn(node, "editor"), link, task).status())
                .as("without the token of the form")
                .isEqualTo(403);
        assertThat(node.as("editor").get(guide.path() + "/log").body()).doesNotContain("\"approved\"");
    }

    private static Http.Answer withoutCookie(Visitor visitor, String link, String task) {
        return visitor.send(
                "POST",
                link + "/decision",
                Visitor.form("task", task, "outcome", "approve"),
                "Content-Type",
                "application/x-www-form-urlencoded");
    }

    /** An expert may have closed the browser, or refuse cookies: the secret of the link is enough. */
    @Test
    void anExpertNeedsNoCookie() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Radia Perlman"));

        assertThat(withoutCookie(Visitor.stranger(node), link, task(node, link)).status())
                .isEqualTo(302);

        assertThat(node.as("editor").get(guide.path() + "/log").body()).contains("\"approved\"");
        for (String address : List.of(link + "/", link + "/comments", link + "/decision"))
            assertThat(Visitor.stranger(node).get(address).header("Location"))
                    .as(address)
                    .endsWith(link);
    }

    @Test
    void theStudioShowsALinkOnce() {
        var guide = node.guides().submitted();
        String page = "/studio/guides/" + guide.id() + "/review";
        var reviewer = Visitor.signedIn(node, "reviewer");

        reviewer.post(
                page,
                "/studio/guides/" + guide.id() + "/invitations",
                "revision",
                "1",
                "name",
                "Good Guest",
                "email",
                "good@example.org");

        var shown = reviewer.get(page).body();
        var link = Pattern.compile("/invited/[\\w.-]+").matcher(shown);
        assertThat(link.find()).as(shown).isTrue();
        assertThat(Visitor.stranger(node).get(link.group()).body()).contains("Good Guest");
        assertThat(reviewer.get(page).body()).doesNotContain("/invited/").contains("Good Guest");
    }

    @Test
    void aMemberOfTheTeamIsNoExpert() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Sophie Wilson"));
        node.as("admin")
                .patch("/accounts/editor", Map.of("email", "Eddi@example.org"))
                .ok();

        var answer = invite(node, "reviewer", guide, "Edi Contributor", "email", "eddi@EXAMPLE.org");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/email");
        node.as("admin")
                .patch("/accounts/editor", Map.of("email", "Sophie.Wilson@example.org"))
                .ok();
        assertThat(Visitor.stranger(node).get(link).status()).isEqualTo(404);
    }

    @Test
    void aSecondDecisionIsRefusedWithItsWords() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Barbara Liskov"));
        String task = task(node, link);
        var visitor = Visitor.stranger(node);
        visitor.post(link, link + "/decision", "task", task, "outcome", "request-changes", "message", "Pay is low.");

        var second = visitor.post(
                link, link + "/decision", "task", task, "outcome", "request-changes", "message", "Skills are thin.");
        var same = visitor.post(
                link, link + "/decision", "task", task, "outcome", "request-changes", "message", "Pay is low.");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.body()).contains("Skills are thin.", "decided on this revision already");
        assertThat(same.status()).isEqualTo(302);
    }

    @Test
    void anExpertIsOfferedOnlyWhatTheyMayDecide() {
        var guide = node.guides().submitted();
        String mine = link(invite(node, "reviewer", guide, "Margaret Hamilton"));
        String theirs = link(invite(node, "second-editor", guide, "Joan Clarke"));
        assertThat(Visitor.stranger(node).get(theirs).body())
                .contains("may not decide on this revision")
                .doesNotContain("not under review any more");

        decide(node, mine, task(node, mine), "approve");

        String second = link(invite(node, "reviewer", guide, "Jean Bartik"));
        assertThat(Visitor.stranger(node).get(second).body())
                .contains("have approved this revision", "value=\"request-changes\"")
                .doesNotContain("value=\"approve\"");
    }

    /** Labels tell what a figure is, and a comment shows what the team says to it. */
    @Test
    void anExpertReadsLabelsAndAnswers() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Frances Allen"));
        var visitor = Visitor.stranger(node);
        assertThat(visitor.get(link).body()).contains(">Compensation</h2>", "Currency");
        visitor.post(link, link + "/comments", "pointer", "/summary", "body", "Which year?", "once", "k9");
        var comment = node.as("editor")
                .get(guide.path() + "/comments")
                .ok()
                .at("/items/0/id")
                .asString();

        node.as("editor")
                .post(
                        guide.path() + "/comments",
                        Map.of("revision", 1, "pointer", "/summary", "body", "Last year.", "parent", comment))
                .ok();

        assertThat(visitor.get(link).body()).contains("Last year.", "answered");
    }

    /** A link may come into wrong hands while whoever made it is away. */
    @Test
    void anAdministratorRevokesALink() {
        var guide = node.guides().submitted();
        var invited = invite(node, "reviewer", guide, "Karen Jones");
        String id = invited.json().get("id").asString();
        assertThat(Visitor.signedIn(node, "admin")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains("Karen Jones");

        node.as("admin").delete(guide.path() + "/invitations/" + id).ok();

        assertThat(Visitor.stranger(node).get(link(invited)).status()).isEqualTo(404);
        assertThat(node.as("admin").get(guide.path() + "/invitations").ok().get("items"))
                .isEmpty();
    }

    @Test
    void addressesOfExpertsAreShownToThoseOfTheGuideOnly() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "of-german",
                                "displayName",
                                "The German reviewer",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("REVIEWER"),
                                "grants",
                                List.of(Map.of("role", "REVIEWER", "locales", List.of("de")))))
                .ok();
        var guide = node.guides().submitted();
        invite(node, "reviewer", guide, "Shirley Jackson").ok();

        var answer = node.as("of-german").get(guide.path() + "/invitations");
        assertThat(answer.status()).as("%s", answer).isEqualTo(403);
        assertThat(Visitor.signedIn(node, "of-german")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains("Machine Learning Engineer")
                .doesNotContain("Shirley Jackson");
        for (String who : List.of("second-editor", "reviewer", "admin"))
            assertThat(node.as(who).get(guide.path() + "/invitations").body()).contains("Shirley");
    }

    @ParameterizedTest
    @CsvSource({
        "name, '', /name",
        "name, Imprimatur, /name",
        "name, 'Ada\u202EB', /name",
        "title, 'a\u202Eb', /title",
        "email, nobody, /email",
        "email, 'a@b@c', /email",
        "email, 'a b@example.org', /email",
        "email, '<a@example.org>', /email",
        "expiresIn, PT0S, /expiresIn",
        "expiresIn, P90D, /expiresIn",
        "expiresIn, soon, /expiresIn",
    })
    void aWrongInvitationIsRefused(String field, String value, String pointer) {
        var guide = node.guides().submitted();

        var answer = invite(node, "reviewer", guide, "Somebody", field, value);

        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(node.as("reviewer").get(guide.path() + "/invitations").ok().get("items"))
                .isEmpty();
    }

    @Test
    void anExpertHasANameInAnyScriptAndWritesNoNoncharacters() {
        var guide = node.guides().submitted();
        String link =
                link(invite(node, "reviewer", guide, "\u0639\u0627\u0644\u0645\u0629", "email", "ilm@example.org"));
        var visitor = Visitor.stranger(node);

        assertThat(visitor.get(link).body()).contains("\u0639\u0627\u0644\u0645\u0629, Economist");
        var bad = visitor.post(link, link + "/comments", "pointer", "", "body", "a\uFFFEb", "once", "k");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.body()).contains("is not a character");
        assertThat(visitor.post(link, link + "/comments", "pointer", "/nowhere", "body", "x", "once", "k")
                        .status())
                .isEqualTo(400);
        assertThat(node.as("editor").get(guide.path() + "/comments").ok().get("items"))
                .isEmpty();
    }

    /** Whoever writes into the store cannot give an expert's approval to somebody else. */
    @Test
    void anApprovalWhoseInviterWasChangedInTheStoreCountsForNothing() {
        var guide = node.guides().submitted();
        String link = link(invite(node, "reviewer", guide, "Lise Meitner"));
        decide(node, link, task(node, link), "approve");
        var log = node.bean(MongoDatabase.class).getCollection("edition_log");
        var approval = Filters.and(Filters.regex("_id", "^" + guide.id()), Filters.eq("entry.kind", "APPROVED"));
        var stored = Objects.requireNonNull(log.find(approval).first());
        log.updateOne(approval, Updates.set("entry.by.invitedBy", "second-reviewer"));

        try {
            var second = node.guides().decide("reviewer", node.guides().task("reviewer", guide), "approve");
            assertThat(second.status()).as("%s", second).isIn(403, 409, 503);
            assertThat(node.guides().read(guide).status()).isEqualTo(404);
        } finally {
            log.replaceOne(approval, stored);
        }
    }

    @Test
    void aNameThatAColleagueBearsIsRefused() {
        var guide = node.guides().submitted();

        assertThat(invite(node, "reviewer", guide, "The  EDITOR").problem()).isEqualTo("name-taken");
        invite(node, "reviewer", guide, "Maria Mayer").ok();
        assertThat(invite(node, "reviewer", guide, "Maria Mayer", "email", "another@example.org")
                        .problem())
                .isEqualTo("name-taken");
    }

    @Test
    void membersOnlyMeansThatExpertsDoNotApprove() throws IOException {
        try (var strict = Node.start(
                "imprimatur.content-types", types("members", "\"x-approvals\": 1, \"x-members-only\": true"))) {
            var guide = strict.guides().submitted();
            String link = link(invite(strict, "reviewer", guide, "Ada Lovelace"));
            String task = task(strict, link);

            var answer = decide(strict, link, task, "approve");

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).contains("members of the team only");
            assertThat(Visitor.stranger(strict).get(link).body())
                    .contains("Only members of the team approve")
                    .doesNotContain("value=\"approve\"");
            assertThat(strict.guides().read(guide).status()).isEqualTo(404);
            assertThat(decide(strict, link, task, "request-changes").status()).isEqualTo(302);
        }
    }
}
