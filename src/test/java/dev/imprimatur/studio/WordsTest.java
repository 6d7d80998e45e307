// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A reviewer's text is never lost, whatever happens to the form, the session, the server or the network. */
@Tag("long")
class WordsTest {
    private final Node node = Node.shared();

    private static Page reviewing(Browser browser, String who, Ref guide) {
        var page = browser.signedIn(who);
        page.navigate("/studio/guides/" + guide.id() + "/review");
        return page;
    }

    private static Locator comment(Page page, String field) {
        var margin = page.locator(".sheet-row[data-pointer='" + field + "'] .new-comment");
        if (margin.getAttribute("open") == null) margin.locator("summary").click();
        return margin;
    }

    private static Locator body(Locator form) {
        return form.locator("[name=body]");
    }

    private static void post(Locator form) {
        form.locator("form > button").click();
    }

    private static Locator threads(Page page, String field) {
        return page.locator(".sheet-row[data-pointer='" + field + "'] .thread");
    }

    private List<JsonNode> comments(Ref guide) {
        return List.copyOf(node.as("editor")
                .get(guide.path() + "/comments")
                .ok()
                .get("items")
                .values());
    }

    @Test
    void postingOneCommentLeavesEveryOtherHalfWrittenWordWhereItIs() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var first = comment(page, "/summary");
            body(first).fill("The first.");
            post(first);
            assertThat(threads(page, "/summary")).hasCount(1);
            threads(page, "/summary").getByText("Reply").first().click();
            threads(page, "/summary").locator("[name=body]").fill("Half a reply");
            body(comment(page, "/title")).fill("Half a comment");
            body(page.locator("#whole .new-comment")).evaluate("it => it.closest('details').open = true");
            body(page.locator("#whole .new-comment")).fill("Half of the whole");
            page.locator("#decision-message").fill("Half a reason");

            var second = comment(page, "/summary");
            body(second).fill("The second.");
            post(second);

            assertThat(threads(page, "/summary")).hasCount(2);
            assertThat(body(second)).hasValue("");
            assertThat(body(comment(page, "/title"))).hasValue("Half a comment");
            assertThat(threads(page, "/summary").first().locator("[name=body]")).hasValue("Half a reply");
            assertThat(body(page.locator("#whole .new-comment"))).hasValue("Half of the whole");
            assertThat(page.locator("#decision-message")).hasValue("Half a reason");

