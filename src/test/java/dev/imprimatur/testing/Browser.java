// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real Chromium with any number of signed-in people. If no Chromium is installed, the test is skipped. */
public final class Browser implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    /** One browser for all tests of a thread, closed with the JVM. Each test has windows of its own. */
    private static final ThreadLocal<com.microsoft.playwright.Browser> CHROMIUM =
            ThreadLocal.withInitial(Browser::launched);

    /** How long a page may take to become what a test expects, in milliseconds. */
    private static final double PATIENCE = 15_000;

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final Node node;
    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    private Browser(Node node) {
        this.node = node;
    }

    private static com.microsoft.playwright.Browser launched() {
        // a page may wait for a pause in typing, for the server and for this machine
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
        return Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable().orElseThrow())
                        .setArgs(FLAGS));
    }

    public static Browser open(Node node) {
        assumeTrue(executable().isPresent(), "no chromium on the PATH");
        return new Browser(node);
    }

    private static Optional<Path> executable() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens a window in which nobody is signed in. */
    public Page window(com.microsoft.playwright.Browser.NewContextOptions options) {
        BrowserContext context =
                CHROMIUM.get().newContext(options.setBaseURL(node.url()).setReducedMotion(ReducedMotion.REDUCE));
        contexts.add(context);
        context.setDefaultTimeout(PATIENCE);
        context.addInitScript("addEventListener('securitypolicyviolation', event => console.error("
                + "'CSP: ' + event.violatedDirective + ' ' + event.blockedURI))");
        var page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource"))
                complaints.add(page.url() + ": " + message.text());
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        return page;
    }

    /** Opens a window in which a member of the team is signed in, at the start page of the studio. */
    public Page signedIn(String username) {
        return signedIn(username, new com.microsoft.playwright.Browser.NewContextOptions().setViewportSize(1440, 900));
    }

    public Page signedIn(String username, com.microsoft.playwright.Browser.NewContextOptions options) {
        var page = window(options);
        signIn(page.context(), username);
        page.navigate("/studio");
        return page;
    }

    /** Signs another person in with the same browser, as in another tab. */
    public static void signInElsewhere(Page page, String username) {
        signIn(page.context(), username);
    }

    /** Submits the sign-in form without rendering the page, which has tests of its own. */
    private static void signIn(BrowserContext context, String username) {
        var token = TOKEN.matcher(context.request().get("/login").text());
        if (!token.find()) throw new AssertionError("no token on the page for signing in");
        var form = FormData.create()
                .set("_csrf", token.group(1))
                .set("username", username)
                .set("password", Node.PASSWORD);
        var answer = context.request()
                .post("/login", RequestOptions.create().setForm(form).setMaxRedirects(0));
        assertThat(answer.headers().get("location"))
                .as("where signing in leads")
                .contains("/studio");
    }

    /** Checks a page with axe, in light and in dark mode. */
    public static void assertAccessible(Page page) {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            // other result types only cost time
            var options = new AxeRunOptions();
            options.setResultTypes(List.of("violations"));
            // no page has frames, so the legacy mode is enough
            var axe = new AxeBuilder(page).setLegacyMode(true).options(options);
            // dark mode differs in colours only
            if (scheme == ColorScheme.DARK) axe.withRules(List.of("color-contrast"));
            else axe.withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"));
            var violations = axe.analyze().getViolations();
            assertThat(violations.stream()
                            .map(rule -> rule.getId() + ": "
                                    + rule.getNodes().stream()
                                            .limit(3)
                                            .map(it -> it.getHtml() + " " + it.getFailureSummary())
                                            .toList())
                            .toList())
                    .as(page.url() + " " + scheme)
                    .isEmpty();
        }
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }

    /** Checks that no window has violated the content security policy or had a script error so far. */
    public void assertNoComplaints() {
        assertThat(complaints).isEmpty();
    }

    /** Takes a screenshot for the manual, with {@code -Dwrite.docs=true} only. */
    public static void picture(Page page, String name) {
        if (Boolean.getBoolean("write.docs"))
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("docs/images", name + ".png")));
    }

    @Override
    public void close() {
        contexts.forEach(BrowserContext::close);
    }
}
