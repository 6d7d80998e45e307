// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Clock;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The texts of the studio: why something happened, what will be lost, and who wrote what. */
@Tag("long")
class StudioWordsTest {
    private static final String LONG = "W" + "o".repeat(168) + "w";

    private static final Pattern TAKING_AWAY = Pattern.compile(
            "<form [^>]*th:action=\"@\\{[^\"]*/(deactivate|revoke|end|delete|secret|discard|unpublish|restore)\\b.*?</form>",
            Pattern.DOTALL);

    private final Node node = Node.shared();

    private void patch(Guides.Ref guide, Map<String, Object> content) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(guide.path() + "/draft", content, "If-Match", etag)
                .ok();
    }

    private void account(String username, String name, String... roles) {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of("username", username, "displayName", name, "password", Node.PASSWORD, "roles", roles))
                .ok();
    }

    /** A published guide with a draft that has another title. */
    private Guides.Ref publishedWithDraft(String title) {
        var guide = node.guides().published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        patch(guide, Map.of("title", title));
        return guide;
    }

    @Test
    void theLiveTitleStandsForAGuideAndTheDraftsBesideIt() {
        var guide = publishedWithDraft("Other title");
        String live = Guides.content().get("title").asString();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            for (String path : List.of(
                    "/studio/guides?q=" + guide.slug(),
                    "/studio/guides/" + guide.id() + "/edit",
                    "/studio/guides/" + guide.id() + "/history")) {
                page.navigate(path);
                assertThat(page.locator(".draft-title").first()).hasText("draft: Other title");
                assertThat(page.locator("main")).containsText(live);
            }
            page.navigate("/studio/guides?q=other+title");
            assertThat(page.locator(".guides tbody")).containsText(guide.slug().isEmpty() ? "" : live);
            node.as("editor").delete(guide.path() + "/editions/current").ok();
            page.navigate("/studio/guides?q=" + guide.slug());
            assertThat(page.locator(".guides tbody")).containsText(live);
            assertThat(page.locator("body")).not().containsText("Other title");
        }
    }

    @Test
    void whatDestroysAsksFirst() {
        var guide = node.guides().drafted();
        node.as("admin")
                .post("/api-keys", Map.of("name", "doomed " + guide.slug(), "scopes", List.of("delivery")))
                .ok();
        account("leaver-" + guide.slug(), "Lea Leaver", "EDITOR");
        var asks = new LinkedHashMap<String, List<String>>();
        asks.put("editor", List.of("/studio/guides/" + guide.id() + "/edit"));
        account("goer-" + guide.slug(), "Gus Goer");
        asks.put("admin", List.of("/studio/accounts/goer-" + guide.slug(), "/studio/accounts", "/studio/api-keys"));
        try (var browser = Browser.open(node)) {
            asks.forEach((who, paths) -> {
                var page = browser.signedIn(who);
                for (String path : paths) {
                    page.navigate(path);
                    page.locator("details.danger summary").all().forEach(Locator::click);
                    // in a list, only the item that this test created: other tests use the others
                    String which = path.endsWith("/edit") ? "" : "[aria-label*='" + guide.slug() + "']";
                    var button = page.locator("button.danger-button[data-confirm]" + which + ":visible");
                    String lost = button.getAttribute("data-confirm");
                    var dialog = page.locator("#confirm");
                    button.click();
                    assertThat(dialog).containsText(lost);
                    assertThat(dialog.locator("button").first()).isFocused();
                    Browser.assertAccessible(page);
                    page.keyboard().press("Escape");
                    assertThat(dialog).isHidden();
                    button.click();
                    dialog.getByText("Cancel").click();
                    assertThat(dialog).isHidden();
                    assertThat(button).isFocused();
                    assertThat(page).hasURL(Pattern.compile(".*" + path + "$"));
                    page.reload();
                    page.locator("details.danger summary").all().forEach(Locator::click);
                    button.click();
                    dialog.locator("[value=yes]").click();
                    assertThat(page.locator(".notice[role=status]"))
                            .containsText(Pattern.compile("given up|no longer sign in|revoked"));
                }
            });
            browser.assertNoComplaints();
        }
    }

    @Test
    void everyButtonThatTakesAwaySaysWhatWillBeLost() {
        var live = node.guides().published();
        var draft = node.guides().nextEditionSubmitted(node.guides().published(), "Another.");
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", draft), "request-changes")
                .ok();
        try (var browser = Browser.open(node)) {
            var publisher = browser.signedIn("publisher");
            publisher.navigate("/studio/guides/" + live.id() + "/review");
            var editor = browser.signedIn("editor");
            editor.navigate("/studio/guides/" + draft.id() + "/history");
            assertThat(editor.locator("[data-confirm]")).hasText("Restore");
            var account = browser.signedIn("editor");
            browser.signedIn("editor");
            account.navigate("/studio/account");
            for (var page : List.of(publisher, editor, account)) {
                page.locator("details.danger summary").all().forEach(Locator::click);
                assertThat(page.locator(".danger-button[data-confirm]").first()).isVisible();
                assertThat(page.locator("main .danger-button:not([data-confirm])"))
                        .hasCount(0);
            }
        }
    }

    /** A button that deletes must use the fragment in {@code asking.html}, which asks for confirmation. */
    @Test
    void noTemplateHasAButtonThatTakesAwayAndDoesNotAsk() throws IOException {
        try (var files = Files.list(Path.of("src/main/resources/templates/studio"))) {
            var templates = files.filter(it -> !Set.of("asking.html", "layout.html", "design.html")
                            .contains(it.getFileName().toString()))
                    .toList();
            assertThat(templates).hasSizeGreaterThan(10);
            int asking = 0;
            for (var template : templates) {
                String page = Files.readString(template);
                assertThat(page).as(template.toString()).doesNotContain("danger-button");
                var forms = TAKING_AWAY.matcher(page);
                for (; forms.find(); asking++)
                    assertThat(forms.group()).as(template.toString()).contains("studio/asking :: destroy(");
            }
            assertThat(asking).isGreaterThanOrEqualTo(9);
        }
    }

    @Test
    void withoutScriptsABoxIsTickedFirst() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            page.locator("details.danger summary").click();
            page.locator("details.danger button").click();
            assertThat(page).hasURL(Pattern.compile(".*/edit$"));

            page.locator("details.danger .sure input").check();
            page.locator("details.danger button").click();
            assertThat(page.locator(".notice").first()).containsText("given up");
        }
    }

    @Test
    void aLongWordWidensNoPage() {
        String tag = "t".repeat(40);
        String slug = "s" + Long.toString(System.nanoTime(), 36) + "o".repeat(60);
        var content = Guides.content();
        content.put("title", LONG);
        content.put("byline", LONG);
        content.put("summary", LONG);
        content.put("introduction", LONG + "\n\n- " + LONG + "\n\n# " + LONG);
        content.putArray("tags").add(tag);
        ((ArrayNode) content.at("/duties/items")).set(0, json(LONG));
        ((ObjectNode) content.at("/compensation/bands/0")).put("level", "L".repeat(60));
        String id = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content))
                .ok()
                .get("id")
                .asString();
        var guide = new Guides.Ref(id, slug);
        String name = "N".repeat(100);
        account("u" + slug.substring(0, 30), name, "REVIEWER");
        node.as("editor")
                .post(guide.path() + "/submit", Map.of("message", LONG))
                .ok();
        node.as("editor")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", LONG))
                .ok();
        node.as("admin")
                .post("/api-keys", Map.of("name", "K".repeat(100), "scopes", List.of("delivery")))
                .ok();
        var pages = new LinkedHashMap<String, List<String>>();
        pages.put(
                "editor",
                List.of(
                        "/studio",
                        "/studio/guides",
                        "/studio/guides?q=" + slug,
                        "/studio/calendar",
                        "/studio/notifications",
                        "/studio/notifications/settings",
                        "/studio/account",
                        "/studio/guides/" + id + "/edit",
                        "/studio/guides/" + id + "/history?from=1&to=1"));
        pages.put(
                "reviewer",
                List.of(
                        "/studio",
                        "/studio/guides/" + id + "/review",
                        "/studio/guides/" + id + "/review?view=changes",
                        "/studio/guides/" + id + "/review?view=reader"));
        String release = node.as("publisher")
                .post("/releases", Map.of("name", "R".repeat(100)))
                .ok()
                .get("id")
                .asString();
        node.as("publisher")
                .put("/releases/" + release + "/guides/" + id, Map.of())
                .ok();
        pages.put("publisher", List.of("/studio/releases", "/studio/releases/" + release));
        pages.put(
                "admin",
                List.of(
                        "/studio/accounts",
                        "/studio/accounts/editor",
                        "/studio/assignment",
                        "/studio/api-keys",
                        "/studio/audit",
                        "/studio/check",
                        "/studio/ledger",
                        "/studio/notification-delivery",
                        "/studio/webhooks",
                        "/studio/workflows",
                        "/studio/workflows/bench?workflow=role-guide-review",
                        "/studio/workflows/modeller",
                        "/studio/workflows/role-guide-review",
                        "/studio/workflows/role-guide-review/editions"));
        try (var browser = Browser.open(node)) {
            var tooWide = new ArrayList<String>();
            pages.forEach((who, paths) -> {
                var page = browser.signedIn(who);
                for (String path : paths) {
                    page.navigate(path);
                    for (int width : List.of(360, 390, 768, 1440)) {
                        page.setViewportSize(width, 800);
                        var over = page.evaluate("document.documentElement.scrollWidth - innerWidth");
                        if (!over.equals(0)) tooWide.add(path + " at " + width + ": " + over);
                    }
                }
            });
            assertThat(tooWide).isEmpty();
        }
    }

    private static JsonNode json(String text) {
        return StringNode.valueOf(text);
    }

    @Test
    void theSortedColumnSaysWhichWay() {
        node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides");
            var sorted = page.locator("th[aria-sort]");
            assertThat(sorted).hasCount(1);
            assertThat(sorted).hasText("Changed");
            assertThat(sorted).hasAttribute("aria-sort", "descending");
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Owner"))
                    .click();
            assertThat(sorted).hasText("Owner");
            assertThat(sorted).hasAttribute("aria-sort", "ascending");
            sorted.locator("a").click();
            assertThat(sorted).hasAttribute("aria-sort", "descending");
            sorted.locator("a").click();
            assertThat(sorted).hasAttribute("aria-sort", "ascending");
        }
    }

    @Test
    void aGuideThatWasTakenFromReadersSaysWhy() {
        var guide = node.guides().published();
        node.as("publisher")
                .post(
                        guide.path() + "/unpublish",
                        Map.of("reason", "The figures were wrong.", "redirectTo", "/careers"))
                .ok();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            for (String path : List.of(
                    "/studio/guides?q=" + guide.slug(),
                    "/studio/guides/" + guide.id() + "/review",
                    "/studio/guides/" + guide.id() + "/history")) {
                page.navigate(path);
                assertThat(page.locator("main")).containsText("The figures were wrong.");
                assertThat(page.locator("main")).containsText("The publisher");
                assertThat(page.locator("main")).containsText("/careers");
                Browser.assertAccessible(page);
            }
            node.as("editor").post(guide.path() + "/editions", null).ok();
            page.navigate("/studio/guides/" + guide.id() + "/history");
            assertThat(page.locator(".notice[role=note]")).containsText("The figures were wrong.");
        }
    }

    @Test
    void whoeverElseHasItOpenGoesByName() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            browser.signedIn("second-editor").navigate("/studio/guides/" + guide.id() + "/edit");
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit");

            assertThat(page.locator("#presence")).containsText("\u2068The second-editor\u2069 also has this open");
        }
    }

    @Test
    void thePreviewFollowsTheFieldInHandAndReadsLikeAPage() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            var preview = page.locator("#preview");
            assertThat(preview.locator("h1"))
                    .hasText(Guides.content().get("title").asString());
            assertThat(preview.locator("th").first()).hasText("Vendor");
            assertThat(preview).not().containsText("What they do");
            assertThat(preview).not().containsText("Byline");

            var last = MarkdownField.on(page, "/careerPath").text();
            last.focus();
            var inHand = preview.locator(".is-in-hand");
            assertThat(inHand).hasCount(1);
            assertThat(inHand).hasAttribute("data-field", "/careerPath");
            assertThat(inHand).isInViewport();
            last.pressSequentially(" Typed now.");
            assertThat(inHand).containsText("Typed now.");
            var band = page.locator("[data-list='/compensation/bands'] .item").nth(2);
            band.locator("[name$='/high']").focus();
            assertThat(inHand).hasAttribute("data-field", band.getAttribute("data-item"));
            assertThat(inHand).isInViewport();
        }
    }

    @Test
    void whatIsShownOnceCanBeCopied() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn(
                    "admin", new NewContextOptions().setPermissions(List.of("clipboard-read", "clipboard-write")));
            page.navigate("/studio/api-keys");
            page.locator("#name").fill("copied");
            page.getByText("Make the key").click();
            page.locator("[data-copy]").click();

            assertThat(page.locator(".once [role=status]")).hasText("Copied");
            assertThat((String) page.evaluate("navigator.clipboard.readText()"))
                    .isEqualTo(page.locator(".once code").textContent())
                    .startsWith("imp_site_");
            Browser.assertAccessible(page);
        }
    }

    @Test
    void timesAreTheReadersAndGoOn() {
        var guide = node.guides().submitted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn(
                    "editor", new NewContextOptions().setLocale("de-DE").setTimezoneId("Asia/Tokyo"));
            // a browser with a wrong clock shows the same times
            page.clock().install(new Clock.InstallOptions().setTime(Date.from(Instant.parse("2026-03-01T03:00:00Z"))));
            page.navigate("/studio/guides/" + guide.id() + "/history");
            var time = page.locator(".story time").first();
            assertThat(time).hasText("just now");
            page.clock().fastForward("05:30");
            assertThat(time).hasText("5 minutes ago");
            page.clock().fastForward("48:00:00");
            String tokyo = DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm", Locale.ENGLISH)
                    .withZone(ZoneId.of("Asia/Tokyo"))
                    .format(Instant.parse(time.getAttribute("datetime")));
            assertThat(time).hasText(tokyo);
        }
    }

    @Test
    void faultsAreListedByTheLabelsOfTheForm() {
        var guide = node.guides().drafted();
        patch(guide, Map.of("occupationCode", "15-2051"));
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            page.locator("[data-list='/compensation/bands'] .item")
                    .nth(2)
                    .locator("[name$='/high']")
                    .fill("1");
            page.locator("button[value=submit]").click();
            assertThat(page.locator("#faults")).containsText("Compensation › Salary bands › Senior-Level › High");
            assertThat(page.locator("#faults")).containsText("High (1) is below Low (");
            assertThat(page.locator("#faults")).not().containsText("/");

            var admin = browser.signedIn("admin", new NewContextOptions().setJavaScriptEnabled(false));
            admin.navigate("/studio/accounts");
            admin.locator("form.narrow").evaluate("form => form.noValidate = true");
            admin.locator("#username").fill("NOT RIGHT");
            admin.locator("#displayName").fill("n");
            admin.locator("#password").fill("short");
            admin.locator("form.narrow button").click();
            assertThat(admin.locator("[role=alert]")).containsText("Username:");
            assertThat(admin.locator("[role=alert]")).not().containsText("/username");
        }
    }

    @Test
    void tasksAreCountedAsTheyAreShown() {
        String who = "counted-" + Long.toString(System.nanoTime(), 36);
        account(who, "Carla Counted", "EDITOR");
        var guide = node.as(who)
                .post("/role-guide", Map.of("slug", who, "content", Guides.content()))
                .ok();
        var ref = new Guides.Ref(guide.get("id").asString(), who);
        node.as(who).post(ref.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", ref), "request-changes")
                .ok();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn(who);

            assertThat(page.locator(".task")).hasCount(1);
            assertThat(page.locator(".sub")).containsText("1 task,");
        }
    }
}