            threads(page, "/summary").last().getByText("Resolve").click();
            assertThat(page.locator(".thread.is-resolved")).hasCount(1);
            assertThat(threads(page, "/summary").first().locator("[name=body]")).hasValue("Half a reply");
            browser.assertNoComplaints();
        }
    }

    @Test
    void halfWrittenWordsAreBackOnReturnUntilTheyAreSentOrDiscarded() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            body(comment(page, "/summary")).fill("Kept <b>comment</b> 🇩🇪");
            page.locator("#decision-message").fill("Kept reason");

            page.reload();

            assertThat(body(comment(page, "/summary"))).hasValue("Kept <b>comment</b> 🇩🇪");
            assertThat(body(comment(page, "/summary"))).isVisible();
            assertThat(page.locator("#decision-message")).hasValue("Kept reason");
            Browser.assertAccessible(page);
            page.locator("#decide").getByText("Discard it").click();
            assertThat(page.locator("#decision-message")).hasValue("");
            post(comment(page, "/summary"));
            assertThat(threads(page, "/summary")).containsText("Kept <b>comment</b> 🇩🇪");

            page.reload();
            assertThat(page.locator("#decision-message")).hasValue("");
            assertThat(body(page.locator(".sheet-row[data-pointer='/summary'] .new-comment")))
                    .hasValue("");
            assertThat(page.evaluate(
                            "Object.keys(localStorage).filter(it => it.startsWith('imprimatur.words.')).length"))
                    .isEqualTo(0);
            browser.assertNoComplaints();
        }
    }

    @Test
    void afterTheSessionEndedTheWordsStayAndASignInInAnotherTabIsEnough() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var form = comment(page, "/summary");
            body(form).fill("Written before the session ended.");
            page.locator("#decision-message").fill("So was this.");
            page.context().clearCookies();

            post(form);
            assertThat(form.locator("[role=alert]")).containsText("You are signed out");
            assertThat(body(form)).hasValue("Written before the session ended.");
            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator("#decide [role=alert]")).containsText("You are signed out");
            assertThat(page.locator("#decision-message")).hasValue("So was this.");
            assertThat(comments(guide)).isEmpty();

            Browser.signInElsewhere(page, "reviewer");
            post(form);
            assertThat(threads(page, "/summary")).containsText("Written before the session ended.");
            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator(".notice").first()).containsText("is recorded");
            assertThat(comments(guide)).hasSize(1);
        }
    }

    @Test
    void wordsAreNeitherSentNorShownUnderAnotherAccount() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var form = comment(page, "/summary");
            body(form).fill("The reviewer wrote this.");
            page.context().clearCookies();
            Browser.signInElsewhere(page, "second-reviewer");

            post(form);
            assertThat(form.locator("[role=alert]")).containsText("The second-reviewer");
            assertThat(form.locator("[role=alert]")).not().containsText("come along");
            assertThat(body(form)).hasValue("The reviewer wrote this.");
            assertThat(comments(guide)).isEmpty();

            page.navigate("/studio/guides/" + guide.id() + "/review");
            assertThat(page.locator("meta[name=account]")).hasAttribute("content", "second-reviewer");
            assertThat(body(page.locator(".sheet-row[data-pointer='/summary'] .new-comment")))
                    .hasValue("");
            assertThat(page.locator("body")).not().containsText("The reviewer wrote this.");

            page.context().clearCookies();
            Browser.signInElsewhere(page, "reviewer");
            page.reload();
            assertThat(body(comment(page, "/summary"))).hasValue("The reviewer wrote this.");
        }
    }

    @Test
    void aPageOfAnotherAccountIsRefusedByTheServerToo() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            int status = (int) page.evaluate("""
                    async action => (await fetch(action, {method: 'POST', headers: {
                      'X-CSRF-TOKEN': document.querySelector('meta[name=csrf]').content, 'Imprimatur-Account': 'second-reviewer'},
                      body: new URLSearchParams({revision: '1', pointer: '', body: 'forged'})})).status
                    """, "/studio/guides/" + guide.id() + "/comments");

            assertThat(status).isEqualTo(409);
            assertThat(comments(guide)).isEmpty();
        }
    }

    @Test
    void whatIsSentTwiceBecauseTheAnswerWasLostIsOneComment() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var lost = new AtomicInteger();
            page.route("**/comments", route -> {
                if (lost.getAndIncrement() > 0) route.resume();
                else {
                    route.fetch();
                    route.abort();
                }
            });
            var form = comment(page, "/summary");
            body(form).fill("Sent twice.");

            post(form);
            assertThat(form.locator("[role=alert]")).containsText("cannot be reached");
            assertThat(body(form)).hasValue("Sent twice.");
            post(form);

            assertThat(threads(page, "/summary")).hasCount(1);
            assertThat(comments(guide)).hasSize(1);
            body(comment(page, "/summary")).fill("Sent twice.");
            post(comment(page, "/summary"));
            assertThat(threads(page, "/summary")).hasCount(2);
        }
    }

    @Test
    void aDecisionWhoseAnswerWasLostIsTakenOnce() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            page.route(
                    "**/decide",
                    route -> {
                        route.fetch();
                        route.abort();
                    },
                    new Page.RouteOptions().setTimes(1));
            page.locator("#decision-message").fill("Because.");

            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator("#decide [role=alert]")).containsText("cannot be reached");
            assertThat(page.locator("#decision-message")).hasValue("Because.");
            page.locator("#decide button[value=request-changes]").click();

            assertThat(page.locator(".notice").first()).containsText("is recorded");
            var log = node.as("editor").get(guide.path() + "/log").ok();
            assertThat(log.get("items").values().stream()
                            .filter(it -> it.path("message").asString("").equals("Because."))
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void withoutANetworkTheWordsWait() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var form = comment(page, "/summary");
            body(form).fill("Written in a tunnel.");
            page.context().setOffline(true);
            post(form);
            assertThat(form.locator("[role=alert]")).containsText("cannot be reached");
            assertThat(body(form)).hasValue("Written in a tunnel.");

            page.context().setOffline(false);
            post(form);
            assertThat(threads(page, "/summary")).containsText("Written in a tunnel.");
        }
    }

    @Test
    void aDecisionOnARevisionThatWasReplacedKeepsItsReasonForTheNext() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            page.locator("#decision-message").fill("The figures are old.");
            node.guides().edit("editor", guide, "Another summary.").ok();
            node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator("#decide [role=alert]")).containsText("not what is under review any more");
            assertThat(page.locator("#decision-message")).hasValue("The figures are old.");
            page.getByText("Open this page anew").click();

            assertThat(page.locator("#decide")).containsText("revision 2");
            assertThat(page.locator("#decision-message")).hasValue("The figures are old.");
            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator(".notice").first()).containsText("is recorded");
        }
    }

    @Test
    void wordsWhoseFormIsGoneAreShownToBeCopied() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            page.locator("#decision-message").fill("Somebody was faster.");
            node.guides()
                    .decide("second-reviewer", node.guides().task("second-reviewer", guide), "request-changes")
                    .ok();
            page.locator("#decide button[value=approve]").click();
            assertThat(page.locator("#decide [role=alert]")).isVisible();

            page.reload();

            assertThat(page.locator("#decide")).hasCount(0);
            assertThat(page.locator(".kept-words textarea")).hasValue("Somebody was faster.");
            Browser.assertAccessible(page);
            page.locator(".kept-words").getByText("Discard it").click();
            page.reload();
            assertThat(page.locator(".kept-words")).hasCount(0);
        }
    }

    @Test
    void whatIsRefusedIsToldAtTheFormWithItsWords() {
        var guide = node.guides().submitted();
        String tooLong = "word ".repeat(1_001);
        try (var browser = Browser.open(node)) {
            var page = reviewing(browser, "reviewer", guide);
            var form = comment(page, "/summary");
            body(form).fill(tooLong);
            assertThat(form.locator("[role=alert]")).containsText("at most 5000");
            post(form);
            assertThat(form.locator("[role=alert]")).containsText("Not sent");
            assertThat(body(form)).hasValue(tooLong);

            body(form).fill("About a passage.");
            form.locator("[name=quote]").fill("no such passage");
            post(form);
            assertThat(form.locator("[role=alert]")).containsText("Passage: This passage is not in the text");
            assertThat(body(form)).hasValue("About a passage.");

            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator("#decide [role=alert]")).containsText("needs a message");
            assertThat(body(form)).hasValue("About a passage.");
            assertThat(comments(guide)).isEmpty();
        }
    }

    @Test
    void withoutScriptsWordsComeBackInAFormAndCanBeSentAfterASignIn() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/review");
            var form = comment(page, "/summary");
            body(form).fill("Written <i>before</i> the session ended.\nIn two lines.");
            page.context().clearCookies();
            post(form);

            assertThat(page.locator("[role=alert]")).containsText("Your session has ended");
            var again = page.getByLabel("Comment");
            assertThat(again).hasValue("Written <i>before</i> the session ended.\nIn two lines.");
            Browser.picture(page, "words-kept");
            Browser.signInElsewhere(page, "reviewer");
            page.getByText("Send again").click();

            assertThat(page.locator(".thread")).containsText("Written <i>before</i> the session ended.");
            assertThat(comments(guide)).hasSize(1);
        }
    }

    @Test
    void withoutScriptsWhatIsRefusedCanBeMendedAndSentAgain() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/review");
            var form = comment(page, "/summary");
            body(form).fill("x".repeat(5_001));
            post(form);
            assertThat(page.locator("[role=alert]")).containsText("at most 5000 characters");
            assertThat(page.getByLabel("Comment")).hasValue("x".repeat(5_001));
            page.getByLabel("Comment").fill("Shorter.");
            page.getByText("Send again").click();
            assertThat(page.locator(".thread")).containsText("Shorter.");

            page.locator("#decide button[value=request-changes]").click();
            assertThat(page.locator("[role=alert]")).containsText("Message: “Request changes” needs a message");
            assertThat(page.locator("[role=alert] li")).hasCount(0);
        }
    }

    @Test
    void withoutScriptsWordsAreNamedAsInTheFormAndADecisionThatIsOverLeadsToWhatIsThereNow() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/review");
            page.locator("#decision-message").fill("The figures are old.");
            node.guides().edit("editor", guide, "Another summary.").ok();
            node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            page.locator("#decide button[value=request-changes]").click();

            assertThat(page.getByLabel("Message")).hasValue("The figures are old.");
            assertThat(page.getByText("Send again")).hasCount(0);
            page.getByText("See what is there to decide now").click();
            assertThat(page.locator("#decide")).containsText("revision 2");

            var editor = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            editor.navigate("/studio/guides/" + guide.id() + "/edit");
            editor.locator("textarea[name='/summary']").fill("Written before the session ended.");
            editor.context().clearCookies();
            editor.getByText("Save draft").click();
            assertThat(editor.getByLabel("Summary").first()).hasValue("Written before the session ended.");
            assertThat(editor.locator(".posted label").filter(new Locator.FilterOptions().setHasText(" › ")))
                    .not()
                    .hasCount(0);
            for (String label : editor.locator(".posted label").allTextContents())
                assertThat(label).matches("(?s)\\p{Lu}.*").doesNotContain("removed");
        }
    }

    @Test
    void aFormOfAnotherSiteIsNotTakenForItsWriter() {
        var guide = node.guides().submitted();
        var reviewer = Visitor.signedIn(node, "reviewer");
        String form = Visitor.form("writer", "reviewer", "revision", "1", "pointer", "", "body", "forged");
        var sent = new LinkedHashMap<Map<String, String>, Integer>();
        sent.put(Map.of(), 403);
        sent.put(Map.of("Sec-Fetch-Site", "cross-site"), 403);
        sent.put(Map.of("Sec-Fetch-Site", "same-site", "Origin", node.url()), 403);
        sent.put(Map.of("Origin", "https://elsewhere.example"), 403);
        sent.put(Map.of("Origin", "null"), 403);
        sent.put(Map.of("Sec-Fetch-Site", "same-origin"), 302);
        sent.forEach((from, status) -> {
            assertThat(comments(guide)).isEmpty();
            var headers = new ArrayList<>(List.of("Content-Type", "application/x-www-form-urlencoded"));
            from.forEach((name, value) -> headers.addAll(List.of(name, value)));
            var answer = reviewer.send(
                    "POST", "/studio/guides/" + guide.id() + "/comments", form, headers.toArray(String[]::new));
            assertThat(answer.status()).as(from.toString()).isEqualTo(status);
        });
        assertThat(comments(guide)).hasSize(1);
    }

    @Test
    void aPageThatIsOlderThanTheSessionAsksForItsToken() {
        assertThat(node.nobody().get("/studio/session").status()).isEqualTo(401);
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer");
            var answer = page.evaluate("fetch('/studio/session').then(it => it.json())");
            assertThat(answer).isInstanceOfSatisfying(Map.class, session -> {
                assertThat(session.get("account")).isEqualTo("reviewer");
                assertThat(session.get("csrf")).isInstanceOfSatisfying(Map.class, csrf -> {
                    assertThat(csrf.get("header")).isEqualTo("X-CSRF-TOKEN");
                    assertThat((String) csrf.get("token")).isNotBlank();
                });
            });
        }
    }
}
