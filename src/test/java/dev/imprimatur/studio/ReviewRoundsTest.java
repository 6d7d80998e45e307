// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;
import dev.imprimatur.studio.revision.Screenshots;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Several rounds of a review: the requested changes, the replies to them, and the changes since the last round. */
@Tag("long")
class ReviewRoundsTest {
    private final Node node = Node.shared();

    private Answer comment(Ref guide, int revision, String pointer, String quote, String body) {
        var comment = new HashMap<String, Object>(Map.of("revision", revision, "pointer", pointer, "body", body));
        if (quote != null) comment.put("quote", quote);
        return node.as("reviewer").post(guide.path() + "/comments", comment);
    }

    private void replaceDraft(Ref guide, ObjectNode content) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .put(guide.path() + "/draft", content, "If-Match", etag)
                .ok();
    }

    private void submit(Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
    }

    private void sendBack(String who, Ref guide) {
        node.guides()
                .decide(who, node.guides().task(who, guide), "request-changes")
                .ok();
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing, , /pointer",
        "/duties/items/99, , /pointer",
        "/summary/0, , /pointer",
        "summary, , /pointer",
        "/summary, words that nobody wrote, /quote",
        "/compensation/bands, words that nobody wrote, /quote",
    })
    void aCommentOnWhatIsNotThereIsRefusedWithTheInputAtFault(String pointer, String quote, String fault) {
        var refused = comment(node.guides().submitted(), 1, pointer, quote, "?");

        assertThat(refused.status()).as(refused.toString()).isEqualTo(400);
        assertThat(refused.json().at("/errors/0/pointer").asString()).isEqualTo(fault);
    }

    @Test
    void aQuoteIsPutAtTheTextThatHoldsItAndCutsNoCharacter() {
        var guide = node.guides().drafted();
        var content = Guides.content();
        content.put("summary", "Learn हिन्दी in a cafq\u0301 🇩🇪🇫🇷.");
        replaceDraft(guide, content);
        submit(guide);

        var said = comment(guide, 1, "", "cafq", "?").ok();
        assertThat(said.get("pointer").asString()).isEqualTo("/summary");
        assertThat(said.get("quote").asString()).isEqualTo("cafq\u0301");
        assertThat(comment(guide, 1, "/summary", "🇪🇫", "?").ok().get("quote").asString())
                .isEqualTo("🇩🇪🇫🇷");
    }

    @Test
    void anAnswerBelongsToItsThreadWhateverTheRevisionHasByNow() {
        var guide = node.guides().submitted();
        var first = comment(guide, 1, "/hiring", null, "Is this so?").ok();
        var content = Guides.content();
        content.remove("hiring");
        replaceDraft(guide, content);
        submit(guide);

        var answer = Map.of(
                "revision", 2, "pointer", "/hiring", "parent", first.get("id").asString(), "body", "No.");
        var second = node.as("editor").post(guide.path() + "/comments", answer).ok();
        var third = node.as("reviewer")
                .post(
                        guide.path() + "/comments",
                        Map.of(
                                "revision",
                                2,
                                "pointer",
                                "",
                                "parent",
                                second.get("id").asString(),
                                "body",
                                "Good."))
                .ok();

        assertThat(second.get("parent")).isEqualTo(first.get("id"));
        assertThat(third.get("parent")).isEqualTo(first.get("id"));
    }

    @Test
    void theSameDecisionWithOtherWordsIsNoRepetition() {
        var guide = node.guides().submitted();
        var task = node.guides().task("reviewer", guide);
        var decision = new HashMap<String, Object>(Map.of(
                "outcome",
                "request-changes",
                "revision",
                task.get("revision").asInt(),
                "contentHash",
                task.get("contentHash").asString(),
                "message",
                "Mend the summary."));
        String path = "/tasks/" + task.get("id").asString() + "/complete";
        node.as("reviewer").post(path, decision).ok();

        assertThat(node.as("reviewer").post(path, decision).status()).isEqualTo(200);
        decision.put("message", "And the title.");
        assertThat(node.as("reviewer").post(path, decision).problem()).isEqualTo("already-decided");
        decision.put("message", "x".repeat(5_001));
        assertThat(node.as("reviewer")
                        .post(path, decision)
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/message");
    }

    /** An item of a list in the form. */
    private static Locator row(Page page, String list, int place) {
        return page.locator("[data-list='" + list + "'] .item").nth(place);
    }

    @Test
    void theEditorSeesWhyAndWhatWasSaidBesideTheFieldsAndAnswersThere() {
        var guide = node.guides().submitted();
        comment(guide, 1, "/summary", null, "Say what it is.").ok();
        comment(guide, 1, "/compensation/bands/1/low", null, "Is this figure right?")
                .ok();
        comment(guide, 1, "/duties/items/1", null, "And this duty?").ok();
        comment(guide, 1, "", null, "Well written.").ok();
        comment(guide, 1, "/hiring", null, "Do they hire?").ok();
        sendBack("reviewer", guide);
        var content = Guides.content();
        content.remove("hiring");
        replaceDraft(guide, content);

        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit");

            assertThat(page.locator(".asked")).containsText("The reviewer");
            assertThat(page.locator(".asked blockquote")).hasText("because");
            assertThat(page.locator(".asked")).containsText("5 open comments");
            assertThat(page.locator("[data-field='/summary'] > .notes")).containsText("Say what it is.");
            assertThat(row(page, "/compensation/bands", 1).locator("[data-field$='/low'] > .notes"))
                    .containsText("Is this figure right?");
            assertThat(row(page, "/duties/items", 1).locator(".notes")).containsText("And this duty?");
            assertThat(page.locator("section.notes").first()).containsText("Well written.");
            assertThat(page.locator("[data-field='/hiring'] > .notes, section.notes")
                            .filter(new Locator.FilterOptions().setHasText("Do they hire?")))
                    .containsText("no longer there");
            assertThat(page.locator("form form")).hasCount(0);
            Browser.assertAccessible(page);
            Screenshots.take(page, "edit-notes");

            page.locator("[name='/byline']").fill("Half an edit");
            var thread = page.locator("[data-field='/summary'] .thread");
            thread.getByText("Reply").first().click();
            thread.locator("[name=body]").fill("It does now.");
            thread.locator(".reply button").click();
            assertThat(thread.locator(".said").last()).containsText("It does now.");
            thread.getByText("Resolve").click();
            assertThat(page.locator("[data-field='/summary'] .thread.is-resolved"))
                    .isVisible();
            assertThat(page.locator("[name='/byline']")).hasValue("Half an edit");
            assertThat(page).hasURL(Pattern.compile(".*/edit"));

            page.reload();
            assertThat(page.locator("[data-field='/summary'] > .notes")).hasCount(0);
            browser.assertNoComplaints();
        }
    }

    @Test
    void withoutScriptsAnAnswerFromTheFormOpensInAnotherTabAndCostsNoEdit() {
        var guide = node.guides().submitted();
        comment(guide, 1, "/summary", null, "Say what it is.").ok();
        sendBack("reviewer", guide);
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            page.locator("[name='/byline']").fill("Half an edit");
            var thread = page.locator("[data-field='/summary'] .thread");
            thread.getByText("Reply").first().click();
            thread.locator("[name=body]").fill("It does now.");

            var other = page.waitForPopup(() -> thread.locator(".reply button").click());

            assertThat(other.locator(".thread .said").last()).containsText("It does now.");
            assertThat(page.locator("[name='/byline']")).hasValue("Half an edit");
        }
    }

    @Test
    void commentsOnTheWholeAndOnWhatIsGoneAreNeverHidden() {
        var guide = node.guides().submitted();
        comment(guide, 1, "", null, "Well written.").ok();
        comment(guide, 1, "/hiring", null, "Do they hire?").ok();
        comment(guide, 1, "/duties/items/0", null, "About the first duty.").ok();
        String duty = Guides.content().at("/duties/items/0").asString();
        String hiring = Guides.content().at("/hiring/heading").asString();
        sendBack("reviewer", guide);
        var content = Guides.content();
        content.remove("hiring");
        var duties = (ArrayNode) content.at("/duties/items");
        duties.removeAll();
        duties.add("Nothing of what it was");
        replaceDraft(guide, content);
        submit(guide);

        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("second-reviewer");
            page.navigate("/studio/guides/" + guide.id() + "/review?against=nothing");

            assertThat(page.locator("#whole")).containsText("Well written.");
            assertThat(page.locator("#lost")).containsText("Do they hire?");
            assertThat(page.locator("#lost")).containsText("no longer there");
            assertThat(page.locator("#lost blockquote")).containsText(hiring);
            assertThat(page.locator("[data-pointer='/duties'] .thread")).containsText("About the first duty.");
            page.locator("#whole summary").last().click();
            page.locator("#whole .new-comment [name=body]").fill("I agree.");
            page.locator("#whole .new-comment form > button").click();
            assertThat(page.locator("#whole .thread")).hasCount(2);
            assertThat(duty).isNotEmpty();
            Browser.assertAccessible(page);
            browser.assertNoComplaints();
        }
    }

    @Test
    void aSecondRoundShowsWhatChangedSinceTheReviewerDecided() {
        var guide = node.guides().submitted();
        sendBack("reviewer", guide);
        node.guides().edit("editor", guide, "A summary for the second round.").ok();
        submit(guide);
        String path = "/studio/guides/" + guide.id() + "/review";

        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer");
            page.navigate(path);
            assertThat(page.locator(".head")).containsText("revision 2 against revision 1, which you decided on last");
            assertThat(page.locator("#sheet > .sheet .sheet-row")).hasCount(1);
            assertThat(page.locator("#sheet > .sheet .sheet-row")).hasAttribute("data-pointer", "/summary");
            Screenshots.take(page, "second-round");

            page.locator("#against").selectOption("nothing");
            page.getByText("Compare", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(page.locator(".head")).containsText("revision 2, compared with nothing");
            assertThat(page.locator("#sheet > .sheet .sheet-row").nth(3)).isVisible();
            page.getByText("Changes", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(page.locator(".head")).containsText("compared with nothing");

            assertThat(page.navigate(path + "?against=2").status()).isEqualTo(400);
            assertThat(page.navigate(path + "?against=%2F").status()).isEqualTo(400);
            assertThat(page.navigate(path + "?against=77").status()).isEqualTo(404);

            var other = browser.signedIn("second-reviewer");
            other.navigate(path);
            assertThat(other.locator(".head")).containsText("revision 2, compared with nothing");
            node.guides()
                    .edit("editor", guide, "A summary for the third round.")
                    .ok();
            submit(guide);
            other.navigate(path);
            assertThat(other.locator(".head")).containsText("revision 3 against revision 2, which you looked at last");
        }
    }

    @Test
    void whatIsLiveIsTheChoiceOfWhoeverHasNotLookedYetAndIsOfferedToTheRest() {
        var guide = node.guides().nextEditionSubmitted(node.guides().published(), "A second edition.");
        sendBack("reviewer", guide);
        node.guides().edit("editor", guide, "A second edition, mended.").ok();
        submit(guide);
        try (var browser = Browser.open(node)) {
            var first = browser.signedIn("second-reviewer");
            first.navigate("/studio/guides/" + guide.id() + "/review");
            assertThat(first.locator(".head")).containsText("revision 3 against revision 1 of the current edition");

            var page = browser.signedIn("reviewer");
            page.navigate("/studio/guides/" + guide.id() + "/review");
            assertThat(page.locator(".head")).containsText("revision 3 against revision 2, which you decided on last");
            page.locator("#against").selectOption(new SelectOption().setValue("1"));
            page.getByText("Compare", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(page.locator(".head")).containsText("revision 3 against revision 1 of the current edition");
        }
    }

    @Test
    void aDecisionLeadsToTheNextOneThatThisPersonMayTake() {
        try (var own = Node.start();
                var browser = Browser.open(own)) {
            var mine = own.guides().drafted();
            own.guides().edit("both", mine, "Written by both.").ok();
            own.as("editor").post(mine.path() + "/submit", Map.of()).ok();
            var one = own.guides().submitted();
            var two = own.guides().submitted();
            var page = browser.signedIn("both");
            page.navigate("/studio/guides/" + one.id() + "/review");
            page.locator("#decide button[value=approve]").click();

            assertThat(page.locator(".notice").first()).containsText("is published");
            page.locator(".notice a").click();
            assertThat(page).hasURL(Pattern.compile(".*/guides/" + two.id() + "/review.*"));
            page.locator("#decide button[value=approve]").click();
            assertThat(page.locator(".notice").first()).containsText("is published");
            assertThat(page.locator(".notice a")).hasCount(0);
            assertThat(page).hasURL(Pattern.compile(".*/studio"));
        }
    }
}
