// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The audit records who signed in and from where. Only administrators can filter, page and export it. */
class AuditTest {
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** A browser without a user interface. */
    private static final class Visitor {
        private final HttpClient client = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        private String csrf = "";

        HttpResponse<String> get(String path) throws Exception {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(node.url() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
            var token = CSRF.matcher(answer.body());
            if (token.find()) csrf = token.group(1);
            return answer;
        }

        HttpResponse<String> post(String path, Map<String, String> form, String... headers) throws Exception {
            String body = form.entrySet().stream()
                    .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&", "", "&_csrf=" + URLEncoder.encode(csrf, StandardCharsets.UTF_8)));
            var request = HttpRequest.newBuilder(URI.create(node.url() + path))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            if (headers.length > 0) request.headers(headers);
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        Visitor signIn(String username, String password, String... headers) throws Exception {
            get("/login");
            var answer = post("/login", Map.of("username", username, "password", password), headers);
            assertThat(answer.statusCode()).isEqualTo(302);
            return this;
        }
    }

    private static List<JsonNode> audit(String query) {
        return node.as("admin").get("/audit?limit=100" + query).ok().get("items").values().stream()
                .toList();
    }

    private static String text(JsonNode entry, String field) {
        return entry.path(field).asString("");
    }

    @Test
    void whoSignsInAndOutIsOnRecordWithTheAddressThatTheServerSaw() throws Exception {
        var visitor = new Visitor().signIn("editor", Node.PASSWORD, "X-Forwarded-For", "203.0.113.9");
        visitor.get("/studio");
        visitor.post("/logout", Map.of());

        var came = audit("&person=editor&action=signed-in&target=studio").getFirst();
        assertThat(text(came, "actor")).isEqualTo("editor");
        assertThat(text(came, "source")).isEqualTo("127.0.0.1");
        assertThat(text(came, "at")).isNotEmpty();
        var went = audit("&person=editor&action=signed-out").getFirst();
        assertThat(text(went, "source")).isEqualTo("127.0.0.1");
        assertThat(text(went, "id")).isGreaterThan(text(came, "id"));
        assertThat(audit("&action=session-ended&person=editor")).isEmpty();
    }

    @Test
    void failuresNameAnAccountOrNobodyButNeverWhatWasTyped() throws Exception {
        new Visitor().signIn("reviewer", "not the password");
        new Visitor().signIn("my-secret.passphrase", "x");

        var failed = audit("&action=sign-in-failed");
        assertThat(failed)
                .anyMatch(it -> text(it, "target").equals("reviewer")
                        && text(it, "actor").isEmpty()
                        && text(it, "source").equals("127.0.0.1"))
                .anyMatch(it -> text(it, "target").equals("(no account)"));
        assertThat(audit("&person=reviewer&action=sign-in-failed")).isNotEmpty();
        assertThat(failed.toString() + audit("")).doesNotContain("my-secret", "not the password");
    }

    @Test
    void aRefusalIsOnRecordOnceUnderTheAddressThatWasAskedForAndNobodysIsNot() throws Exception {
        var publisher = new Visitor().signIn("publisher", Node.PASSWORD);
        publisher.get("/studio/accounts");
        publisher.post("/studio/accounts/nobody/roles", Map.of());
        publisher.csrf = "stale";
        publisher.post("/studio/accounts/nobody/rename", Map.of());
        node.as("publisher").get("/accounts");
        new Visitor().post("/studio/guides/1/edits", Map.of(), "X-Requested-With", "words");
        new Visitor().get("/studio/accounts");

        assertThat(audit("&action=denied"))
                .filteredOn(it -> Set.of("publisher", "").contains(text(it, "actor")))
                .extracting(it -> text(it, "actor") + " " + text(it, "target"))
                .containsExactlyInAnyOrder(
                        "publisher GET /studio/accounts",
                        "publisher POST /studio/accounts/nobody/roles",
                        "publisher POST /studio/accounts/nobody/rename",
                        "publisher GET /api/management/v1/accounts");
    }

    @Test
    void whoIsSlowedDownIsOnRecordOnceAMinute() throws Exception {
        for (int i = 0; i < 12; i++) new Visitor().signIn("second-reviewer", "wrong " + i);

        assertThat(audit("&action=sign-in-throttled&person=second-reviewer")).hasSize(1);
        assertThat(audit("&action=sign-in-failed&person=second-reviewer")).hasSizeBetween(5, 8);
    }

    @Test
    void sessionsThatEndOtherwiseAreOnRecordWithWhoEndedThem() throws Exception {
        account("leaver");
        var visitor = new Visitor().signIn("leaver", Node.PASSWORD);
        visitor.get("/studio");

        node.as("admin").delete("/accounts/leaver");

        var ended = audit("&action=session-ended&person=leaver");
        assertThat(ended).hasSize(1);
        assertThat(text(ended.getFirst(), "actor")).isEqualTo("admin");
        assertThat(text(ended.getFirst(), "target")).isEqualTo("leaver 127.0.0.1");
    }

    private static void account(String username) {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Called " + username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
    }

    @Test
    void aTokenIsOnRecordWhenItIsMadeAndWhenItIsFirstUsed() {
        account("scripter");
        String token = new Http(node.management(), Node.basic("scripter", Node.PASSWORD))
                .post("/tokens", Map.of("name", "the nightly job"))
                .ok()
                .get("token")
                .asString();
        var script = new Http(node.management(), "Bearer " + token);
        assertThat(audit("&person=scripter&action=token-first-used")).isEmpty();

        script.get("/tasks").ok();
        script.get("/tasks").ok();

        var used = audit("&person=scripter&action=token-first-used");
        assertThat(used).hasSize(1);
        assertThat(text(used.getFirst(), "target")).isEqualTo("the nightly job");
        assertThat(text(used.getFirst(), "source")).isEqualTo("127.0.0.1");
        var made = audit("&person=scripter&action=token-created").getFirst();
        assertThat(text(made, "source")).isEqualTo("127.0.0.1");
        assertThat(audit("&person=scripter&action=signed-in&target=management")).hasSize(1);
        assertThat(audit("").toString()).doesNotContain(token);
    }

    @Test
    void filtersAreCheckedAndCombine() {
        String today =
                LocalDate.ofInstant(node.clock().instant(), ZoneOffset.UTC).toString();
        String yesterday = LocalDate.parse(today).minusDays(1).toString();
        node.as("editor").post("/tasks/nothing/complete", Map.of());

        assertThat(audit("&from=" + today + "&to=" + today + "&action=account-created"))
                .hasSameSizeAs(audit("&action=account-created"))
                .isNotEmpty();
        assertThat(audit("&to=" + yesterday)).isEmpty();
        assertThat(audit("&from=" + today + "T00:00:00%2B00:00")).isNotEmpty();
        assertThat(audit("&target=ACCOUNT-NOBODY-HAS")).isEmpty();
        assertThat(audit("&target=.*")).isEmpty();
        assertThat(audit("&person=second-editor&action=account-created"))
                .allMatch(it -> text(it, "target").startsWith("second-editor "))
                .hasSize(1);
        assertThat(audit("&person=.*")).isEmpty();
        for (String wrong : List.of(
                "from=yesterday",
                "to=2026-02-30",
                "from=" + today + "&to=" + yesterday,
                "action=Signed In",
                "action=%24ne",
                "person=" + "x".repeat(201),
                "from=%2B1000000000-01-01",
                "from=-0001-01-01",
                "who=editor",
                "person=a&person=b")) {
            String path = "/audit?" + wrong.replace(" ", "%20");
            assertThat(node.as("admin").get(path).status()).as(wrong).isEqualTo(400);
            assertThat(node.as("admin")
                            .get(path.replace("/audit?", "/audit/export?"))
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void everythingThatMatchesIsExportedAndTheExportIsOnRecord() {
        var audit = node.bean(Audit.class);
        audit.record("exporter", "denied", "=HYPERLINK(\"http://x\"), a\r\nb <b>", "10.0.0.1");
        for (int i = 0; i < 250; i++) audit.record("exporter", "denied", "GET /" + i + ", Zoë", "10.0.0.1");

        var csv = node.as("admin").get("/audit/export?format=csv&person=exporter");
        var jsonl = node.as("admin").get("/audit/export?format=jsonl&person=exporter");

        assertThat(csv.header("Content-Type")).isEqualToIgnoringCase("text/csv;charset=UTF-8");
        assertThat(csv.header("Content-Disposition")).startsWith("attachment; filename=\"audit-");
        assertThat(csv.header("Cache-Control")).isEqualTo("no-store");
        assertThat(csv.body())
                .startsWith("at,actor,action,target,source,id,position,hash,damage\r\n")
                .endsWith("\r\n");
        assertThat(csv.body()).contains(",\"'=HYPERLINK(\"\"http://x\"\"), a\r\nb <b>\",10.0.0.1,");
        assertThat(csv.body()).contains("\"GET /249, Zoë\"");
        assertThat(csv.body().split("\r\n(?!b <b>)")).hasSize(252);
        assertThat(jsonl.header("Content-Type")).startsWith("application/x-ndjson");
        var lines = jsonl.body().lines().map(Http.JSON::readTree).toList();
        assertThat(lines).hasSize(251);
        assertThat(text(lines.getLast(), "target")).isEqualTo("=HYPERLINK(\"http://x\"), a\r\nb <b>");
        assertThat(lines.stream().map(it -> text(it, "id")).toList()).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(audit("&action=audit-exported"))
                .extracting(it -> text(it, "actor") + ": " + text(it, "target"))
                .contains("admin: csv person exporter", "admin: jsonl person exporter");
        assertThat(node.as("admin").get("/audit/export?format=xls").status()).isEqualTo(400);
        for (String who : List.of("editor", "reviewer", "publisher"))
            assertThat(node.as(who).get("/audit/export?format=csv").status()).isEqualTo(403);
    }

    @Test
    void thePageFiltersPagesEscapesAndExports() throws Exception {
        var audit = node.bean(Audit.class);
        for (int i = 0; i < 150; i++) audit.record("pager", "denied", "GET /<script>" + i, "10.0.0.1");
        var visitor = new Visitor().signIn("admin", Node.PASSWORD);

        var first = visitor.get("/studio/audit?person=pager&target=%3Cscript%3E");
        assertThat(first.body()).contains("GET /&lt;script&gt;149").doesNotContain("GET /<script>");
        String next = link(first.body(), "next");
        assertThat(next).contains("person=pager", "target=%3Cscript%3E");
        var second = visitor.get(next);
        assertThat(second.body())
                .contains("GET /&lt;script&gt;49", "GET /&lt;script&gt;0")
                .doesNotContain("GET /&lt;script&gt;50");
        var back = visitor.get(link(second.body(), "prev"));
        assertThat(back.body()).contains("GET /&lt;script&gt;149").doesNotContain("rel=\"prev\"");

        var file = visitor.get("/studio/audit/export?format=csv&person=pager");
        assertThat(file.body().lines()).hasSize(151);
        var wrong = visitor.get("/studio/audit?person=pager&from=soon");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body())
                .contains("<b dir=\"auto\">From:</b> <span>A date such as", "value=\"pager\"")
                .contains("<h1>Audit and ledger</h1>");
        assertThat(visitor.get("/studio/audit?from=2026-05-14&to=2026-05-13").body())
                .contains("<b dir=\"auto\">Up to and with:</b> <span>The time asked for ends before it begins");
        assertThat(visitor.get("/studio/audit?cursor=MQ").statusCode()).isEqualTo(400);

        var editor = new Visitor().signIn("second-editor", Node.PASSWORD);
        assertThat(editor.get("/studio/audit").statusCode()).isEqualTo(403);
        assertThat(editor.get("/studio/audit/export?format=csv").statusCode()).isEqualTo(403);
    }

    private static String link(String page, String rel) {
        var found = Pattern.compile("href=\"([^\"]+)\" rel=\"" + rel + "\"").matcher(page);
        assertThat(found.find()).as(rel + " in " + page).isTrue();
        return found.group(1).replace("&amp;", "&");
    }

    @Test
    void anExportThatFailsHalfwayDoesNotLookWhole() {
        var audit = node.bean(Audit.class);
        for (int i = 0; i < 3000; i++) audit.record("breaker", "denied", "GET /" + i, "10.0.0.1");
        // a damaged record, older than the page that is sent first
        node.bean(MongoDatabase.class)
                .getCollection("audit")
                .insertOne(new Document("_id", "0000000000001-broken")
                        .append("at", "no instant")
                        .append("actor", "breaker")
                        .append("action", "denied"));
        try {
            assertThatThrownBy(() -> node.as("admin").get("/audit/export?format=csv&person=breaker"))
                    .hasRootCauseInstanceOf(IOException.class);
        } finally {
            node.bean(MongoDatabase.class)
                    .getCollection("audit")
                    .deleteOne(new Document("_id", "0000000000001-broken"));
        }
    }
}
