// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reviewer is warned that writing makes them a contributor before they can write; a person who may not write can read. */
class DraftPageTest {
    private final Node node = Node.shared();

    private String contributors(Guides.Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .ok()
                .get("contributors")
                .toString();
    }

    private static String edit(Guides.Ref guide) {
        return "/studio/guides/" + guide.id() + "/edit";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoMayReviewReadsFirstAndWritesOnceTheySaySo(boolean scripts) {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var reviewer = browser.signedIn("reviewer", new NewContextOptions().setJavaScriptEnabled(scripts));
            reviewer.navigate(edit(guide));
            assertThat(reviewer.locator("#edit")).hasCount(0);
            assertThat(reviewer.locator("[role=note]")).containsText("somebody else has to review it");
            assertThat(contributors(guide)).doesNotContain("\"reviewer\"");

            reviewer.locator("text=Edit this draft").click();
            assertThat(reviewer.locator("[role=note]").first()).containsText("If you change this");
            assertThat(contributors(guide)).as("opening changes nothing").doesNotContain("\"reviewer\"");
            reviewer.locator("[name='/summary']").fill("Written by somebody who could have reviewed it.");
            reviewer.locator("button:text('Save draft')").click();

            assertThat(reviewer.locator("#edit")).hasCount(1);
            assertThat(reviewer.locator("[role=note]").first()).containsText("You wrote in this edition");
            assertThat(reviewer.locator("[value=submit]")).hasCount(0);
            browser.assertNoComplaints();
        }
        assertThat(contributors(guide)).contains("\"reviewer\"");
    }

    @Test
    void whoMayNotWriteReadsTheDraftAndChangesNothing() {
        var guide = node.guides().drafted();
        var publisher = Visitor.signedIn(node, "publisher");

        var page = publisher.get(edit(guide)).body();

        assertThat(page)
                .contains("You can read this draft and cannot change it")
                .doesNotContain("<form id=\"edit\"");
        assertThat(page).contains("Machine Learning Engineer", "data-field=\"/summary\"");
        assertThat(publisher.get("/studio/guides/" + guide.id()).header("Location"))
                .endsWith("/edit");
        assertThat(publisher
                        .post(edit(guide), edit(guide), "edition", "1", "page", "p", "base", "{}", "/summary", "x")
                        .status())
                .isEqualTo(403);
    }
}
