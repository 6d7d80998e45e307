// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.LoadState;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rules for every page: accessible, within its content security policy and its width, and usable without scripts. */
class StudioPagesTest {
    private static final long FIRST_LOAD = 250_000;

    private final Node node = Node.shared();

    /** The paths of the pages, by the person who sees them. */
    private Map<String, List<String>> pages() {
        var published = node.guides().published();
        var changed = node.guides().nextEditionSubmitted(node.guides().published(), "Another summary.");
        var draft = node.guides().drafted();
        return Map.of(
                "editor",
                List.of(
                        "/studio",
                        "/studio/guides",
                        "/studio/guides?q=no+guide+is+called+that",
                        "/studio/guides/new",
                        "/studio/guides/" + draft.id() + "/edit",
                        "/studio/guides/" + published.id() + "/history?from=1&to=1",
                        "/studio/account",
                        "/studio/design",
                        "/studio/guides/nothing"),
                "reviewer",
                List.of(
                        "/studio",
                        "/studio/guides/" + changed.id() + "/review",
                        "/studio/guides/" + changed.id() + "/review?view=changes",
                        "/studio/guides/" + changed.id() + "/review?view=reader",
                        "/studio/guides/" + published.id() + "/review"),
                "both",
                List.of("/studio/guides/" + draft.id() + "/edit", "/studio/guides/" + draft.id() + "/edit?write=yes"),
                "publisher",
                List.of(
                        "/studio/guides/" + draft.id() + "/edit",
                        "/studio/guides/" + published.id() + "/review",
                        "/studio/broken/by-nobody"),
                "admin",
                List.of(
                        "/studio/workflows",
                        "/studio/accounts",
                        "/studio/accounts/second-editor",
                        "/studio/api-keys",
                        "/studio/webhooks",
                        "/studio/audit"));
    }

    @Test
    @Tag("long")
    void everyPageIsAccessibleByDayAndNightAndFitsEveryWidth() {
        try (var browser = Browser.open(node)) {
            var door = browser.window(new NewContextOptions());
            door.navigate("/login?wrong");
            Browser.assertAccessible(door);
            String reset = node.as("admin")
                    .post("/accounts/second-editor/password-reset", null)
                    .ok()
                    .get("path")
                    .asString();
            for (String path : List.of(reset, "/reset/of-nobody")) {
                door.navigate(path);
                Browser.assertAccessible(door);
            }
            pages().forEach((who, paths) -> {
                var page = browser.signedIn(who);
                for (String path : paths) {
                    page.navigate(path);
                    page.setViewportSize(1440, 900);
                    Browser.assertAccessible(page);
                    for (int width : List.of(360, 768, 1920)) {
                        page.setViewportSize(width, 800);
                        assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                                .as(path + " at " + width)
                                .isEqualTo(0);
                    }
                    if (!path.startsWith("/studio/guides/nothing") && !path.startsWith("/studio/broken"))
                        assertThat(page.title()).isNotEqualTo("Not done · Imprimatur");
                }
                page.setViewportSize(360, 800);
                Browser.assertAccessible(page);
            });
            browser.assertNoComplaints();
        }
    }

    @Test
    void homeLoadsWithinItsBudget() {
        try (var browser = Browser.open(node)) {
            var page = browser.window(new NewContextOptions());
            var transferred = new AtomicLong();
            page.onRequestFinished(request ->
                    transferred.addAndGet(request.sizes().responseBodySize + request.sizes().responseHeadersSize));
            page.navigate("/login");
            page.locator("#username").fill("editor");
            page.locator("#password").fill(Node.PASSWORD);
            page.locator("button.primary").click();
            page.waitForURL(node.url() + "/studio*");
            page.waitForLoadState(LoadState.NETWORKIDLE);

            assertThat(transferred.get()).isPositive().isLessThan(FIRST_LOAD);
        }
    }

    /** Sends a form without scripts, and waits until the page of the answer is complete. */
    private static void send(Page page, Locator button) {
        var isAnswered = new AtomicBoolean();
        Consumer<Page> loaded = answer -> isAnswered.set(true);
        page.onLoad(loaded);
        button.click();
        page.waitForCondition(isAnswered::get);
        page.offLoad(loaded);
    }

