// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Ranges, combined conditions and several sort keys, over the delivery API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterTest {
    private final Node node = Node.shared();
    /** Only the guides of this class have this tag. */
    private final String mark = "filter-" + Long.toString(System.nanoTime(), 36);

    @BeforeAll
    void publish() {
        published("Ada", "Analyst, senior", "US", 2024, "x");
        published("Bob", "Analyst", "DE", 2025, "x", "y");
        published("Cy", "Managér", "US", 2026, "y");
        published("Dee", "Zoo keeper's aide", "DE", 2024);
    }

    private void published(String title, String role, String region, int year, String... tags) {
        var content = Guides.content().put("title", title).put("role", role);
        content.putArray("tags").add(mark);
        for (String tag : tags) content.withArray("tags").add(mark + tag);
        ((ObjectNode) content.get("compensation")).put("region", region).put("dataYear", year);
        String slug = title.toLowerCase(Locale.ROOT) + "-" + mark;
        var guide = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content))
                .ok();
        var ref = new Guides.Ref(guide.get("id").asString(), slug);
        node.as("editor").post(ref.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", ref), "approve")
                .ok();
    }

    private Answer list(String query) {
        return node.site().get("/role-guide?tag=" + mark + "&" + query);
    }

    private static List<String> titles(JsonNode page) {
        return page.get("items").values().stream()
                .map(item -> item.at("/content/title").asString())
                .toList();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "eq(compensation.region,DE)                                        | Bob Dee",
                "in(compensation.dataYear,2024.0,2026)                             | Ada Cy Dee",
                "gt(compensation.dataYear,2024)                                    | Bob Cy",
                "gte(compensation.dataYear,2024.5)                                 | Bob Cy",
                "lt(compensation.dataYear,2025)                                    | Ada Dee",
                "lte(compensation.dataYear,2025)                                   | Ada Bob Dee",
                "lt(role,B)                                                        | Ada Bob",
                "gt(role,Analyst)                                                  | Ada Cy Dee",
                "gte(title,Bob)                                                    | Bob Cy Dee",
                "eq(role,'Analyst, senior')                                        | Ada",
                "eq(role,'Zoo keeper''s aide')                                     | Dee",
                "any(eq(tag,MARKx),eq(tag,MARKy))                                  | Ada Bob Cy",
                "all(eq(tag,MARKx),eq(tag,MARKy))                                  | Bob",
                "not(eq(tag,MARKx))                                                | Cy Dee",
                "any(all(eq(tag,MARKx),not(eq(tag,MARKy))),gt(compensation.dataYear,2025)) | Ada Cy",
                "not(not(eq(title,Cy)))                                            | Cy",
                "all(has(reviewDue),not(has(title)))                               | ",
                "all( lte(lastReviewed,TODAY) , gte(publishedAt,2000-01-01T00:00:00Z) , eq(locale,en-US)) | Ada Bob Cy Dee",
                "eq(locale,EN-us)                                                  | Ada Bob Cy Dee",
                "gt(lastReviewed,TODAY)                                            | ",
            })
    void aFilterCombinesConditions(String filter, String expected) {
        String today =
                LocalDate.ofInstant(node.clock().instant(), ZoneOffset.UTC).toString();

        var page = list("filter=" + encoded(filter.replace("MARK", mark).replace("TODAY", today)))
                .ok();

        assertThat(titles(page)).isEqualTo(expected == null ? List.of() : List.of(expected.split(" ")));
        assertThat(page.get("total").asInt()).isEqualTo(page.get("items").size());
    }

    @Test
    void rangesOfNumbersAndOfTextAreParametersToo() {
        assertThat(titles(list("compensation.dataYear.min=2025").ok())).containsExactly("Bob", "Cy");
        assertThat(titles(list("role.min=Analyst&role.max=N").ok())).containsExactly("Ada", "Bob", "Cy");
        assertThat(titles(list("role.max=Analyst").ok())).containsExactly("Bob");
        assertThat(titles(list("tag.min=" + mark + "y&tag.max=" + mark + "z").ok()))
                .as("one value is within both")
                .containsExactly("Bob", "Cy");
        assertThat(titles(list("tag.min=" + mark + "a&tag.max=" + mark + "b").ok()))
                .isEmpty();
    }

    @Test
    void textIsComparedInItsStoredForm() {
        String decomposed = encoded("Manage\u0301r");

        assertThat(titles(list("role=" + decomposed).ok())).containsExactly("Cy");
        assertThat(titles(list("filter=eq(role," + decomposed + ")").ok())).containsExactly("Cy");
        assertThat(titles(list("role.min=" + decomposed + "&role.max=" + decomposed)
                        .ok()))
                .containsExactly("Cy");
    }

    @Test
    void filtersApplyToSearchFacetsAndPastInstants() {
        String filter = "&filter=not(eq(compensation.region,DE))";
        var now = node.clock().instant();

        var found = list("q=ada&facets=compensation.region" + filter).ok();
        assertThat(titles(found)).containsExactly("Ada");
        assertThat(titles(list("q=bob" + filter).ok())).isEmpty();
        assertThat(list("facets=compensation.region" + filter).ok().at("/facets/compensation.region"))
                .hasToString("[{\"value\":\"US\",\"count\":2}]");
        assertThat(titles(list("asOf=" + now + filter).ok())).containsExactly("Ada", "Cy");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compensation.region,-compensation.dataYear       | Bob Dee Cy Ada",
                "-compensation.region,title                       | Ada Cy Bob Dee",
                "compensation.dataYear,-title                     | Dee Ada Bob Cy",
                "lastReviewed,compensation.region,-title          | Dee Bob Cy Ada",
                "-role                                            | Dee Cy Ada Bob"
            })
    void aListIsSortedByTheFirstKeyAndThenByTheNextKeyOnEveryPage(String sort, String expected) {
        for (int limit = 1; limit <= 4; limit++) {
            var seen = new ArrayList<String>();
            String cursor = "";
            do {
                var page = list("limit=" + limit + "&sort=" + sort + cursor).ok();
                seen.addAll(titles(page));
                cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : "";
            } while (!cursor.isEmpty());

            assertThat(String.join(" ", seen)).as("limit=" + limit).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "filter=                                        | character 1: expected is any",
                "filter=tag                                     | character 1: expected is any",
                "filter=eq(nothing,x)                           | character 4: unknown field; known here are",
                "filter=eq(contributors,x)                      | character 4: unknown field",
                "filter=eq(content role,x)                      | character 4: unknown field",
                "filter=like(tag,x)                             | character 1: expected is any",
                "filter=EQ(tag,x)                               | character 1: expected is any",
                "filter=eq(tag)                                 | character 7: expected is “,”",
                "filter=eq(tag,)                                | character 8: expected is a field or a value",
                "filter=eq(tag,x,y)                             | character 9: expected is “)”",
                "filter=eq(tag,x))                              | character 10: nothing more",
                "filter=eq(tag,x                                | character 9: expected is “)”",
                "filter=eq(tag,'x)                              | character 8: the quote is not closed",
                "filter=eq(role,Zoo keeper's aide)              | character 19: expected is “)”",
                "filter=eq(tag,'x'y)                            | character 11: expected is “)”",
                "filter=any()                                   | character 5: expected is any",
                "filter=not(eq(tag,x),eq(tag,y))                | character 14: expected is “)”",
                "filter=all(eq(tag,x),gt(compensation.dataYear,y)) | character 40: compensation.dataYear is a number",
                "filter=gt(compensation.dataYear,NaN)           | is a number",
                "filter=gt(compensation.dataYear,Infinity)      | is a number",
                "filter=gt(compensation.dataYear,1e999)         | is a number",
                "filter=eq(lastReviewed,soon)                   | character 17: lastReviewed is a date",
                "filter=lt(publishedAt,2026-01-01)              | publishedAt is an instant",
                "filter=eq(tag,x)&filter=eq(tag,y)              | given more than once",
                "compensation.dataYear=NaN                      | is a number",
                "compensation.dataYear.min=1e999                | is a number",
                "compensation.dataYear.min=                     | is empty",
                "role.min=                                      | is empty",
                "role.min=a&role.min=b                          | given more than once",
                "role.gt=a                                      | unknown query parameter",
                "sort=                                          | sort by one of",
                "sort=title,                                    | sort by one of",
                "sort=title, slug                               | sort by one of",
                "sort=title,nothing                             | sort by one of",
                "sort=--title                                   | sort by one of",
                "sort=locale                                    | sort by one of",
                "sort=title,-title                              | sort names title twice",
                "sort=title,slug,role,lastReviewed              | sort by at most 3",
            })
    void anInvalidFilterIsRefusedWithThePlaceOfTheError(String query, String detail) {
        String sent = Arrays.stream(query.split("&"))
                .map(pair -> pair.split("=", 2))
                .map(pair -> pair[0] + "=" + encoded(pair[1]))
                .collect(Collectors.joining("&"));

        var answer = list(sent);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().get("type").asString()).isEqualTo("/problems/malformed");
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    @Test
    void aFilterWithTooMuchDepthLengthOrConditionsIsRefused() {
        assertThat(list("filter=" + "not(".repeat(5) + "eq(title,Cy)" + ")".repeat(5))
                        .status())
                .isEqualTo(200);
        assertRefused("not(".repeat(6) + "eq(title,Cy)" + ")".repeat(6), "at most 5 deep");
        // the parser stops at the greatest depth, however deep the filter is
        assertRefused("not(".repeat(400), "at most 5 deep");
        assertRefused("eq(title," + "x".repeat(2000) + ")", "at most 2000 characters");
        String fifty = IntStream.range(0, 50).mapToObj(it -> "eq(tag,a)").collect(Collectors.joining(","));
        assertThat(list("filter=any(" + fifty + ")").status()).isEqualTo(200);
        assertRefused("any(" + fifty + ",eq(tag,a))", "at most 50 conditions");
        assertRefused("in(tag" + ",a".repeat(51) + ")", "at most 50 conditions");
    }

    private void assertRefused(String filter, String detail) {
        var answer = list("filter=" + filter);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    @Test
    void aCursorBelongsToItsQuery() {
        String question = "sort=compensation.region,title&filter=not(eq(title,Cy))&limit=1";
        String cursor = "&cursor=" + list(question).ok().get("next").asString();

        assertThat(titles(list(question + "&fields=title&facets=role" + cursor).ok()))
                .containsExactly("Dee");
        for (String other : List.of(
                "sort=compensation.region,-title&filter=not(eq(title,Cy))",
                "sort=compensation.region&filter=not(eq(title,Cy))",
                "sort=compensation.region,title&filter=not(eq(title,Bob))",
                "sort=compensation.region,title",
                "sort=compensation.region,title&filter=not(eq(title,Cy))&role.min=A",
                "sort=compensation.region,title&filter=not(eq(title,Cy))&locale=en-US",
                "filter=not(eq(title,Cy))&q=ada")) {
            var answer = list(other + cursor);
            assertThat(answer.status()).as(other).isEqualTo(400);
            assertThat(answer.json().get("detail").asString()).contains("cursor belongs to another list");
        }
    }
}
