// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.sun.net.httpserver.HttpServer;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.delivery.RateLimits;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A browser lets a page read delivery answers only if the site key names the origin of the page. */
class CorsTest {
    private static final String ALLOW = "Access-Control-Allow-Origin";
    private static final String OURS = "https://www.example.com";
    private static final String THEIRS = "https://www.example.org";

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private JsonNode key(String... origins) {
        return node.as("admin")
                .post("/api-keys", Map.of("name", "a page", "scopes", List.of("delivery"), "origins", List.of(origins)))
                .ok();
    }

    private Http with(JsonNode key) {
        return new Http(node.delivery(), "Bearer " + key.get("key").asString());
    }

    private Http.Answer preflight(String origin, String path) {
        return node.nobody()
                .send(
                        "OPTIONS",
                        "/api/delivery/v1" + path,
                        null,
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        "GET",
                        "Access-Control-Request-Headers",
                        "authorization");
    }

    private static void assertReadable(Http.Answer answer, int status) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header(ALLOW)).as(answer.toString()).isEqualTo(OURS);
        assertThat(answer.response().headers().allValues(ALLOW)).hasSize(1);
        assertThat(answer.response().headers().allValues("Vary"))
                .anySatisfy(vary -> assertThat(vary.split(", ")).contains("Origin"));
        assertThat(answer.header("Access-Control-Expose-Headers").split(", "))
                .contains("ETag", "Link", "Retry-After", "Imprimatur-Position");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
    }

    private static void assertNoCors(Http.Answer answer) {
        assertThat(answer.response().headers().map().keySet())
                .as(answer.toString())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control-"));
    }

    @Test
    void aKeyThatNamesNoOriginIsForServers() {
        String path = "/role-guide/" + guides.published().slug();

        assertNoCors(node.site().get(path, "Origin", THEIRS));
        assertThat(preflight("https://nobody.example", path).status()).isEqualTo(401);
        assertNoCors(preflight("https://nobody.example", path));
        assertThat(node.site().get(path).header("Vary")).contains("Origin");
    }

    @Test
    void everyAnswerToAKeyOfThePageCanBeRead() {
        var page = with(key(OURS));
        var guide = guides.published();
        String path = "/role-guide/" + guide.slug();
        var known = page.get(path, "Origin", OURS);
        var gone = guides.published();
        node.as("publisher")
                .post(gone.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        var moved = guides.published();
        node.as("publisher")
                .post(moved.path() + "/unpublish", Map.of("reason", "x", "redirectTo", guide.slug()))
                .ok();

        assertReadable(known, 200);
        assertReadable(page.get(path, "Origin", OURS, "If-None-Match", known.header("ETag")), 304);
        for (String list : List.of("/role-guide?limit=2", "/role-guide?q=engineer", "/ledger?limit=1"))
            for (int time = 1; time <= 2; time++) assertReadable(page.get(list, "Origin", OURS), 200);
        assertReadable(page.send("HEAD", path, null, "Origin", OURS), 200);
        assertReadable(page.get("/role-guide/" + moved.slug(), "Origin", OURS), 301);
        assertReadable(page.get(path + "?format=word", "Origin", OURS), 400);
        assertReadable(page.get("/role-guide/nothing", "Origin", OURS), 404);
        assertReadable(page.get("/a/b/c/d", "Origin", OURS), 404);
        assertReadable(page.send("POST", path, "{}", "Origin", OURS), 405);
        assertReadable(page.get("/role-guide/" + gone.slug(), "Origin", OURS), 410);
        assertReadable(page.get(path, "Origin", OURS, "Imprimatur-At-Least", "99999999"), 503);

        var key = node.bean(SiteKeys.class)
                .ring()
                .find(page.authorization().replace("Bearer ", ""))
                .orElseThrow();
        node.bean(RateLimits.class).bucket(key).consumeIgnoringRateLimits(1_000_000);
        assertReadable(page.get(path, "Origin", OURS), 429);
    }

    @Test
    void aRefusalBeforeAnythingIsLookedAtCanBeReadToo() {
        try (var full =
                Node.start("imprimatur.limits.concurrent-deliveries", "0", "imprimatur.browsers.any-origin", "true")) {
            var page =
                    full.siteWith(Map.of("name", "one page", "scopes", List.of("delivery"), "origins", List.of(OURS)));
            assertReadable(page.get("/ledger", "Origin", OURS), 503);
            assertNoCors(page.get("/ledger", "Origin", THEIRS));

            var any = full.siteWith(Map.of("name", "any page", "scopes", List.of("delivery"), "origins", List.of("*")));
            assertThat(any.get("/ledger", "Origin", "null").header(ALLOW)).isEqualTo("*");
            full.restartWith("imprimatur.browsers.any-origin", "false");
            assertNoCors(new Http(full.delivery(), any.authorization()).get("/ledger", "Origin", THEIRS));
        }
    }

    @Test
    void anotherPageReadsNothingAndNoOtherKeyIsOpened() {
        var page = with(key(OURS));
        String path = "/role-guide/" + guides.published().slug();

        for (String origin : List.of(
                THEIRS,
                "http://www.example.com",
                "https://www.example.com:8443",
                "https://www.example.com.",
                "https://www.example.com.evil.example",
                "https://WWW.example.com",
                "null",
                "*")) {
            var answer = page.get(path, "Origin", origin);
            assertThat(answer.status()).isEqualTo(200);
            assertNoCors(answer);
        }
        assertNoCors(node.site().get(path, "Origin", OURS));
        assertNoCors(node.nobody().get("/api/delivery/v1" + path, "Origin", OURS));
        assertNoCors(new Http(node.delivery(), "Bearer imp_site_wrong").get(path, "Origin", OURS));
        assertNoCors(node.as("admin").get("/api-keys", "Origin", OURS));
    }

    @Test
    void aPreflightNeedsNoKeyAndAllowsReadingOnly() {
        var key = key("https://asks-first.example");

        var answer = preflight("https://asks-first.example", "/role-guide/nothing");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header(ALLOW)).isEqualTo("https://asks-first.example");
        assertThat(answer.header("Access-Control-Allow-Methods").split(", ")).containsExactly("GET", "HEAD");
        assertThat(answer.header("Access-Control-Allow-Headers").split(", "))
                .contains("Authorization", "If-None-Match", "Imprimatur-At-Least")
                .doesNotContain("*");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
        assertThat(answer.header("Vary")).contains("Origin");
        assertNoCors(node.nobody()
                .send(
                        "OPTIONS",
                        "/api/management/v1/api-keys",
                        null,
                        "Origin",
                        "https://asks-first.example",
                        "Access-Control-Request-Method",
                        "GET"));

        node.as("admin").delete("/api-keys/" + key.get("id").asString()).ok();
        assertThat(preflight("https://asks-first.example", "/role-guide").status())
                .isEqualTo(401);
    }

    @Test
    void aPageThatIsNamedReadsPreviewsWithoutAKey() {
        key(OURS);
        var guide = guides.submitted();
        String url = node.as("editor")
                .post(guide.path() + "/previews", Map.of("revision", 1))
                .ok()
                .get("url")
                .asString();

        assertReadable(node.nobody().get(url, "Origin", OURS), 200);
        assertNoCors(node.nobody().get(url, "Origin", "https://nobody.example"));
    }

    @Test
    void theOriginsOfAKeyAreChangedAndHoldFromTheNextRequestOn() {
        var key = key(OURS);
        String change = "/api-keys/" + key.get("id").asString();

        var changed = node.as("admin")
                .patch(
                        change,
                        Map.of("origins", List.of("HTTPS://Www.Example.Org:443", THEIRS, "http://localhost:3000")))
                .ok();

        assertThat(changed.get("origins").values())
                .extracting(JsonNode::asString)
                .containsExactly(THEIRS, "http://localhost:3000");
        assertNoCors(with(key).get("/role-guide", "Origin", OURS));
        assertThat(with(key).get("/role-guide", "Origin", THEIRS).header(ALLOW)).isEqualTo(THEIRS);
        assertThat(node.as("admin").patch(change, Map.of()).ok()).isEqualTo(changed);
        assertThat(node.as("admin").patch(change, "{\"origins\": null}").ok().get("origins"))
                .isEmpty();
        assertNoCors(with(key).get("/role-guide", "Origin", THEIRS));
        assertThat(node.as("admin").get("/audit?limit=100&action=key-changed").body())
                .contains(key.get("id").asString() + " [" + THEIRS + ", http://localhost:3000]");
        assertThat(node.as("admin")
                        .patch("/api-keys/nothing", Map.of("origins", List.of()))
                        .status())
                .isEqualTo(404);
        assertThat(node.as("admin")
                        .patch(change, Map.of("name", "x"))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/name");
        assertThat(node.as("admin")
                        .patch(change, Map.of("origins", OURS))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/origins");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "",
                "www.example.com",
                "https://",
                "https://www.example.com/",
                "https://www.example.com/jobs",
                "https://www.example.com?a",
                "https://www.example.com#a",
                "https://www.example.com:",
                "https://www.example.com:0",
                "https://www.example.com:65536",
                "https://me@www.example.com",
                "https://*.example.com",
                "https://bücher.example",
                "ftp://www.example.com",
                "file:///x",
                "javascript:alert(1)",
                "https://www.example.com\r\nX: y",
                "https://a.example, https://b.example"
            })
    void whatIsNoExactOriginIsPointedOut(String wrong) {
        var wanted = Map.of("name", "x", "scopes", List.of("delivery"), "origins", List.of(OURS, wrong));

        var refused = node.as("admin").post("/api-keys", wanted);

        assertThat(refused.status()).as(refused.body()).isEqualTo(400);
        assertThat(refused.json().get("errors").values())
                .singleElement()
                .satisfies(fault -> assertThat(fault.get("pointer").asString()).isEqualTo("/origins/1"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://www.example.com:443, https://www.example.com",
        "http://www.example.com:80, http://www.example.com",
        "http://www.example.com:443, http://www.example.com:443",
        "https://www.example.com:8443, https://www.example.com:8443",
        "HTTPS://WWW.EXAMPLE.COM, https://www.example.com",
        "http://127.0.0.1:3000, http://127.0.0.1:3000",
        "http://[::1]:3000, http://[::1]:3000",
        "https://xn--bcher-kva.example, https://xn--bcher-kva.example"
    })
    void anOriginIsKeptAsBrowsersSendIt(String given, String sent) {
        var key = key(given);

        assertThat(with(key).get("/role-guide", "Origin", sent).header(ALLOW)).isEqualTo(sent);
    }

    @Test
    void aKeyNamesSoManyOriginsAndNoMore() {
        var many = IntStream.rangeClosed(1, 21)
                .mapToObj(i -> "https://" + i + ".example")
                .toList();

        assertThat(node.as("admin")
                        .post("/api-keys", Map.of("name", "x", "scopes", List.of("delivery"), "origins", many))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/origins");
        key(many.subList(0, 20).toArray(String[]::new));
    }

    @Test
    void aKeyThatWasStoredBeforeThereWereOriginsNamesNone() {
        var key = key(OURS);
        node.bean(MongoDatabase.class)
                .getCollection("api_keys")
                .updateOne(Filters.eq("_id", key.get("id").asString()), Updates.unset("origins"));

        await().atMost(Duration.ofSeconds(10))
                .until(() -> with(key).get("/role-guide", "Origin", OURS).header(ALLOW) == null);
        assertThat(with(key).get("/role-guide").status()).isEqualTo(200);
        assertThat(node.as("admin").get("/api-keys").ok().get("items").values())
                .filteredOn(it -> it.get("id").equals(key.get("id")))
                .singleElement()
                .satisfies(it -> assertThat(it.get("origins")).isEmpty());
    }

    /** A server for pages of another origin, which the tested server does not know. */
    private static HttpServer startOtherSite() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] page = "<!doctype html><title>A page</title>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            try (exchange) {
                exchange.getResponseBody().write(page);
            }
        });
        server.start();
        return server;
    }

    /** What a script of the page can read of the answer. */
    private static String readFromPage(Page page, String url, String key) {
        return (String) page.evaluate("""
                async ([url, key]) => {
                  try {
                    const answer = await fetch(url, { headers: { Authorization: key } });
                    return answer.status + " " + answer.headers.get("Imprimatur-Position");
                  } catch {
                    return "nothing";
                  }
                }""", List.of(url, key));
    }

    /** The first bytes of the event stream that a script of the page can read. */
    private static String streamToPage(Page page, String url, String key) {
        return (String) page.evaluate("""
                async ([url, key]) => {
                  const headers = { Authorization: key, Accept: "text/event-stream", "Last-Event-ID": "0" };
                  const reader = (await fetch(url, { headers })).body.getReader();
                  const { value } = await reader.read();
                  await reader.cancel();
                  return new TextDecoder().decode(value);
                }""", List.of(url, key));
    }

    @Test
    void aBrowserLetsThePageReadOnceAnAdministratorNamedItInTheStudio() throws Exception {
        var site = startOtherSite();
        try (var browser = Browser.open(node)) {
            String origin = "http://127.0.0.1:" + site.getAddress().getPort();
            String path = node.delivery() + "/role-guide/" + guides.published().slug();
            var admin = browser.signedIn("admin");
            admin.navigate("/studio/api-keys");
            admin.getByLabel("Name of the site").fill("a page of " + origin);
            admin.getByText("Make the key").click();
            String key = "Bearer " + admin.locator(".secret code").textContent();
            var page = browser.window(new com.microsoft.playwright.Browser.NewContextOptions());
            page.navigate(origin);
            assertThat(readFromPage(page, path, key)).isEqualTo("nothing");

            var row = admin.locator("tr", new Page.LocatorOptions().setHasText("a page of " + origin));
            row.locator("summary").click();
            Browser.assertAccessible(admin);
            row.locator("textarea").fill(origin + "/");
            row.locator("details button").click();
            assertThat(admin.locator(".notice.is-problem, [role=alert]").first().textContent())
                    .contains("Pages in a browser", "not even a slash");
            admin.navigate("/studio/api-keys");
            row.locator("summary").click();
            row.locator("textarea").fill("\n" + origin + "\nhttps://www.example.com\n");
            row.locator("details button").click();
            assertThat(admin.locator("main").textContent()).contains("From now on");
            assertThat(row.locator("textarea").inputValue()).isEqualTo(origin + "\nhttps://www.example.com");

            assertThat(readFromPage(page, path, key)).startsWith("200 ").doesNotContain("null");
            assertThat(readFromPage(page, path + "?format=word", key)).startsWith("400");
            assertThat(readFromPage(page, node.delivery() + "/role-guide/nothing", key))
                    .startsWith("404 ");
            assertThat(readFromPage(page, path, "Bearer imp_site_wrong")).isEqualTo("nothing");
            // the browser may deliver several events in one chunk
            assertThat(streamToPage(page, node.delivery() + "/ledger", key)).startsWith("id:0\n\n");
        } finally {
            site.stop(0);
        }
    }
}
