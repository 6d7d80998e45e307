// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lists of the studio that change while a person pages through them: filters stay, and every unchanged guide is on exactly one page. */
@Tag("long")
class PagedListsTest {
    private final Node node = Node.shared();

    private static NewContextOptions withoutScripts() {
        return new NewContextOptions().setJavaScriptEnabled(false);
    }

    private String create(String slug) {
        return node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", Map.of("title", slug)))
                .ok()
                .get("id")
                .asString();
    }

    private void touch(String id) {
        String etag = node.as("editor").get("/role-guide/" + id + "/draft").header("ETag");
        node.as("editor")
                .patch("/role-guide/" + id + "/draft", Map.of("title", "Moved " + id), "If-Match", etag)
                .ok();
    }

    private static List<String> ids(Page page) {
        return page.locator("input[name=guide]").all().stream()
                .map(box -> box.getAttribute("value"))
                .toList();
    }

    private void follow(Page page, String rel) {
        var link = page.locator("a[rel=" + rel + "]");
        String to = node.url() + link.getAttribute("href");
        link.click();
        page.waitForURL(to);
    }

    @Test
    void guidesArePagedWithTheirFiltersWhileOthersChange() {
        String mark = "paged-" + Long.toString(System.nanoTime(), 36);
        var all = new ArrayList<String>();
        for (int i = 0; i < 105; i++) all.add(create(mark + "-%03d".formatted(i)));
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer", withoutScripts());
            page.navigate("/studio/guides?q=" + mark + "&state=draft&sort=-updated");
            var first = ids(page);
            assertThat(first).hasSize(50);
            assertThat(page.locator("a[rel=prev]")).hasCount(0);
            // changes a guide of the next page, and one that was already seen
            touch(all.get(54));
            touch(first.get(3));

            follow(page, "next");
            assertThat(page).hasURL(Pattern.compile(".*q=" + mark + "&state=draft&cursor=.*"));
            var second = ids(page);
            follow(page, "next");
            var third = ids(page);
            assertThat(page.locator("a[rel=next]")).hasCount(0);

            var seen = new ArrayList<>(first);
            seen.addAll(second);
            seen.addAll(third);
            assertThat(seen).doesNotHaveDuplicates();
            assertThat(all.stream().filter(id -> !seen.contains(id))).containsExactly(all.get(54));

            follow(page, "prev");
            assertThat(ids(page)).isEqualTo(second);
            follow(page, "prev");
            // one of the two guides that moved to the front is still before this page, so the page before this one is
            // incomplete
            assertThat(ids(page)).hasSize(50).startsWith(all.get(54)).doesNotContain(first.get(3));
            follow(page, "prev");
            assertThat(ids(page)).hasSize(50).startsWith(first.get(3), all.get(54));
            assertThat(page.locator("a[rel=prev]")).hasCount(0);

            page.navigate("/studio/guides?q=" + mark + "&sort=title");
            follow(page, "next");
            assertThat(page).hasURL(Pattern.compile(".*sort=title&cursor=.*"));
            page.locator("a:text-is('First')").click();
            assertThat(page).hasURL(Pattern.compile(".*q=" + mark + "&sort=title$"));
        }
    }

    @Test
    void tasksThatNobodyTouchesAreSeenOnceWhileOthersAreDecided() {
        var all = new ArrayList<Guides.Ref>();
        for (int i = 0; i < 45; i++) all.add(node.guides().submitted());
        var decided = List.of(all.get(0), all.get(21), all.get(44));
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer", withoutScripts());
            var seen = new ArrayList<String>();
            for (boolean first = true; ; first = false) {
                page.locator(".task h2 a").all().forEach(link -> seen.add(link.getAttribute("href")));
                if (first)
                    for (var guide : decided)
                        node.guides()
                                .decide("both", node.guides().task("both", guide), "approve")
                                .ok();
                if (page.locator("a[rel=next]").count() == 0) break;
                follow(page, "next");
            }

            for (var guide : all)
                if (!decided.contains(guide))
                    assertThat(seen)
                            .filteredOn(link -> link.contains("/" + guide.id() + "/"))
                            .hasSize(1);
            follow(page, "prev");
            assertThat(page.locator(".task")).hasCount(20);
        }
    }

    @Test
    void anOldLinkIsAPageThatSaysWhatToDo() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("admin");
            for (String list : List.of("/studio", "/studio/guides", "/studio/audit"))
                for (String cursor : List.of("MjA", "x", "AAAAAAAAAAAAAAAA")) {
                    var answer = page.navigate(list + "?cursor=" + cursor);
                    assertThat(answer.status()).isEqualTo(400);
                    assertThat(page.locator("main")).containsText("leave it out to begin with the first page");
                }
            page.navigate("/studio/audit?from=2026-06-01&to=2026-05-01");
            Browser.assertAccessible(page);
            page.navigate("/studio/audit?action=account-created");
            Browser.assertAccessible(page);
            browser.assertNoComplaints();
        }
    }

    @Test
    void theAuditIsFilteredAndExportedWithoutScripts() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("admin", withoutScripts());
            page.navigate("/studio/audit");
            page.getByLabel("Person").fill("second-editor");
            page.getByLabel("What happened").selectOption("account-created");
            page.locator("form.filters button").click();
            assertThat(page.locator("tbody tr")).hasCount(1);
            assertThat(page.locator("tbody tr")).containsText("second-editor [EDITOR]");

            var file = page.waitForDownload(
                    () -> page.locator("a[download]").first().click());

            assertThat(file.suggestedFilename()).matches("audit-\\d{4}-\\d{2}-\\d{2}\\.csv");
        }
    }
}
