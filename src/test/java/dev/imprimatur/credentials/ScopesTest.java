// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** A token with scopes may do what its scopes and the roles of its person both allow, and nothing else. */
class ScopesTest {
    private static final String ROOT = "/api/management/v1";
    private static final List<String> ALL = List.of("read", "draft", "comment", "review", "publish", "admin");

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private Answer createToken(Http maker, Object scopes) {
        var wanted = new HashMap<String, Object>(Map.of("name", "scoped"));
        if (scopes != null) wanted.put("scopes", scopes);
        return maker.post("/tokens", wanted);
    }

    private Http withScopes(String username, String... scopes) {
        var token = createToken(new Http(node.management(), Node.basic(username, Node.PASSWORD)), List.of(scopes));
        return new Http(node.management(), "Bearer " + token.ok().get("token").asString());
    }

    @Test
    void anAgentDraftsCommentsAndSubmitsAndNeverDecides() {
        var agent = withScopes("both", "agent");
        var content = Guides.content();
        var guide = agent.post("/role-guide", Map.of("slug", "by-agent-" + System.nanoTime(), "content", content))
                .ok();
        String path = "/role-guide/" + guide.get("id").asString();
        agent.post(path + "/submit", Map.of()).ok();
        agent.post(path + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", "Look."))
                .ok();
        var others = guides.submitted();
        var task = guides.task("both", others);
        String complete = "/tasks/" + task.get("id").asString() + "/complete";
        var approval = Guides.completion(task, "approve");

        var decided = agent.post(complete, approval);
        var withdrawn = withScopes("publisher", "agent")
                .post("/role-guide/" + guides.published().id() + "/unpublish", Map.of("reason", "no"));

        assertThat(decided.status()).isEqualTo(403);
        assertThat(decided.problem()).isEqualTo("scope-needed");
        assertThat(decided.json().get("scope").asString()).isEqualTo("review");
        assertThat(withdrawn.json().get("scope").asString()).isEqualTo("publish");
        assertThat(withScopes("admin", "agent")
                        .get("/accounts")
                        .json()
                        .get("scope")
                        .asString())
                .isEqualTo("admin");
        assertThat(guides.read(others).status()).isEqualTo(404);
    }

    @Test
    void aRequestThatAWiderTokenMadeIsNotAnsweredAgain() {
        var guide = guides.submitted();
        var task = guides.task("both", guide);
        String complete = "/tasks/" + task.get("id").asString() + "/complete";
        var approval = Guides.completion(task, "approve");
        String key = "key-" + System.nanoTime();
        node.as("both").post(complete, approval, "Idempotency-Key", key).ok();

        var again = withScopes("both", "agent").post(complete, approval, "Idempotency-Key", key);

        assertThat(again.problem()).isEqualTo("scope-needed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"everything", "REVIEW", ""})
    void anUnknownScopeIsRefusedWhereItStands(String scope) {
        var answer = createToken(node.as("editor"), List.of("read", scope));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/scopes/1");
        assertThat(createToken(node.as("editor"), List.of()).status()).isEqualTo(400);
        assertThat(createToken(node.as("editor"), List.of("agent", "review")).status())
                .isEqualTo(400);
    }

    @Test
    void aTokenNeverMakesAWiderOne() {
        var narrow = withScopes("both", "admin", "read");

        assertThat(createToken(narrow, List.of("review"))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/scopes");
        assertThat(createToken(narrow, List.of("agent")).status()).isEqualTo(400);
        var child = createToken(narrow, null).ok();
        assertThat(child.get("scopes").values()).extracting(it -> it.asString()).containsExactly("read", "admin");
        var long_ = narrow.post("/tokens", Map.of("name", "longer", "expiresIn", "P300D"))
                .ok();
        assertThat(long_.get("expiresAt").asString())
                .isEqualTo(child.get("expiresAt").asString());
        assertThat(createToken(withScopes("both", "agent"), null).problem()).isEqualTo("scope-needed");
        assertThat(createToken(node.as("both"), null).ok().has("scopes")).isFalse();
    }

    /** The set of routes that each scope opens, tested with tokens of one scope each. A route without a declared scope is in no set. */
    @Test
    void everyRouteNamesItsScopeAndIsClosedToAllOthers() {
        var needed = new TreeMap<String, Set<String>>();
        var blind = withScopes("editor", "comment");
        var unthought = new TreeSet<String>();
        node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues().stream()
                        .filter(path -> path.startsWith(ROOT))
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> {
                                    String at = path.substring(ROOT.length()).replaceAll("\\{[^}]+}", "1");
                                    Object body = method == RequestMethod.GET ? null : Map.of();
                                    var answer = blind.send(method.name(), at, body);
                                    boolean open = !answer.problem().equals("scope-needed");
                                    String scope = open
                                            ? "comment"
                                            : answer.json().path("scope").asString("");
                                    if (scope.isEmpty()) unthought.add(method + " " + path);
                                    needed.computeIfAbsent(scope, none -> new TreeSet<>())
                                            .add(method + " " + path.substring(ROOT.length()));
                                })));

        assertThat(unthought).isEmpty();
        assertThat(needed.keySet()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(needed.get("review"))
                .containsExactly(
                        "DELETE /accounts/{username}/absence",
                        "DELETE /{type}/{id}/invitations/{invitation}",
                        "GET /{type}/{id}/invitations",
                        "POST /tasks/{id}/assign",
                        "POST /tasks/{id}/claim",
                        "POST /tasks/{id}/complete",
                        "POST /tasks/{id}/unclaim",
                        "POST /{type}/{id}/invitations",
                        "PUT /accounts/{username}/absence");
        assertThat(needed.get("publish"))
                .containsExactly(
                        "DELETE /releases/{id}",
                        "DELETE /releases/{id}/guides/{guide}",
                        "DELETE /{type}/{id}/owner",
                        "DELETE /{type}/{id}/schedule",
                        "DELETE /{type}/{id}/translations/{guide}",
                        "POST /releases",
                        "POST /releases/{id}/publish",
                        "POST /releases/{id}/undo",
                        "POST /{type}/{id}/slug",
                        "POST /{type}/{id}/unpublish",
                        "PUT /releases/{id}",
                        "PUT /releases/{id}/guides/{guide}",
                        "PUT /{type}/{id}/owner",
                        "PUT /{type}/{id}/reviewers",
                        "PUT /{type}/{id}/schedule",
                        "PUT /{type}/{id}/translations/{guide}");
        assertThat(needed.get("read")).allMatch(route -> route.startsWith("GET "));
        assertThat(needed.get("draft")).noneMatch(route -> route.matches(".*(tasks|accounts|keys|webhooks|tokens).*"));
        for (String path : List.of("/actuator/prometheus", "/actuator/info", "/actuator/sbom")) {
            var refused = new Http(node.url(), withScopes("admin", "read").authorization()).get(path);
            assertThat(refused.json().get("scope").asString()).as(path).isEqualTo("admin");
        }
    }

    @Test
    void aRouteThatNamesNoScopeIsClosedToTokensWithScopes() throws Exception {
        var mappings = node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        var later = RequestMappingInfo.paths(ROOT + "/later/{id}")
                .methods(RequestMethod.POST)
                .options(mappings.getBuilderConfiguration())
                .build();
        mappings.registerMapping(later, new Later(), Later.class.getDeclaredMethod("done"));
        try {
            assertThat(node.as("editor").post("/later/1", Map.of()).status()).isEqualTo(204);
            var scoped = withScopes("editor", ALL.toArray(String[]::new)).post("/later/1", Map.of());
            assertThat(scoped.status()).isEqualTo(403);
            assertThat(scoped.problem()).isEqualTo("scope-needed");
        } finally {
            mappings.unregisterMapping(later);
        }
    }

    /** A handler that declares no scope. */
    static class Later {
        ResponseEntity<Void> done() {
            return ResponseEntity.noContent().build();
        }
    }
}
