// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Grants limit roles to types, locales and tags, on every path. */
class GrantsTest {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Node node = Node.shared();

    private String account(Set<String> roles, List<Map<String, Object>> grants) {
        String username = "limited-" + COUNT.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Limited " + username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                roles,
                                "grants",
                                grants))
                .ok();
        return username;
    }

    private static Map<String, Object> body(String slug, String locale, String tag) {
        var content = Guides.content();
        content.putArray("tags").add(tag);
        return Map.of("slug", slug, "locale", locale, "content", content);
    }

    private static String slug() {
        return "scoped-" + COUNT.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
    }

    private Guides.Ref drafted(String locale, String tag) {
        String slug = slug();
        var created =
                node.as("editor").post("/role-guide", body(slug, locale, tag)).ok();
        return new Guides.Ref(created.get("id").asString(), slug);
    }

    private Guides.Ref submitted(String locale, String tag) {
        var guide = drafted(locale, tag);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private record Act(String name, Set<String> roles, Function<Http, Http.Answer> send) {}

    private List<Act> acts(Guides.Ref guide, String locale, String tag) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        String task = node.guides().state(guide).at("/task/id").asString();
        String comment = node.as("editor")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "", "body", "x"))
                .ok()
                .get("id")
                .asString();
        var content = Guides.content();
        content.putArray("tags").add(tag);
        var editing = Set.of("EDITOR", "REVIEWER");
        var editor = Set.of("EDITOR");
        var publisher = Set.of("PUBLISHER");
        var reviewer = Set.of("REVIEWER");
        String at = guide.path();
        return List.of(
                new Act("create", editor, me -> me.post("/role-guide", body(slug(), locale, tag))),
                new Act(
                        "comment",
                        editing,
                        me -> me.post(at + "/comments", Map.of("revision", 1, "pointer", "", "body", "x"))),
                new Act("resolve", editing, me -> me.patch(at + "/comments/" + comment, Map.of("resolved", true))),
                new Act("claim", reviewer, me -> me.post("/tasks/" + task + "/claim", null)),
                new Act(
                        "give back",
                        Set.of("EDITOR", "REVIEWER", "PUBLISHER"),
                        me -> node.as("admin").post("/tasks/" + task + "/unclaim", null)),
                new Act("assign", reviewer, me -> me.post("/tasks/" + task + "/assign", Map.of("account", "reviewer"))),
                new Act(
                        "give back",
                        Set.of("EDITOR", "REVIEWER", "PUBLISHER"),
                        me -> node.as("admin").post("/tasks/" + task + "/unclaim", null)),
                new Act(
                        "complete",
                        reviewer,
                        me -> me.post(
                                "/tasks/" + task + "/complete",
                                Map.of("outcome", "nope", "revision", 1, "contentHash", "x"))),
                new Act(
                        "preview",
                        Set.of("EDITOR", "REVIEWER", "PUBLISHER"),
                        me -> me.post(at + "/previews", Map.of())),
                new Act("put", editing, me -> me.put(at + "/draft", content, "If-Match", etag)),
                new Act("patch", editing, me -> me.patch(at + "/draft", Map.of("summary", "x"), "If-Match", etag)),
                new Act("restore", editor, me -> me.send("POST", at + "/revisions/1/restore", null, "If-Match", etag)),
                new Act(
                        "restore a version",
                        editor,
                        me -> me.send("POST", at + "/draft/versions/1-1/restore", null, "If-Match", etag)),
                new Act("submit", editor, me -> me.post(at + "/submit", Map.of())),
                new Act("schedule", publisher, me -> me.send("PUT", at + "/schedule", Map.of())),
                new Act("give up schedule", publisher, me -> me.delete(at + "/schedule")),
                new Act("unpublish", publisher, me -> me.post(at + "/unpublish", Map.of("reason", "x"))),
                new Act("duplicate", editor, me -> me.post(at + "/duplicate", Map.of("slug", slug()))),
                new Act("rename", Set.of("EDITOR", "PUBLISHER"), me -> me.post(at + "/slug", Map.of("slug", slug()))),
                new Act("open", editor, me -> me.post(at + "/editions", null)),
                new Act("discard", editor, me -> me.delete(at + "/editions/current")),
                new Act("undelete", editor, me -> me.post(at + "/undelete", null)),
                new Act("delete", editor, me -> me.delete(at)));
    }

    @Test
    void noRouteAllowsWhatNoGrantCovers() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 8; round++) {
            var roles = new HashSet<String>();
            var grants = new ArrayList<Map<String, Object>>();
            for (String role : List.of("EDITOR", "REVIEWER", "PUBLISHER")) {
                if (random.nextInt(4) == 0) continue;
                roles.add(role);
                for (int i = random.nextInt(3); i > 0; i--) {
                    List<String> types =
                            random.nextBoolean() ? List.of() : List.of(random.nextBoolean() ? "role-guide" : "faq");
                    List<String> locales =
                            random.nextBoolean() ? List.of() : List.of(random.nextBoolean() ? "de" : "en-US");
                    List<String> tags =
                            random.nextBoolean() ? List.of() : List.of(random.nextBoolean() ? "alpha" : "beta");
                    if (!types.isEmpty() || !locales.isEmpty() || !tags.isEmpty())
                        grants.add(Map.of("role", role, "types", types, "locales", locales, "tags", tags));
                }
            }
            if (roles.isEmpty()) continue;
            String who = account(roles, grants);
            String locale = random.nextBoolean() ? "de-AT" : "en-US";
            String tag = random.nextBoolean() ? "alpha" : "beta";
            var guide = submitted(locale, tag);
            boolean isOffered = node.guides().find(who, guide).isPresent();
            assertThat(isOffered)
                    .as("inbox of %s with %s on %s %s, seed %s", roles, grants, locale, tag, seed)
                    .isEqualTo(mayBe("REVIEWER", roles, grants, locale, tag));
            for (var act : acts(guide, locale, tag)) {
                boolean allowed = act.roles().stream().anyMatch(role -> mayBe(role, roles, grants, locale, tag));
                var answer = act.send().apply(node.as(who));
                if (act.name().equals("give back")) continue;
                assertThat(answer.status() == 403)
                        .as(
                                "%s as %s with %s on %s %s, seed %s: %s",
                                act.name(), roles, grants, locale, tag, seed, answer.body())
                        .isNotEqualTo(allowed);
            }
        }
    }

    /** The rule, written down once more. */
    private static boolean mayBe(
            String role, Set<String> roles, List<Map<String, Object>> grants, String locale, String tag) {
        var ofRole =
                grants.stream().filter(grant -> grant.get("role").equals(role)).toList();
        return roles.contains(role)
                && (ofRole.isEmpty()
                        || ofRole.stream()
                                .anyMatch(grant -> isIn(grant.get("types"), "role-guide")
                                        && (isIn(grant.get("locales"), locale)
                                                || isIn(grant.get("locales"), locale.substring(0, 2)))
                                        && isIn(grant.get("tags"), tag)));
    }

    private static boolean isIn(Object values, String value) {
        return values instanceof List<?> list && (list.isEmpty() || list.contains(value));
    }

    @Test
    void nobodyGainsAccessByAChangeOfTags() {
        var own = drafted("en-US", "alpha");
        var foreign = drafted("en-US", "beta");
        String who = account(Set.of("EDITOR"), List.of(Map.of("role", "EDITOR", "tags", List.of("alpha"))));

        assertThat(tag(who, foreign, "alpha").status()).isEqualTo(403);
        assertThat(tag(who, own, "beta").problem()).isEqualTo("out-of-scope");
        tag(who, own, "beta", "alpha").ok();
        assertThat(node.as(who)
                        .post("/role-guide", body(slug(), "en-US", "beta"))
                        .status())
                .isEqualTo(403);
        tag("editor", own, "beta").ok();
        assertThat(tag(who, own, "beta", "alpha").status()).isEqualTo(403);
    }

    /** A draft that was edited since does not decide who may approve what was submitted. */
    @Test
    void aDecisionIsJudgedByTheTagsOfTheRevisionUnderReview() {
        String who = account(Set.of("REVIEWER"), List.of(Map.of("role", "REVIEWER", "tags", List.of("alpha"))));
        var foreign = submitted("en-US", "beta");
        var own = submitted("en-US", "alpha");
        tag("editor", foreign, "beta", "alpha").ok();
        tag("editor", own, "beta").ok();

        assertThat(node.as(who).get("/tasks").body()).contains(own.id()).doesNotContain(foreign.id());
        assertThat(node.guides()
                        .decide(who, node.guides().task("reviewer", foreign), "approve")
                        .problem())
                .isEqualTo("out-of-scope");
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", foreign), "request-changes")
                .ok();
        node.as("editor").post(foreign.path() + "/submit", Map.of()).ok();
        assertThat(node.as(who).get("/tasks").body()).contains(foreign.id());
        node.guides()
                .decide(who, node.guides().task("reviewer", foreign), "approve")
                .ok();
        node.guides()
                .decide(who, node.guides().task("reviewer", own), "approve")
                .ok();
        assertThat(node.guides().state(own).has("live")).isTrue();
    }

    private Http.Answer tag(String who, Guides.Ref guide, String... tags) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        return node.as(who).patch(guide.path() + "/draft", Map.of("tags", List.of(tags)), "If-Match", etag);
    }

    @Test
    void aGrantHoldsFromTheNextRequestOnAlsoInASession() {
        String who = account(Set.of("EDITOR", "REVIEWER"), List.of());
        var guide = submitted("en-US", "alpha");
        var visitor = Visitor.signedIn(node, who);
        assertThat(node.as(who).post("/tasks/" + taskOf(guide) + "/claim", null).status())
                .isEqualTo(200);

        node.as("admin")
                .patch(
                        "/accounts/" + who,
                        Map.of("grants", List.of(Map.of("role", "REVIEWER", "locales", List.of("DE")))))
                .ok();

        var task = node.guides().state(guide).get("task");
        assertThat(task.has("assignee")).isFalse();
        var completion = Map.of(
                "outcome",
                "approve",
                "revision",
                1,
                "contentHash",
                task.get("contentHash").asString());
        var refused = node.as(who).post("/tasks/" + taskOf(guide) + "/complete", completion);
        assertThat(refused.problem()).isEqualTo("out-of-scope");
        assertThat(refused.json().at("/roles/0").asString()).isEqualTo("REVIEWER");
        assertThat(visitor.get("/studio/guides/" + guide.id() + "/review").body())
                .contains("limited to other guides");
        node.as("admin")
                .patch("/accounts/" + who, Map.of("roles", List.of("EDITOR")))
                .ok();
        var again = node.as("admin")
                .patch("/accounts/" + who, Map.of("roles", List.of("EDITOR", "REVIEWER")))
                .ok();
        assertThat(again.at("/grants/0/locales/0").asString()).isEqualTo("de");
        node.as("admin").patch("/accounts/" + who, Map.of("grants", List.of())).ok();
        node.as(who).post("/tasks/" + taskOf(guide) + "/complete", completion).ok();
    }

    private String taskOf(Guides.Ref guide) {
        return node.guides().state(guide).at("/task/id").asString();
    }

    @Test
    void anAdministratorEditsTheLimitsInTheStudio() {
        String who = account(Set.of("EDITOR", "REVIEWER"), List.of(Map.of("role", "EDITOR", "locales", List.of("de"))));
        var admin = Visitor.signedIn(node, "admin");
        String page = "/studio/accounts/" + who;
        assertThat(admin.get(page).body()).contains("value=\"de\"");

        admin.post(
                page,
                page + "/grants",
                "role",
                "EDITOR",
                "types",
                "role-guide",
                "locales",
                "de, fr",
                "tags",
                "",
                "role",
                "",
                "types",
                "",
                "locales",
                "",
                "tags",
                "",
                "groups",
                "pay, law");

        assertThat(admin.get(page).body()).contains("value=\"de, fr\"").contains("value=\"law, pay\"");
        assertThat(admin.get("/studio/accounts").body())
                .contains("role-guide in de or fr")
                .contains("Groups: law, pay");
        admin.post(page, page + "/grants", "role", "EDITOR", "types", "nothing", "groups", "pay");
        assertThat(admin.get(page).body()).contains("The content types are").contains("value=\"de, fr\"");
    }

    @Test
    void wrongGrantsAreRefusedAndChangeNothing() {
        String who = account(Set.of("EDITOR"), List.of());
        for (var wrong : Map.<String, Object>of(
                        "/grants/0/role", List.of(Map.of("role", "REVIEWER")),
                        "/grants/0/types/0", List.of(Map.of("role", "EDITOR", "types", List.of("nothing"))),
                        "/grants/0/locales/0", List.of(Map.of("role", "EDITOR", "locales", List.of("?"))),
                        "/grants/0/tags/0", List.of(Map.of("role", "EDITOR", "tags", List.of(" "))),
                        "/grants/0", List.of(Map.of("role", "EDITOR", "type", "faq")),
                        "/grants/1",
                                List.of(
                                        Map.of("role", "EDITOR", "tags", List.of("t1")),
                                        Map.of("role", "EDITOR", "tags", List.of())))
                .entrySet()) {
            var answer = node.as("admin").patch("/accounts/" + who, Map.of("grants", wrong.getValue()));
            assertThat(answer.status()).as(wrong.getKey()).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(wrong.getKey());
        }
        for (String none : List.of("German", "xx", "deutsch-DE", "und"))
            assertThat(node.as("admin")
                            .patch(
                                    "/accounts/" + who,
                                    Map.of("grants", List.of(Map.of("role", "EDITOR", "locales", List.of(none)))))
                            .json()
                            .at("/errors/0/pointer")
                            .asString())
                    .as(none)
                    .isEqualTo("/grants/0/locales/0");
        assertThat(node.as("admin")
                        .patch("/accounts/" + who, Map.of("groups", List.of("Not A Group")))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/groups/0");
    }

    @Test
    void theGrantsOfAnAnswerCanBeSentBack() {
        String who = account(Set.of("EDITOR"), List.of(Map.of("role", "EDITOR", "tags", List.of("t1"))));
        var listed = node.as("admin").get("/accounts").ok().get("items").values().stream()
                .filter(it -> it.get("username").asString().equals(who))
                .findFirst()
                .orElseThrow()
                .get("grants");

        assertThat(node.as("admin")
                        .patch("/accounts/" + who, Map.of("grants", listed))
                        .ok()
                        .get("grants"))
                .isEqualTo(listed);
        assertThat(listed.get(0).propertyNames()).containsExactlyInAnyOrder("role", "tags");
    }

    @Test
    void aGrantOfARoleThatIsMissingNamesTheRolesInWords() {
        String who = account(Set.of("EDITOR"), List.of());

        assertThat(node.as("admin")
                        .patch(
                                "/accounts/" + who,
                                Map.of("grants", List.of(Map.of("role", "REVIEWER", "tags", List.of("x")))))
                        .json()
                        .at("/errors/0/detail")
                        .asString())
                .isEqualTo("the account does not have this role; its roles are EDITOR");
    }
}
