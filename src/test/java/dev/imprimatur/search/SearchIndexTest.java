// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SearchIndexTest {
    private static Node node;
    private static Guides guides;

    @BeforeAll
    static void publishSome() {
        node = Node.start();
        guides = node.guides();
        publish("data-engineer", "Data Engineer", "Builds the pipelines that models drink from.", "Kubernetes");
        publish("pipeline-welder", "Welder", "Joins pipes.", "TIG welding");
        publish("security-analyst", "Security Analyst", "Watches a data centre’s networks.", "Forensics");
        publish("german-analyst", "Datenanalyst", "Wertet Häuser aus.", "Statistik");
        guides.submitted();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static void publish(String slug, String title, String summary, String skill) {
        var content = Guides.content();
        content.put("title", title).put("role", title).put("summary", summary).put("introduction", "Words.");
        content.put("careerPath", "Up.");
        content.withObjectProperty("duties").removeAll();
        content.withObjectProperty("skills").removeAll().putArray("items").add(skill);
        content.withObjectProperty("education").removeAll();
        content.remove("tags");
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "locale", locale(slug), "content", content))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), slug);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
    }

    private static String locale(String slug) {
        if (slug.startsWith("german")) return "de-DE";
        return slug.equals("chef") ? "fr-FR" : "en-US";
    }

    private static JsonNode page(String q, String more) {
        return node.site()
                .get("/role-guide?fields=title&q=" + URLEncoder.encode(q, StandardCharsets.UTF_8) + more)
                .ok();
    }

    private static List<String> slugs(String q) {
        return page(q, "").get("items").values().stream()
                .map(item -> item.get("slug").asString())
                .toList();
    }

    @Test
    void aWordMatchesAsTypedByItsStemAsAPrefixAndMisspelt() {
        assertThat(slugs("pipelines")).containsExactly("data-engineer");
        assertThat(slugs("pipeline")).containsExactly("data-engineer");
        assertThat(slugs("kuber")).containsExactly("data-engineer");
        assertThat(slugs("kubernets")).containsExactly("data-engineer");
        assertThat(slugs("forensics networks")).containsExactly("security-analyst");
        assertThat(slugs("haus")).containsExactly("german-analyst");
        assertThat(slugs("häusern")).containsExactly("german-analyst");
        assertThat(slugs("zymurgy")).isEmpty();
    }

    /** A large release takes long to index. Meanwhile readers find what they found before, but nothing that was unpublished. */
    @Test
    void whileTheIndexIsBehindItAnswersFromItsSnapshotUnlessSomethingWasUnpublished() {
        try (var slow = Node.start("imprimatur.delivery.patience", "200ms")) {
            var known = slow.guides().published();
            String search = "/role-guide?fields=title&q=engineer";
            await().until(() -> slow.site().get(search).status() == 200);
            var index = slow.bean(SearchIndex.class);
            index.stop();
            slow.guides().published();

            var behind = slow.site().get(search);
            assertThat(behind.ok().get("total").asInt()).isEqualTo(1);
            assertThat(behind.header("Imprimatur-Position")).isEqualTo("1");
            assertThat(slow.site().get(search, "Imprimatur-At-Least", "2").problem())
                    .isEqualTo("search-not-ready");
            slow.as("publisher")
                    .post(known.path() + "/unpublish", Map.of("reason", "It is wrong."))
                    .ok();
            assertThat(slow.site().get(search).problem()).isEqualTo("search-not-ready");

            index.start();
            await().until(() -> slow.site().get(search).status() == 200);
            assertThat(slow.site().get(search).ok().get("total").asInt()).isEqualTo(1);
        }
    }

    @Test
    void matchesInTheTitleScoreMost() {
        assertThat(slugs("data")).startsWith("data-engineer").contains("security-analyst");
    }

    @Test
    void matchesAreHighlighted() {
        var hit = page("pipeline", "").get("items").get(0);
        assertThat(hit.get("highlights").get("summary").asString()).contains("<mark>pipelines</mark>");
    }

    @Test
    void aGuidePublishedBetweenPagesDoesNotChangeHowTheQueryIsInterpreted() {
        publish("specialist-1", "Tax Specialist", "Taxes.", "Patience");
        publish("specialist-2", "Fraud Specialist", "Frauds.", "Patience");
        publish("specialist-3", "Support Specialist", "Supports.", "Patience");
        for (String q : List.of("specialst", "tax fraud walrus keeper")) {
            for (String sort : List.of("", "&sort=title")) {
                int total = page(q, sort).get("total").asInt();
                assertThat(total).as(q).isGreaterThan(1);
                var seen = new ArrayList<String>();
                String cursor = "";
                do {
                    var one = page(q, sort + "&limit=1" + cursor);
                    one.get("items")
                            .values()
                            .forEach(item -> seen.add(item.get("slug").asString()));
                    cursor = one.has("next") ? "&cursor=" + one.get("next").asString() : "";
                    if (seen.size() == 1)
                        publish("new-" + Math.abs((q + sort).hashCode()), "Zz " + q, "New.", "Patience");
                } while (!cursor.isEmpty());

                assertThat(seen).as(q + sort).doesNotHaveDuplicates();
                assertThat(seen.stream().filter(slug -> !slug.startsWith("new-")))
                        .as(q + sort)
                        .hasSize(total);
                node.site().get("/role-guide?fields=title&limit=100").ok().get("items").values().stream()
                        .filter(item -> item.get("slug").asString().startsWith("new-"))
                        .forEach(item -> withdraw(item.get("slug").asString()));
            }
        }
    }

    private static void withdraw(String slug) {
        var ref = new Guides.Ref(
                node.site().get("/role-guide/" + slug).ok().get("id").asString(), slug);
        node.as("publisher")
                .post(ref.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
    }

    @Test
    void aForgedCursorIsRefused() {
        String next = page("data", "&limit=1").get("next").asString();
        for (String made : List.of(
                "3f400000.",
                ".",
                "zz." + next,
                "7fc00000." + next.split("\\.")[1],
                "3f400000-en9." + next,
                next + ".",
                next.split("\\.")[1] + ".x"))
            assertThat(node.site()
                            .get("/role-guide?fields=title&limit=1&q=data&cursor=" + made)
                            .status())
                    .as(made)
                    .isEqualTo(400);
    }

    @Test
    void aNameIsHighlightedAsAWholeWithItsSymbols() {
        publish(
                "c-sharp",
                "C# & front end developer for the network of a large theatre. It pays",
                "Writes.",
                "Patience");
        publish("chef", "Chef d’équipe", "Mène.", "Patience");

        assertThat(marked("c#"))
                .isEqualTo("<mark>C#</mark> &amp; front end developer for the network of a large theatre. It pays");
        assertThat(marked("frontend"))
                .isEqualTo("C# &amp; <mark>front end</mark> developer for the network of a large theatre. It pays");
        assertThat(marked("it theatre"))
                .isEqualTo(
                        "C# &amp; front end developer for the network of a large <mark>theatre</mark>. <mark>It</mark> pays");
        assertThat(marked("equipe")).isEqualTo("Chef <mark>d’équipe</mark>");
        assertThat(marked("datenanalist")).isEqualTo("<mark>Datenanalyst</mark>");
    }

    private static String marked(String q) {
        return page(q, "").get("items").get(0).get("highlights").get("title").asString();
    }

    @Test
    void aSearchHasTheFiltersFacetsAndPagesOfAList() {
        assertThat(page("forensics", "&locale=de-DE").get("total").asInt()).isZero();
        var first = page("data", "&limit=1&facets=role");
        assertThat(first.get("total").asInt()).isGreaterThan(1);
        assertThat(first.get("facets").get("role").size()).isGreaterThan(1);
        var second = page("data", "&limit=1&cursor=" + first.get("next").asString());
        assertThat(second.get("items").get(0).get("slug"))
                .isNotEqualTo(first.get("items").get(0).get("slug"));
    }

    @Test
    void draftsAndUnpublishedGuidesAreNotFound() {
        publish("ephemeral", "Quokka Keeper", "Keeps quokkas.", "Patience");
        assertThat(slugs("quokka")).containsExactly("ephemeral");
        var ref = new Guides.Ref(
                node.site().get("/role-guide/ephemeral").ok().get("id").asString(), "ephemeral");
        node.as("editor").post(ref.path() + "/editions", null).ok();
        guides.edit("editor", ref, "Now of axolotls.").ok();
        assertThat(slugs("axolotls")).isEmpty();

        node.as("publisher")
                .post(ref.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        assertThat(slugs("quokka")).isEmpty();
    }

    @Test
    void wordsOfUnpublishedGuidesDoNotAffectResults() {
        publish("finches", "Finch Keeper", "Keeps a zebrafinck.", "Patience");
        publish("ephemeral-finches", "Keeper", "Keeps a zebrafinch.", "Patience");
        assertThat(slugs("zebrafinch")).containsExactly("ephemeral-finches");
        var ref = new Guides.Ref(
                node.site().get("/role-guide/ephemeral-finches").ok().get("id").asString(), "ephemeral-finches");

        node.as("publisher")
                .post(ref.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        assertThat(slugs("zebrafinch")).containsExactly("finches");
        var hit = page("zebrafinch", "").get("items").get(0);
        assertThat(hit.get("highlights").get("summary").asString()).contains("<mark>zebrafinck</mark>");
    }

    @Test
    void invalidQueriesAreRefused() {
        assertThat(node.site().get("/role-guide?q=").status()).isEqualTo(400);
        assertThat(node.site().get("/role-guide?q=" + "x".repeat(201)).status()).isEqualTo(400);
        assertThat(node.site().get("/role-guide?q=x&asOf=2026-01-01T00:00:00Z").status())
                .isEqualTo(400);
        for (String odd : List.of("*", "\"", "title:x AND (", "++", "~9", "\\", "???"))
            assertThat(page(odd, "").get("items").size()).as(odd).isZero();
    }
}