    @Test
    void withoutScriptsAGuideIsWrittenReorderedSubmittedCommentedAndApproved() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var plain = new NewContextOptions().setJavaScriptEnabled(false);
            var editor = browser.signedIn("editor", plain);
            editor.navigate("/studio/guides/" + guide.id() + "/edit");
            editor.locator("[name='/summary']").fill("Written without scripts.");
            var duties = editor.locator("[name^='/duties/items/']");
            String first = duties.first().inputValue();
            send(editor, editor.locator("button[value^='down:/duties/items/']").first());
            assertThat(duties.nth(1)).hasValue(first);
            assertThat(editor.locator("[name='/summary']")).hasValue("Written without scripts.");
            send(editor, editor.locator("button[value='add:/tags']"));
            editor.locator("[name^='/tags/']").last().fill("plain");
            send(editor, editor.locator("button[value=save]").last());
            assertThat(editor.locator("[name^='/tags/']").last()).hasValue("plain");
            send(
                    editor,
                    editor.locator("button[value^='remove:/duties/items/']").first());
            assertThat(duties.first()).hasValue(first);
            editor.locator("[name='/title']").fill("");
            send(editor, editor.locator("button[value=submit]"));
            assertThat(editor.locator("#faults")).containsText("is required");
            editor.locator("[name='/title']").fill("A title");
            send(editor, editor.locator("button[value=submit]"));
            assertThat(editor.locator(".notice").first()).containsText("submitted for review");

            var reviewer = browser.signedIn("reviewer", new NewContextOptions().setJavaScriptEnabled(false));
            reviewer.navigate("/studio/guides/" + guide.id() + "/review");
            var field = reviewer.locator("[data-pointer='/summary']");
            field.locator(".new-comment summary").click();
            field.locator("[name=body]").fill("Good.");
            field.locator(".new-comment button").click();
            assertThat(reviewer.locator(".thread")).containsText("Good.");
            reviewer.locator("button[value=approve]").click();
            assertThat(reviewer.locator(".notice").first()).containsText("is published");
        }
        assertThat(node.guides().read(guide).json().at("/content/summary").asString())
                .isEqualTo("Written without scripts.");
    }

    @Test
    void theListIsFilteredInPlaceAndTheAddressFollows() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides");
            page.locator("#q").pressSequentially(guide.slug());
            assertThat(page.locator(".guides tbody tr")).hasCount(1);
            page.waitForURL(Pattern.compile(".*q=" + guide.slug() + ".*"));
            page.reload();
            assertThat(page.locator(".guides tbody tr")).hasCount(1);
            page.locator("[name=guide]").check();
            page.locator("#account").selectOption("second-editor");
            page.getByText("Assign", new Page.GetByTextOptions().setExact(true)).click();
            assertThat(page.locator(".notice").first())
                    .containsText("1 task assigned to \u2068The second-editor\u2069");
            assertThat(page).hasURL(Pattern.compile(".*q=" + guide.slug() + ".*"));
        }
    }

    @Test
    void anAdministratorSeesWhatBecameOfAWebhook() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("admin");
            page.navigate("/studio/webhooks");
            page.locator("#url").fill("https://169.254.169.254/");
            page.locator("form.narrow button").click();
            assertThat(page.locator("[role=alert]")).containsText("Nothing is sent to addresses of this machine");

            page.locator("#url").fill("https://hooks.example.invalid/built");
            page.locator("form.narrow button").click();
            assertThat(page.locator(".secret code")).containsText("whsec_");
            page.getByText("Send a test").click();
            assertThat(page.locator("[role=alert]")).containsText("Not taken.");
            assertThat(page.locator("tbody tr")).hasCount(1);
            Browser.assertAccessible(page);
            page.setViewportSize(360, 800);
            Browser.assertAccessible(page);
            page.getByText("Make a new secret").click();
            page.locator("#confirm [value=yes]").click();
            assertThat(page.locator(".secret code")).containsText("whsec_");
            page.getByText("Delete the webhook").click();
            page.locator("#confirm [value=yes]").click();
            assertThat(page.locator(".notice").first()).containsText("deleted");
            browser.assertNoComplaints();
        }
    }

    @Test
    void whoeverIsNotSignedInOrMayNotIsToldSo() {
        assertThat(node.nobody().get("/studio").status()).isEqualTo(302);
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            var statuses = new ArrayList<Integer>();
            for (String path : List.of(
                    "/studio/accounts", "/studio/api-keys", "/studio/webhooks", "/studio/audit", "/studio/workflows"))
                statuses.add(page.navigate(path).status());
            assertThat(statuses).containsOnly(403);
            assertThat(page.locator("main")).containsText("Your roles do not allow this");
        }
    }

    @Test
    void everyFormCarriesATokenAndThePolicyAllowsNothingInline() {
        var login = node.nobody().get("/login");
        String policy = login.header("Content-Security-Policy");

        assertThat(policy).contains("default-src 'self'").doesNotContain("unsafe");
        assertThat(login.body())
                .contains("name=\"_csrf\"")
                .doesNotContain("style=\"")
                .doesNotContain("onclick");
        var forged = node.nobody()
                .send(
                        "POST",
                        "/login",
                        "username=editor&password=" + Node.PASSWORD.replace(' ', '+'),
                        "Content-Type",
                        "application/x-www-form-urlencoded");
        assertThat(forged.header("Location")).endsWith("/login");
    }
}
