// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists are sorted by the alphabetical order of their language. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollationTest {
    private final Node node = Node.shared();
    private final String mark = "collation-" + Long.toString(System.nanoTime(), 36);

    @BeforeAll
    void publish() {
        // two German guides with the same title, which are ordered by their ids
        Map.of(
                        "sv", List.of("zebra", "Zebra", "Ärztin", "Azubi", "Åre", "émile", "Emma"),
                        "de", List.of("Zebra", "Ärztin", "Azubi", "Emma", "Emma"),
                        "es", List.of("ñu", "nz"))
                .forEach((locale, titles) -> {
                    for (int i = 0; i < titles.size(); i++) published(titles.get(i), locale, i);
                });
    }

    private void published(String title, String locale, int number) {
        var content = Guides.content().put("title", title).put("role", title);
        content.putArray("tags").add(mark);
        String slug = "t" + number + "-" + mark;
        var guide = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "locale", locale, "content", content))
                .ok();
        var ref = new Guides.Ref(guide.get("id").asString(), slug);
        node.as("editor").post(ref.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", ref), "approve")
                .ok();
    }

    private List<String> sorted(String query, int limit) {
        var seen = new ArrayList<String>();
        String cursor = "";
        do {
            var page = node.site()
                    .get("/role-guide?fields=title&tag=" + mark + "&limit=" + limit + "&" + query + cursor)
                    .ok();
            page.get("items")
                    .values()
                    .forEach(item -> seen.add(item.at("/content/title").asString()));
            cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : "";
        } while (!cursor.isEmpty());
        return seen;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "locale=sv                         | Azubi émile Emma zebra Zebra Åre Ärztin",
                "locale=sv&sort=-title             | Ärztin Åre Zebra zebra Emma émile Azubi",
                "locale=sv&sort=role               | Azubi émile Emma zebra Zebra Åre Ärztin",
                "locale=sv&sort=lastReviewed,title | Azubi émile Emma zebra Zebra Åre Ärztin",
                "locale=de&sort=title              | Ärztin Azubi Emma Emma Zebra",
                "locale=DE                         | Ärztin Azubi Emma Emma Zebra",
                "locale=es                         | nz ñu"
            })
    void textIsSortedByTheCollationOfTheLocaleOnEveryPage(String query, String expected) {
        for (int limit : List.of(1, 2, 100))
            assertThat(String.join(" ", sorted(query, limit))).isEqualTo(expected);
    }

    @Test
    void withoutALocaleTextIsSortedByTheRootCollation() {
        var titles = List.of(
                "Åre", "Ärztin", "Ärztin", "Azubi", "Azubi", "émile", "Emma", "Emma", "Emma", "ñu", "nz", "zebra",
                "Zebra", "Zebra");
        for (int limit : List.of(1, 4)) assertThat(sorted("sort=title", limit)).isEqualTo(titles);
        assertThat(sorted("sort=-title", 4).stream().distinct().toList())
                .isEqualTo(titles.reversed().stream().distinct().toList());
    }

    @Test
    void theListOfALocaleWithoutGuidesIsEmpty() {
        assertThat(sorted("locale=fi&sort=title", 4)).isEmpty();
        assertThat(sorted("locale=no_such&sort=-title", 4)).isEmpty();
    }
}
