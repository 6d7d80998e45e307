// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An author is warned about Markdown that readers will not see as intended; the warning prevents neither saving nor submitting. */
class UnseenMarkdownTest {
    private final Node node = Node.shared();

    @Test
    void theAnswerToASavedDraftNamesFieldsAndWhy() {
        var guide = node.guides().drafted();
        var editor = node.as("editor");
        var content = Guides.content();
        content.put("introduction", "Some <b>HTML</b>");
        String draft = guide.path() + "/draft";

        var saved = editor.put(draft, content, "If-Match", editor.get(draft).header("ETag"));

        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.json().get("warnings")).singleElement().satisfies(warning -> {
            assertThat(warning.get("pointer").asString()).isEqualTo("/introduction");
            assertThat(warning.get("detail").asString()).startsWith("holds HTML, “<b>” and 1 more");
        });
        assertThat(editor.get(draft).json().get("warnings")).hasSize(1);
        assertThat(editor.post(guide.path() + "/submit", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void theFormTellsItBesideTheFieldWithAndWithoutScripts() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            var field = page.locator("[data-field='/introduction']");
            var warning = field.locator(":scope > .warning");
            assertThat(warning).isHidden();

            MarkdownField.on(page, "/introduction").fill("Some <b>HTML</b> and a [link](javascript:x)");

            assertThat(warning).containsText("holds HTML, “<b>”");
            assertThat(warning).containsText("links to “javascript:x”");
            assertThat(field.locator(":scope > .fault")).isHidden();
            assertThat(page.locator(".save-state")).containsText("Saved");
            Browser.assertAccessible(page);

            var plain = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            plain.navigate("/studio/guides/" + guide.id() + "/edit");
            assertThat(plain.locator("[data-field='/introduction'] > .warning")).containsText("holds HTML, “<b>”");

            MarkdownField.on(page, "/introduction").fill("Some text");

            assertThat(warning).isHidden();
            browser.assertNoComplaints();
        }
    }
}
