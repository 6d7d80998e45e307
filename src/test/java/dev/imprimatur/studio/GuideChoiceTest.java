// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Guides are chosen by their titles, and people are told which references readers cannot follow. */
class GuideChoiceTest {
    private final Node node = Node.shared();
    private final Browser browser = Browser.open(node);
    private final Page page = browser.signedIn("editor");

    @AfterEach
    void close() {
        browser.assertNoComplaints();
        browser.close();
    }

    private Ref titled(String title) {
        var guide = node.guides().drafted();
        change(guide, Map.of("title", title));
        return guide;
    }

    private void change(Ref guide, Map<String, Object> change) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(guide.path() + "/draft", change, "If-Match", etag)
                .ok();
    }

    private void publish(Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
    }

    private JsonNode content(Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").ok().get("content");
    }

    private void edit(Ref guide) {
        page.navigate("/studio/guides/" + guide.id() + "/edit");
    }

    private void save() {
        page.keyboard().press("Control+s");
        assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");
    }

    private Locator addRelatedRole() {
        page.locator("repeat-list[data-list='/relatedRoles'] button.add").click();
        return page.locator("repeat-list[data-list='/relatedRoles'] guide-choice [role=combobox]")
                .last();
    }

    private static String fresh(String title) {
        return title + " " + System.nanoTime();
    }

    @Test
    void aGuideIsChosenByItsTitleWithTheKeyboard() {
        String title = fresh("مهندس البيانات & <b>");
        var other = titled(title);
        var guide = node.guides().drafted();
        edit(guide);
        var search = addRelatedRole();
        search.fill(title.substring(0, title.length() - 1));
        assertThat(page.locator(".guide-list [role=option]")).hasCount(1);
        Browser.assertAccessible(page);
        search.press("ArrowDown");
        search.press("Enter");
        assertThat(search).hasValue(title);
        assertThat(page.locator("repeat-list[data-list='/relatedRoles'] guide-choice [role=status]"))
                .containsText("not published");
        save();
        assertThat(content(guide).at("/relatedRoles/0/guide").asString()).isEqualTo(other.id());

        page.reload();
        search = page.locator("repeat-list[data-list='/relatedRoles'] guide-choice [role=combobox]");
        assertThat(search).hasValue(title);
        // what is typed and not chosen is no value
        search.fill("something else");
        page.keyboard().press("Tab");
        assertThat(search).hasValue(title);
        search.fill("");
        page.keyboard().press("Tab");
        save();
        assertThat(content(guide).at("/relatedRoles/0/guide").asString("")).isEmpty();
    }

    @Test
    void aGuideOfAnotherTabShowsItsTitle() {
        String title = fresh("Of another tab");
        var other = titled(title);
        var guide = node.guides().drafted();
        change(guide, Map.of("relatedRoles", List.of(Map.of("guide", other.id()))));
        edit(guide);
        var search = page.locator("repeat-list[data-list='/relatedRoles'] guide-choice [role=combobox]");
        assertThat(search).hasValue(title);
        String second = fresh("Second choice");
        change(
                guide,
                Map.of("relatedRoles", List.of(Map.of("guide", titled(second).id()))));

        page.locator("[name='/title']").fill(fresh("Mine"));
        save();

        assertThat(search).hasValue(second);
    }

    @Test
    void aTextLinksToAGuideThatIsFoundByItsTitle() {
        String title = fresh("Linked role");
        var other = titled(title);
        var guide = node.guides().drafted();
        edit(guide);
        var field = MarkdownField.on(page, "/introduction");
        field.text().waitFor();
        field.text().click();
        page.keyboard().press("Control+a");
        page.keyboard().type("See");
        page.keyboard().press("Control+a");
        page.keyboard().press("Control+k");
        var address = page.locator(".md-link [role=combobox]");
        address.fill(title);
        page.locator(".md-link [role=option]").click();
        save();
        assertThat(content(guide).get("introduction").asString().strip()).isEqualTo("[See](guide:" + other.id() + ")");
        // an address is still an address
        field.text().click();
        // the editor learns of a moved cursor a moment later
        page.waitForCondition(() -> {
            page.keyboard().press("Home");
            page.keyboard().press("ArrowRight");
            page.keyboard().press("Control+k");
            if (address.inputValue().startsWith("guide:")) return true;
            page.keyboard().press("Escape");
            return false;
        });
        assertThat(page.locator("[data-field='/introduction'] .md-told")).containsText(title);
        address.fill("example.com/guide");
        address.press("Enter");
        save();
        assertThat(content(guide).get("introduction").asString().strip()).isEqualTo("[See](https://example.com/guide)");
    }

    @Test
    void reviewersAndPublishersAreTold() {
        String title = fresh("Taken away");
        var other = titled(title);
        var guide = node.guides().drafted();
        change(guide, Map.of("introduction", "See [it](guide:" + other.id() + ")."));
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        var reviewer = browser.signedIn("reviewer");
        reviewer.navigate("/studio/guides/" + guide.id() + "/review");
        assertThat(reviewer.locator(".notice")
                        .filter(new Locator.FilterOptions().setHasText("readers cannot read now")))
                .containsText("Introduction");
        Browser.assertAccessible(reviewer);
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        // whoever deletes the draft
        page.navigate("/studio/guides/" + other.id() + "/edit");
        assertThat(page.locator(".referring a")).hasCount(1);
        publish(other);
        reviewer.navigate("/studio/guides/" + guide.id() + "/review");
        assertThat(reviewer.locator("main")).not().containsText("readers cannot read now");
        var publisher = browser.signedIn("publisher");
        publisher.navigate("/studio/guides/" + other.id() + "/review");
        publisher.locator("details.danger summary").first().click();
        assertThat(publisher.locator(".referring")).containsText("1 guide refers to this one");
        assertThat(publisher.locator(".referring a"))
                .hasText(Guides.content().get("title").asString());
    }

    @Test
    void aSearchFindsByIdAndByType() {
        var other = titled(fresh("By id"));
        page.navigate("/studio/guides/choices?q=" + other.id() + "&types=role-guide");
        assertThat(page.content()).contains(other.id());
        page.navigate("/studio/guides/choices?q=" + other.id() + "&types=another");
        assertThat(page.content()).doesNotContain(other.id());
    }
}
