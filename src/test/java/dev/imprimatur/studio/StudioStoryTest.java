// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The life of a guide in the studio, with several people at the same time. */
class StudioStoryTest {
    @Test
    void aGuideIsWrittenCollidedOnReviewedPublishedAndConfirmed() {
        try (var node = Node.start();
                var browser = Browser.open(node)) {
            var editor = browser.signedIn("editor");
            var second = browser.signedIn("second-editor");
            var reviewer = browser.signedIn("reviewer");

            String id = draftByTyping(editor);
            causeConflict(editor, second, id);
            commentAndRequestChanges(editor, reviewer, id);
            answerAndResubmit(editor, id);
            approve(reviewer, id);

            var read = node.site().get("/role-guide/machine-learning-engineer").ok();
            assertThat(read.at("/content/summary").asString()).isEqualTo("What we both mean.");
            assertThat(read.at("/content/compensation/bands"))
                    .isEqualTo(Guides.content().at("/compensation/bands"));
            assertThat(read.at("/review/reviewedBy/0/name").asString()).isEqualTo("The reviewer");

            node.clock().forward(Duration.ofDays(175));
            // the session has timed out meanwhile
            Browser.signInElsewhere(reviewer, "reviewer");
            node.clock().forward(Duration.ofMinutes(16));
            confirm(reviewer, id);
            var again = node.site().get("/role-guide/machine-learning-engineer").ok();
            assertThat(again.at("/review/lastReviewed").asString())
                    .isGreaterThan(read.at("/review/lastReviewed").asString());
            browser.assertNoComplaints();
        }
    }

    private static String draftByTyping(Page editor) {
        editor.navigate("/studio/guides/new");
        editor.getByLabel("Type").selectOption("role-guide");
        editor.getByLabel("Title").fill("How to become a machine learning engineer");
        assertThat(editor.getByLabel("Slug, as in")).hasValue("machine-learning-engineer");
        editor.getByText("Begin the draft").click();
        editor.waitForURL(Pattern.compile(".*/edit"));
        var content = Guides.content();
        content.put("title", "How to become a machine learning engineer");
        type(editor, content, "");
        editor.keyboard().press("Control+s");
        awaitSaved(editor);
        assertThat(editor.locator("#missing")).containsText("Complete");
        assertThat(editor.locator("#preview")).containsText("A machine learning engineer designs");
        Browser.picture(editor, "edit");
        return editor.url().replaceAll(".*/guides/([^/]+)/edit.*", "$1");
    }

    /** Fills the form as a person does: field by field, adding each list item before writing it. */
    private static void type(Page editor, JsonNode value, String pointer) {
        if (value.isObject())
            value.properties().forEach(member -> type(editor, member.getValue(), pointer + "/" + member.getKey()));
        else if (value.isArray())
            value.values().forEach(item -> {
                var list = editor.locator("repeat-list[data-list='" + pointer + "']");
                list.locator("> fieldset > .add").click();
                type(editor, item, list.locator("li.item").last().getAttribute("data-item"));
            });
        else {
            var input = editor.locator("[name='" + pointer + "']");
            if (value.isBoolean()) input.setChecked(value.booleanValue());
            else if (editor.locator("select[name='" + pointer + "']").count() > 0) input.selectOption(value.asString());
            else if (editor.locator("md-editor [name='" + pointer + "']").count() > 0)
                MarkdownField.on(editor, pointer).fill(value.asString());
            else input.fill(value.asString());
        }
    }

    private static void awaitSaved(Page page) {
        assertThat(page.locator("#save-state")).containsText(Pattern.compile("^Saved"));
    }

    /** Both people change the summary, and each changes another field, which is saved without a conflict. */
    private static void causeConflict(Page editor, Page second, String id) {
        second.navigate("/studio/guides/" + id + "/edit");
        assertThat(second.locator("#presence")).containsText("\u2068The editor\u2069 also has this open");
        second.locator("[name='/byline']").fill("The second editor");
        second.locator("[name='/summary']").fill("What the second editor means.");
        awaitSaved(second);

        editor.locator("[name^='/tags/']").first().fill("careers");
        editor.locator("[name='/summary']").fill("What the first editor means.");
        var dialog = editor.locator("#conflict");
        assertThat(dialog).isVisible();
        assertThat(dialog).containsText("Two edits do not go together");
        assertThat(dialog).containsText("What the second editor means.");
        Browser.picture(editor, "conflict");
        Browser.assertAccessible(editor);
        dialog.getByText("A third text").first().click();
        dialog.locator("textarea").fill("What we both mean.");
        dialog.getByText("Save what is chosen").click();
        awaitSaved(editor);
        assertThat(editor.locator("[name='/byline']")).hasValue("The second editor");
        assertThat(editor.locator("[name='/summary']")).hasValue("What we both mean.");
        assertThat(editor.locator("[name^='/tags/']").first()).hasValue("careers");
    }

