// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import dev.imprimatur.throttling.Throttle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

class AccountsTest {
    private static final List<String> EVERYBODY = List.of("editor", "reviewer", "publisher", "admin");
    private static final List<String> PUBLIC = List.of(
            "GET /.well-known/jwks.json",
            "GET /calendar/{token}.ics",
            "GET /api/delivery/v1/preview/{token}",
            "GET /api/delivery/v1/preview/{token}/media/{id}",
            "GET /media/{hash}/{name}",
            "GET /docs",
            "GET /login",
            "GET /openapi.json",
            "GET /invited/{token}",
            "GET /reset/{token}",
            "GET /setup",
            "GET /setup.js",
            "GET /unsubscribe/{token}",
            "POST /setup",
            "POST /unsubscribe/{token}");

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    /** Which roles may call each route of the management API. A route that is missing here fails the test. */
    private static final Map<String, List<String>> MATRIX = new TreeMap<>(Map.ofEntries(
            Map.entry("POST /tokens", EVERYBODY),
            Map.entry("GET /content-types", EVERYBODY),
            Map.entry("GET /content-types/{type}", EVERYBODY),
            Map.entry("POST /content-types/{type}/check", List.of("admin")),
            Map.entry("GET /accounts", List.of("admin")),
            Map.entry("POST /accounts", List.of("admin")),
            Map.entry("DELETE /accounts/{username}", List.of("admin")),
            Map.entry("PATCH /accounts/{username}", List.of("admin")),
            Map.entry("POST /accounts/{username}/reactivate", List.of("admin")),
            Map.entry("POST /accounts/{username}/password-reset", List.of("admin")),
            Map.entry("GET /api-keys", List.of("admin")),
            Map.entry("POST /api-keys", List.of("admin")),
            Map.entry("DELETE /api-keys/{id}", List.of("admin")),
            Map.entry("PATCH /api-keys/{id}", List.of("admin")),
            Map.entry("GET /webhooks", List.of("admin")),
            Map.entry("POST /webhooks", List.of("admin")),
            Map.entry("DELETE /webhooks/{id}", List.of("admin")),
            Map.entry("POST /webhooks/{id}/secret", List.of("admin")),
            Map.entry("POST /webhooks/{id}/resume", List.of("admin")),
            Map.entry("POST /webhooks/{id}/test", List.of("admin")),
            Map.entry("POST /webhooks/{id}/redeliver", List.of("admin")),
            Map.entry("GET /webhooks/{id}/attempts", List.of("admin")),
            Map.entry("GET /workflows", List.of("admin")),
            Map.entry("POST /workflows/check", List.of("admin")),
            Map.entry("POST /workflows/test", List.of("admin")),
            Map.entry("GET /workflows/{id}", List.of("admin")),
            Map.entry("PUT /workflows/{id}", List.of("admin")),
            Map.entry("GET /workflows/{id}/editions", List.of("admin")),
            Map.entry("POST /workflows/{id}/migrate", List.of("admin")),
            Map.entry("GET /workflows/{id}/versions", List.of("admin")),
            Map.entry("GET /workflows/{id}/versions/{number}", List.of("admin")),
            Map.entry("GET /workflows/{id}/versions/{from}/diff/{to}", List.of("admin")),
            Map.entry("GET /notifications", EVERYBODY),
            Map.entry("POST /notifications/read", EVERYBODY),
            Map.entry("GET /notifications/preferences", EVERYBODY),
            Map.entry("PUT /notifications/preferences", EVERYBODY),
            Map.entry("GET /notifications/undelivered", List.of("admin")),
            Map.entry("POST /notifications/undelivered/retry", List.of("admin")),
            Map.entry("POST /notifications/undelivered/{username}/retry", List.of("admin")),
            Map.entry("GET /notifications/chats", List.of("admin")),
            Map.entry("POST /notifications/chats", List.of("admin")),
            Map.entry("DELETE /notifications/chats/{id}", List.of("admin")),
            Map.entry("POST /notifications/chats/{id}/resume", List.of("admin")),
            Map.entry("POST /notifications/chats/{id}/test", List.of("admin")),
            Map.entry("GET /audit", List.of("admin")),
            Map.entry("GET /audit/export", List.of("admin")),
            Map.entry("GET /audit/verification", List.of("admin")),
            Map.entry("GET /ledger/verification", List.of("admin")),
            Map.entry("GET /ledger/standing", List.of("admin")),
            Map.entry("POST /ledger/lineage", List.of("admin")),
            Map.entry("GET /tasks", EVERYBODY),
            Map.entry("POST /tasks/{id}/claim", EVERYBODY),
            Map.entry("POST /tasks/{id}/unclaim", EVERYBODY),
            Map.entry("POST /tasks/{id}/assign", EVERYBODY),
            Map.entry("POST /tasks/{id}/complete", EVERYBODY),
            Map.entry("POST /{type}", List.of("editor")),
            Map.entry("GET /{type}", EVERYBODY),
            Map.entry("GET /{type}/{id}", EVERYBODY),
            Map.entry("GET /{type}/{id}/draft", EVERYBODY),
            Map.entry("GET /{type}/{id}/draft/versions", EVERYBODY),
            Map.entry("GET /{type}/{id}/draft/versions/{version}", EVERYBODY),
            Map.entry("POST /{type}/{id}/draft/versions/{version}/restore", List.of("editor")),
            Map.entry("PUT /{type}/{id}/draft", List.of("editor", "reviewer")),
            Map.entry("PATCH /{type}/{id}/draft", List.of("editor", "reviewer")),
            Map.entry("POST /{type}/{id}/submit", List.of("editor")),
            Map.entry("POST /{type}/{id}/editions", List.of("editor")),
            Map.entry("DELETE /{type}/{id}/editions/current", List.of("editor")),
            Map.entry("GET /{type}/{id}/revisions", EVERYBODY),
            Map.entry("GET /{type}/{id}/revisions/{number}", EVERYBODY),
            Map.entry("GET /{type}/{id}/revisions/{from}/diff/{to}", EVERYBODY),
            Map.entry("POST /{type}/{id}/revisions/{number}/restore", List.of("editor")),
            Map.entry("GET /{type}/{id}/comments", EVERYBODY),
            Map.entry("POST /{type}/{id}/comments", List.of("editor", "reviewer")),
            Map.entry("PATCH /{type}/{id}/comments/{comment}", List.of("editor", "reviewer")),
            Map.entry("GET /{type}/{id}/invitations", List.of("editor", "reviewer", "admin")),
            Map.entry("POST /{type}/{id}/invitations", List.of("editor", "reviewer")),
            Map.entry("DELETE /{type}/{id}/invitations/{invitation}", List.of("editor", "reviewer", "admin")),
            Map.entry("GET /{type}/{id}/previews", List.of("editor", "reviewer", "publisher")),
            Map.entry("POST /{type}/{id}/previews", List.of("editor", "reviewer", "publisher")),
            Map.entry("DELETE /{type}/{id}/previews/{preview}", List.of("editor", "reviewer", "publisher")),
            Map.entry("POST /{type}/{id}/unpublish", List.of("publisher")),
            Map.entry("GET /deleted-guides", EVERYBODY),
            Map.entry("POST /{type}/{id}/undelete", List.of("editor")),
            Map.entry("GET /media", EVERYBODY),
            Map.entry("POST /media", List.of("editor")),
            Map.entry("GET /media/{id}", EVERYBODY),
            Map.entry("PUT /media/{id}", List.of("editor")),
            Map.entry("DELETE /media/{id}", List.of("editor")),
            Map.entry("POST /media/{id}/versions", List.of("editor")),
            Map.entry("GET /media/{id}/file", EVERYBODY),
            Map.entry("GET /releases", EVERYBODY),
            Map.entry("POST /releases", List.of("publisher")),
            Map.entry("GET /releases/{id}", EVERYBODY),
            Map.entry("PUT /releases/{id}", List.of("publisher")),
            Map.entry("DELETE /releases/{id}", List.of("publisher")),
            Map.entry("PUT /releases/{id}/guides/{guide}", List.of("publisher")),
            Map.entry("DELETE /releases/{id}/guides/{guide}", List.of("publisher")),
            Map.entry("GET /releases/{id}/check", EVERYBODY),
            Map.entry("POST /releases/{id}/publish", List.of("publisher")),
            Map.entry("POST /releases/{id}/undo", List.of("publisher")),
            Map.entry("GET /calendar", EVERYBODY),
            Map.entry("GET /{type}/{id}/schedule", EVERYBODY),
            Map.entry("PUT /{type}/{id}/schedule", List.of("publisher")),
            Map.entry("DELETE /{type}/{id}/schedule", List.of("publisher")),
            Map.entry("POST /{type}/{id}/slug", List.of("editor", "publisher")),
            Map.entry("PUT /{type}/{id}/owner", List.of("editor", "publisher", "admin")),
            Map.entry("DELETE /{type}/{id}/owner", List.of("editor", "publisher", "admin")),
            Map.entry("POST /accounts/{username}/hand-over", List.of("admin")),
            Map.entry("GET /accounts/{username}/hand-over", List.of("admin")),
            Map.entry("GET /accounts/{username}/absence", EVERYBODY),
            Map.entry("PUT /accounts/{username}/absence", EVERYBODY),
            Map.entry("DELETE /accounts/{username}/absence", EVERYBODY),
            Map.entry("GET /tasks/rules", List.of("admin")),
            Map.entry("PUT /tasks/rules", List.of("admin")),
            Map.entry("GET /{type}/{id}/reviewers", EVERYBODY),
            Map.entry("PUT /{type}/{id}/reviewers", List.of("editor", "publisher", "admin")),
            Map.entry("POST /{type}/{id}/duplicate", List.of("editor")),
            Map.entry("GET /{type}/{id}/references", EVERYBODY),
            Map.entry("GET /{type}/{id}/translations", EVERYBODY),
            Map.entry("POST /{type}/{id}/translations", List.of("editor")),
            Map.entry("PUT /{type}/{id}/translations/{guide}", List.of("editor", "publisher")),
            Map.entry("DELETE /{type}/{id}/translations/{guide}", List.of("editor", "publisher")),
            Map.entry("PUT /{type}/{id}/translation-source", List.of("editor")),
            Map.entry("GET /{type}/{id}/translated-from", EVERYBODY),
            Map.entry("PUT /{type}/{id}/translated-from", List.of("editor")),
            Map.entry("DELETE /{type}/{id}", List.of("editor")),
            Map.entry("GET /{type}/{id}/log", EVERYBODY),
            Map.entry("GET /{type}/{id}/process", EVERYBODY)));