    private static void commentAndRequestChanges(Page editor, Page reviewer, String id) {
        editor.getByLabel("What changed, for the reviewer").fill("The first edition.");
        editor.getByText("Submit revision 1 for review").click();
        assertThat(editor.locator(".notice").first()).containsText("submitted for review");

        reviewer.navigate("/studio");
        assertThat(reviewer.locator(".task")).containsText("The first edition.");
        Browser.picture(reviewer, "home");
        reviewer.getByText("How to become a machine learning engineer").first().click();
        reviewer.waitForURL(Pattern.compile(".*/review.*"));
        reviewer.waitForLoadState();
        var summary = reviewer.locator("[data-pointer='/summary']");
        summary.locator(".row-body .prose, .row-body .value").first().selectText();
        summary.locator(".new-comment summary").click();
        assertThat(summary.locator("[name=quote]")).hasValue("What we both mean.");
        summary.getByLabel("Comment", new Locator.GetByLabelOptions().setExact(true))
                .fill("Say what it is.");
        summary.locator(".new-comment button").click();
        assertThat(reviewer.locator("[data-pointer='/summary'] .thread")).containsText("Say what it is.");
        Browser.picture(reviewer, "review");
        reviewer.locator("#decision-message").fill("See my comment.");
        reviewer.getByText("Request changes", new Page.GetByTextOptions().setExact(true))
                .click();
        assertThat(reviewer.locator(".notice").first()).containsText("is recorded");
    }

    private static void answerAndResubmit(Page editor, String id) {
        editor.navigate("/studio");
        assertThat(editor.locator(".task")).containsText("See my comment.");
        editor.navigate("/studio/guides/" + id + "/review");
        var thread = editor.locator("[data-pointer='/summary'] .thread");
        thread.getByText("Reply").first().click();
        thread.locator("[name=body]").fill("It is what we both mean.");
        thread.locator("details button").click();
        assertThat(editor.locator(".thread .said").last()).containsText("It is what we both mean.");
        editor.locator(".thread").getByText("Resolve").click();
        assertThat(editor.locator(".thread.is-resolved")).isVisible();

        editor.navigate("/studio/guides/" + id + "/edit");
        editor.locator("[name='/byline']").fill("Both editors");
        awaitSaved(editor);
        editor.getByText("Submit revision 2 for review").click();
        assertThat(editor.locator(".notice").first()).containsText("submitted for review");
        assertThat(editor.locator("#decide button[value=approve]")).hasCount(0);
    }

    private static void approve(Page reviewer, String id) {
        reviewer.navigate("/studio/guides/" + id + "/review");
        assertThat(reviewer.locator(".thread.is-resolved blockquote")).containsText("What we both mean.");
        reviewer.locator("button[value=approve]").click();
        assertThat(reviewer.locator(".notice").first()).containsText("is published: revision 2");
        reviewer.navigate("/studio/guides/" + id + "/history");
        assertThat(reviewer.locator("main")).containsText("hash, place and signature are right");
        Browser.picture(reviewer, "history");
    }

    private static void confirm(Page reviewer, String id) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            reviewer.navigate("/studio");
            return reviewer.locator(".task").count() == 1;
        });
        reviewer.locator(".task a").click();
        assertThat(reviewer.locator("#decide")).containsText("Review current edition");
        // the page as if it had been opened before the proof expired
        reviewer.evaluate("document.querySelector('[data-proof]').remove()");
        reviewer.locator("#decision-message").fill("Every figure checked.");
        reviewer.locator("button[value=confirm]").click();
        assertThat(reviewer.getByLabel("Your password")).isFocused();
        assertThat(reviewer.locator("#decision-message")).hasValue("Every figure checked.");
        reviewer.getByLabel("Your password").fill(Node.PASSWORD);
        reviewer.locator("button[value=confirm]").click();
        assertThat(reviewer.locator(".notice").first()).isVisible();
    }
}