    private TreeSet<String> routes(String prefix) {
        var routes = new TreeSet<String>();
        node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, handler) -> {
                    if (!handler.getBeanType().getName().startsWith("dev.imprimatur")) return;
                    for (var method : mapping.getMethodsCondition().getMethods())
                        for (String path : mapping.getPatternValues())
                            if (path.startsWith(prefix)) routes.add(method + " " + path.substring(prefix.length()));
                });
        return routes;
    }

    @Test
    void everyRouteIsForTheRolesOfTheMatrixAndForNobodyElse() {
        assertThat(routes("/api/management/v1")).isEqualTo(MATRIX.keySet());
        MATRIX.forEach((route, roles) -> {
            String method = route.substring(0, route.indexOf(' '));
            String path = route.substring(route.indexOf(' ') + 1)
                    .replace("{type}", "role-guide")
                    .replaceAll("\\{(number|from|to)}", "1")
                    .replaceAll("\\{[a-z]+}", "nothing");
            var anonymous = new Http(node.management(), null).send(method, path, null);
            assertThat(anonymous.status()).as("nobody " + route).isEqualTo(401);
            for (String who : EVERYBODY) {
                Object body = method.equals("GET") || method.equals("DELETE") ? null : bodyFor(path);
                var answer = node.as(who).send(method, path, body);
                if (roles.contains(who))
                    assertThat(answer.status())
                            .as(who + " " + route + " " + answer.body())
                            .isNotIn(401, 403, 500);
                else assertThat(answer.status()).as(who + " " + route).isEqualTo(403);
            }
        });
    }

    private static final Path PERMISSIONS = Path.of("docs/permissions.md");
    private static final Pattern TABLE = Pattern.compile("\\| request \\|.*?\n\n", Pattern.DOTALL);

    /** The table that operators and reviewers of security read is the one that the test above tries, cell by cell. */
    @Test
    void theTableInTheDocsIsTheMatrix() throws IOException {
        var paths = node.nobody().get("/openapi.json").ok().get("paths");
        var table = new StringBuilder("| request | |");
        for (String role : EVERYBODY) table.append(' ').append(role).append(" |");
        table.append("\n| --- | --- |")
                .append(" :-: |".repeat(EVERYBODY.size()))
                .append('\n');
        var byPath = Comparator.comparing((String route) -> route.substring(route.indexOf(' ')))
                .thenComparing(Comparator.naturalOrder());
        for (String route : MATRIX.keySet().stream().sorted(byPath).toList()) {
            String method = route.substring(0, route.indexOf(' '));
            String path = route.substring(route.indexOf(' ') + 1);
            String address = "/api/management/v1" + path;
            // the description has the paths of each content type
            var described =
                    paths.has(address) ? paths.get(address) : paths.path(address.replace("{type}", "role-guide"));
            var operation = described.path(method.toLowerCase(Locale.ROOT));
            String summary = operation.path("summary").asString("");
            assertThat(summary).as(route).isNotEmpty();
            table.append("| `%s %s` | %s |".formatted(method, path, summary));
            for (String role : EVERYBODY) table.append(MATRIX.get(route).contains(role) ? " yes |" : " |");
            table.append('\n');
        }
        table.append('\n');
        String page = Files.readString(PERMISSIONS);
        String right = TABLE.matcher(page).replaceFirst(Matcher.quoteReplacement(table.toString()));
        if (Boolean.getBoolean("write.docs")) Files.writeString(PERMISSIONS, right);
        else assertThat(page).as("run with -Dwrite.docs=true").isEqualTo(right).contains(table);
    }

    @Test
    void anAccountWithoutRolesReadsNothing() {
        String username = "roleless-" + Long.toString(System.nanoTime(), 36);
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Without " + username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of()))
                .ok();
        var guide = node.guides().published();

        MATRIX.keySet().stream().filter(route -> !route.equals("POST /tokens")).forEach(route -> {
            String method = route.substring(0, route.indexOf(' '));
            String path = route.substring(route.indexOf(' ') + 1)
                    .replace("{type}/{id}", "role-guide/" + guide.id())
                    .replace("{type}", "role-guide")
                    .replaceAll("\\{(number|from|to)}", "1")
                    .replaceAll("\\{[a-z]+}", "nothing");
            Object body = method.equals("GET") || method.equals("DELETE") ? null : bodyFor(path);
            assertThat(node.as(username).send(method, path, body).status())
                    .as(route)
                    .isEqualTo(403);
        });
        var visitor = Visitor.signedIn(node, username);
        for (String page : List.of("/studio", "/studio/guides", "/studio/guides/" + guide.id() + "/review")) {
            var answer = visitor.get(page);
            assertThat(answer.status()).as(page).isEqualTo(403);
            assertThat(answer.body()).contains("no role yet").doesNotContain(guide.slug());
        }
        assertThat(visitor.get("/studio/account").status()).isEqualTo(200);
    }

    @Test
    void aFractionIsNoRevision() {
        var guide = node.guides().submitted();
        var task = node.guides().task("reviewer", guide);

        for (Object revision : List.of(1.5, 1.0, "1", true)) {
            var answer = node.as("reviewer")
                    .post(
                            "/tasks/" + task.get("id").asString() + "/complete",
                            Map.of(
                                    "outcome",
                                    "approve",
                                    "revision",
                                    revision,
                                    "contentHash",
                                    task.get("contentHash").asString()));
            assertThat(answer.status()).as(revision + " " + answer.body()).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/revision");
        }
        assertThat(node.as("reviewer")
                        .post(guide.path() + "/comments", Map.of("revision", 1.5, "pointer", "", "body", "x"))
                        .status())
                .isEqualTo(400);
        assertThat(node.guides().read(guide).status()).isEqualTo(404);
    }

    @Test
    void whatIsSaidWithAnActHasALength() {
        var guide = node.guides().drafted();
        String longest = "x".repeat(5_000);

        assertThat(node.as("editor")
                        .post(guide.path() + "/submit", Map.of("message", longest + "x"))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/message");
        node.as("editor")
                .post(guide.path() + "/submit", Map.of("message", longest))
                .ok();
        var task = node.guides().task("reviewer", guide);
        var approval = Map.of(
                "outcome",
                "approve",
                "revision",
                1,
                "contentHash",
                task.get("contentHash").asString());
        String complete = "/tasks/" + task.get("id").asString() + "/complete";
        var tooLong = new HashMap<String, Object>(approval);
        tooLong.put("message", longest + "x");
        assertThat(node.as("reviewer").post(complete, tooLong).status()).isEqualTo(400);
        tooLong.put("message", longest);
        node.as("reviewer").post(complete, tooLong).ok();
        assertThat(node.as("publisher")
                        .post(guide.path() + "/unpublish", Map.of("reason", longest + "x"))
                        .status())
                .isEqualTo(400);
        assertThat(node.guides().read(guide).status()).isEqualTo(200);
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", longest))
                .ok();
    }

    private static Object bodyFor(String path) {
        if (path.endsWith("/assign")) return Map.of("account", "editor");
        if (path.endsWith("/complete")) return Map.of("outcome", "approve", "revision", 1, "contentHash", "x");
        if (path.endsWith("/comments")) return Map.of("revision", 1, "pointer", "", "body", "x");
        if (path.endsWith("/comments/nothing")) return Map.of("resolved", true);
        if (path.endsWith("/unpublish")) return Map.of("reason", "x");
        if (path.endsWith("/translations")) return Map.of("locale", "de-DE");
        if (path.endsWith("/translated-from")) return Map.of("revision", 1);
        if (path.endsWith("/reviewers")) return Map.of("reviewers", List.of());
        if (path.endsWith("/absence")) return Map.of("from", "x");
        if (path.equals("/tasks/rules")) return Map.of("rules", Map.of());
        if (path.endsWith("/owner")) return Map.of("username", "editor");
        if (path.equals("/workflows/test")) return Map.of("bpmn", "x", "steps", List.of());
        if (path.endsWith("/migrate")) return Map.of("to", 1);
        if (path.startsWith("/workflows/")) return Map.of("bpmn", "x");
        if (path.endsWith("/invitations")) return Map.of("name", "Ada", "email", "ada@example.org");
        if (path.endsWith("/hand-over")) return Map.of("to", "editor");
        if (path.endsWith("/slug") || path.endsWith("/duplicate")) return Map.of("slug", "another");
        if (path.equals("/role-guide")) return Map.of("slug", "Not A Slug", "content", Map.of());
        if (path.equals("/accounts"))
            return Map.of("username", "x", "displayName", "x", "password", "short", "roles", List.of());
        if (path.equals("/api-keys")) return Map.of("name", "", "scopes", List.of());
        if (path.equals("/webhooks") || path.equals("/notifications/chats")) return Map.of("url", "");
        if (path.equals("/ledger/lineage")) return Map.of("lineage", "another", "message", "x");
        if (path.endsWith("/redeliver")) return Map.of("position", 1);
        if (path.equals("/tokens") || path.equals("/releases") || path.equals("/releases/nothing"))
            return Map.of("name", "");
        return Map.of();
    }

    @Test
    void withoutACredentialOnlyThePublicListAnswers() {
        for (String route : routes("")) {
            String method = route.substring(0, route.indexOf(' '));
            String path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{[a-z]+}", "x");
            var answer = node.nobody().send(method, path, null);
            if (PUBLIC.contains(route)) assertThat(answer.status()).as(route).isIn(200, 404);
            else if (path.equals("/studio/session"))
                assertThat(answer.status()).as(route).isEqualTo(401);
            // the link is the credential, and this one is of nobody
            else if (path.startsWith("/invited"))
                assertThat(answer.status()).as(route).isIn(302, 400, 404);
            else if (path.equals("/") || path.equals("/reset") || path.startsWith("/studio"))
                assertThat(answer.header("Location")).as(route).endsWith("/login");
            else assertThat(answer.status()).as(route).isEqualTo(401);
        }
        for (String path : List.of(
                "/actuator/env",
                "/actuator",
                "/actuator/prometheus",
                "/actuator/info",
                "/actuator/sbom",
                "/actuator/sbom/application",
                "/error",
                "/h2-console"))
            assertThat(node.nobody().get(path).status()).as(path).isIn(401, 404);
        assertThat(node.nobody()
                        .get("/actuator/health/readiness")
                        .ok()
                        .get("components")
                        .propertyNames())
                .contains("mongo", "db");
    }

    @Test
    void aSecretOpensItsOwnDoorOnly() {
        String site = node.site()
                .get("/role-guide")
                .response()
                .request()
                .headers()
                .firstValue("Authorization")
                .orElseThrow();
        String person = node.as("editor")
                .get("/tasks")
                .response()
                .request()
                .headers()
                .firstValue("Authorization")
                .orElseThrow();

        assertThat(new Http(node.management(), site).get("/tasks").status()).isEqualTo(401);
        assertThat(new Http(node.delivery(), person).get("/role-guide").status())
                .isEqualTo(401);
        assertThat(new Http(node.management(), Node.basic("editor", Node.PASSWORD))
                        .get("/tasks")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whoIsDeactivatedIsOutWithTheNextRequest() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "leaver",
                                "displayName",
                                "Leaver",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
        assertThat(node.as("leaver").get("/tasks").status()).isEqualTo(200);

        assertThat(node.as("admin").delete("/accounts/leaver").status()).isEqualTo(204);

        assertThat(node.as("leaver").get("/tasks").status()).isEqualTo(401);
        assertThat(node.as("admin").delete("/accounts/admin").problem()).isEqualTo("last-administrator");
        assertThat(node.as("admin")
                        .post(
                                "/accounts",
                                Map.of(
                                        "username",
                                        "leaver",
                                        "displayName",
                                        "Another",
                                        "password",
                                        Node.PASSWORD,
                                        "roles",
                                        List.of()))
                        .problem())
                .isEqualTo("username-taken");
    }

    @Test
    void aRevokedKeyReadsNothingMore() {
        var fresh = node.as("admin")
                .post("/api-keys", Map.of("name", "short-lived", "scopes", List.of("delivery")))
                .ok();
        var site = new Http(node.delivery(), "Bearer " + fresh.get("key").asString());
        assertThat(site.get("/role-guide").status()).isEqualTo(200);

        node.as("admin").delete("/api-keys/" + fresh.get("id").asString());

        assertThat(site.get("/role-guide").status()).isEqualTo(401);
        assertThat(node.as("admin").get("/api-keys").body()).doesNotContain("imp_site_", "hash");
    }

    @Test
    void refusalsAndChangesAreAudited() {
        var guide = guides.submitted();
        guides.decide("editor", guides.task("reviewer", guide), "approve");

        var audit = node.as("admin").get("/audit?limit=100").ok().get("items").values();

        assertThat(audit)
                .anyMatch(entry -> entry.get("action").asString().equals("denied")
                        && entry.get("actor").asString().equals("editor")
                        && entry.get("target").asString().contains("/complete"));
        assertThat(audit).anyMatch(entry -> entry.get("action").asString().equals("token-created"));
        assertThat(node.as("admin").get("/audit?limit=100").body()).doesNotContain("imp_pat_", Node.PASSWORD);
    }

    @Test
    void hostileBodiesAreRefusedAndChangeNothing() {
        var editor = node.as("editor");
        assertThat(editor.post("/role-guide", "{\"slug\": {\"$ne\": null}, \"content\": {}}")
                        .status())
                .isEqualTo(400);
        assertThat(editor.post("/role-guide", "{\"slug\": \"x\", \"slug\": \"y\", \"content\": {}}")
                        .status())
                .isEqualTo(400);
        assertThat(editor.post("/role-guide", "{\"slug\": \"аdmin\", \"content\": {}}")
                        .status())
                .isEqualTo(400);
        assertThat(editor.post("/role-guide", "{\"slug\": \"a\\r\\nSet-Cookie:x=1\", \"content\": {}}")
                        .status())
                .isEqualTo(400);
        assertThat(editor.post("/role-guide", "[".repeat(10_000)).status()).isEqualTo(400);
        assertThat(editor.post(
                                "/role-guide",
                                "{\"slug\": \"x\", \"content\": {\"summary\": \"" + "a".repeat(1_100_000) + "\"}}")
                        .status())
                .isEqualTo(413);
        assertThat(editor.post("/role-guide", "slug=x", "Content-Type", "application/x-www-form-urlencoded")
                        .status())
                .isEqualTo(415);
        assertThat(editor.post("/role-guide", "{}", "Content-Encoding", "gzip").status())
                .isEqualTo(415);
        assertThat(editor.post("/role-guide", "{} trailing").status()).isEqualTo(400);
        assertThat(editor.send("TRACE", "/role-guide", null).status()).isEqualTo(405);
    }

    @Test
    void whoKeepsFailingIsSlowedDownButNotTheirVictim() {
        var throttle = new Throttle();
        throttle.succeeded("victim", "192.0.2.1");
        for (int i = 0; i < 50; i++) throttle.failed("victim", "10.0.0." + i);

        assertThat(isRefused(() -> throttle.failed("victim", "198.51.100.9"))).isTrue();
        assertThat(isRefused(() -> throttle.failed("victim", "192.0.2.1"))).isFalse();
        assertThat(isRefused(() -> throttle.failed("somebody-else", "198.51.100.9")))
                .isFalse();
        assertThat(throttle.isRight("victim", "198.51.100.9", () -> true)).isTrue();

        for (int i = 0; i < 5; i++) throttle.failed("somebody-else", "203.0.113.5");
        assertThat(isRefused(() -> throttle.failed("somebody-else", "203.0.113.5")))
                .isTrue();
    }

    @Test
    void guessesAfterTooManyFailuresAreCheckedOneAfterAnother() throws Exception {
        var throttle = new Throttle();
        for (int i = 0; i < 5; i++) throttle.failed("victim", "203.0.113.5");
        long begin = System.nanoTime();

        try (var guessers = Executors.newFixedThreadPool(5)) {
            for (int i = 0; i < 5; i++) guessers.submit(() -> throttle.isRight("victim", "203.0.113.5", () -> false));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(900));
    }

    private static boolean isRefused(Runnable attempt) {
        try {
            attempt.run();
            return false;
        } catch (Refused refused) {
            return refused.refusal().kind() == Refusal.Kind.THROTTLED;
        }
    }

    @Test
    void unknownAndKnownAccountsFailAlike() {
        var known = new Http(node.management(), Node.basic("publisher", "wrong")).post("/tokens", Map.of("name", "x"));
        var unknown =
                new Http(node.management(), Node.basic("nobody-here", "wrong")).post("/tokens", Map.of("name", "x"));

        assertThat(known.status()).isEqualTo(401);
        assertThat(known.body()).isEqualTo(unknown.body());
    }
}
