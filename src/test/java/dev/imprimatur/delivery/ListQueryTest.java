// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The parameters of a list, over the delivery API. */
class ListQueryTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();
    /** Only the guides of this class have this tag. */
    private final String mark = "mark-" + Long.toString(System.nanoTime(), 36);

    private String published(String title, Consumer<ObjectNode> change) {
        var content = Guides.content().put("title", title);
        content.putArray("tags").add(mark);
        change.accept(content);
        String slug = title.toLowerCase(Locale.ROOT) + "-" + mark;
        var guide = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content))
                .ok();
        var ref = new Guides.Ref(guide.get("id").asString(), slug);
        node.as("editor").post(ref.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", ref), "approve").ok();
        return slug;
    }

    private JsonNode list(String query) {
        return node.site().get("/role-guide?tag=" + mark + "&" + query).ok();
    }

    private List<String> titles(String query) {
        return list(query).get("items").values().stream()
                .map(item -> item.at("/content/title").asString())
                .toList();
    }

    private static void compensation(ObjectNode content, String region, int year) {
        ((ObjectNode) content.get("compensation")).put("region", region).put("dataYear", year);
    }

    @Test
    void aListIsFilteredSortedAndCounted() {
        published("Ada", content -> {
            compensation(content, "US", 2024);
            content.put("role", "Analyst, senior");
            content.withArray("tags").add("both");
        });
        published("Bob", content -> compensation(content, "DE", 2025));
        String cy = published("Cy", content -> {
            compensation(content, "US", 2026);
            content.withArray("tags").add("both");
        });

        assertThat(titles("compensation.region=US")).containsExactly("Ada", "Cy");
        assertThat(titles("compensation.region=US&compensation.region=DE")).hasSize(3);
        assertThat(titles("role=" + URLEncoder.encode("Analyst, senior", StandardCharsets.UTF_8)))
                .containsExactly("Ada");
        assertThat(titles("compensation.dataYear.min=2025&compensation.dataYear.max=2025"))
                .containsExactly("Bob");
        assertThat(titles("compensation.dataYear=2026.0")).containsExactly("Cy");
        assertThat(titles("sort=-compensation.dataYear")).containsExactly("Cy", "Bob", "Ada");
        assertThat(titles("slug=" + cy + "&slug=nothing")).containsExactly("Cy");
        var today = LocalDate.ofInstant(node.clock().instant(), ZoneOffset.UTC);
        assertThat(titles("reviewedAfter=" + today)).hasSize(3);
        assertThat(titles("reviewedBefore=" + today)).isEmpty();
        assertThat(titles("reviewDueBefore=" + today.plusYears(1))).hasSize(3);
        assertThat(titles("updatedAfter=" + node.clock().instant().plusSeconds(60)))
                .isEmpty();

        var page = list("facets=tag,compensation.region&limit=1&fields=compensation.bands,compensation.region,title");
        assertThat(page.get("total").asInt()).isEqualTo(3);
        assertThat(page.at("/facets/compensation.region"))
                .hasToString("[{\"value\":\"US\",\"count\":2},{\"value\":\"DE\",\"count\":1}]");
        assertThat(page.at("/facets/tag/1")).hasToString("{\"value\":\"both\",\"count\":2}");
        var content = page.at("/items/0/content");
        assertThat(content.propertyNames()).containsExactlyInAnyOrder("compensation", "title");
        assertThat(content.get("compensation").propertyNames()).containsExactlyInAnyOrder("bands", "region");
    }

    @Test
    void aCursorKeepsItsPlaceInEverySort() {
        for (int year : List.of(2020, 9, 100))
            published("Guide" + year, content -> compensation(content, "US", 1900 + year % 200));
        for (String sort : List.of("title", "-compensation.dataYear", "publishedAt", "compensation.region")) {
            var first = list("limit=2&sort=" + sort);
            var second =
                    list("limit=2&sort=" + sort + "&cursor=" + first.get("next").asString());
            assertThat(first.get("items")).hasSize(2);
            assertThat(second.get("items")).hasSize(1);
            assertThat(second.has("next")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "region=US",
                "contributors=x",
                "compensation.bands=x",
                "compensation.dataYear=x",
                "tag.minimum=a",
                "compensation.dataYear.min=1e",
                "reviewedAfter=yesterday",
                "updatedAfter=2026",
                "facets=title",
                "facets=tag,tag2",
                "sort=tag",
                "fields=compensation.bands.low",
                "fields=compensation.",
                "fields=",
                "asOf=soon",
                "asOf=2999-01-01T00:00:00Z",
                "locale=en-US&locale=de",
                "q=",
                "q=x&asOf=2026-01-01T00:00:00Z",
                "query=x",
                "parameters=x"
            })
    void anUnknownOrMalformedParameterIsRefusedWithWhatIsAllowed(String query) {
        var answer = node.site().get("/role-guide?" + query);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().get("detail").asString()).hasSizeGreaterThan(15);
    }

    @Test
    void theLedgerIsFilteredByKindAndTypeAndACompactPageHoldsOnlyPublishedGuides() {
        long before = node.site()
                .get("/ledger?compact=true&limit=1")
                .ok()
                .get("position")
                .asLong();
        var kept = guides.published();
        var withdrawn = guides.published();
        node.as("publisher")
                .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        long position = Long.parseLong(guides.read(kept).header("Imprimatur-Position")) - 1;

        assertThat(slugs("compact=true&limit=100&after=" + before)).contains(kept.slug());
        assertThat(slugs("compact=true&limit=100&after=" + (position - 2)))
                .contains(kept.slug())
                .doesNotContain(withdrawn.slug());
        assertThat(slugs("compact=true&limit=100&after=" + position)).containsExactly(withdrawn.slug());
        assertThat(slugs("kinds=unpublish&limit=100&after=" + (position - 2))).containsExactly(withdrawn.slug());
        assertThat(slugs("types=faq&limit=100&after=" + (position - 2))).isEmpty();
        assertThat(node.site().get("/ledger?kinds=publish,gone").status()).isEqualTo(400);
        assertThat(node.site().get("/ledger?types=nothing").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json, text/event-stream | 200",
                "text/event-stream;q=0.5, application/json | 200",
                "*/* | 200",
                "Text/Event-Stream | 400",
                "text/event-stream, */*;q=0.1 | 400",
                "application/json;q=0.1, text/event-stream;q=0.2 | 400"
            })
    void aClientThatAcceptsPagesGetsEventsOnlyIfItPrefersThem(String accept, int status) {
        // compact is allowed for pages only
        assertThat(node.site().get("/ledger?compact=true", "Accept", accept).status())
                .isEqualTo(status);
    }

    private List<String> slugs(String query) {
        return node.site().get("/ledger?" + query).ok().get("entries").values().stream()
                .map(entry -> entry.get("slug").asString())
                .toList();
    }

    @Test
    void asOfShowsWhatWasPublishedThenWithoutWhatWasUnpublishedSince() {
        var guide = guides.published();
        var withdrawn = guides.published();
        var then = node.clock().instant();
        String summary = guides.read(guide).json().at("/content/summary").asString();
        node.clock().forward(Duration.ofSeconds(5));
        guides.nextEditionSubmitted(guide, "A later summary.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        node.as("publisher")
                .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        var past =
                node.site().get("/role-guide/" + guide.slug() + "?asOf=" + then).ok();
        assertThat(past.at("/content/summary").asString()).isEqualTo(summary);
        assertThat(past.get("edition").asInt()).isEqualTo(1);
        var list = node.site()
                .get("/role-guide?slug=" + guide.slug() + "&slug=" + withdrawn.slug() + "&asOf=" + then)
                .ok();
        assertThat(list.get("total").asInt()).isEqualTo(1);
        assertThat(list.at("/items/0/content/summary").asString()).isEqualTo(summary);
        assertThat(node.site()
                        .get("/role-guide/" + withdrawn.slug() + "?asOf=" + then)
                        .status())
                .isEqualTo(410);
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "?asOf=" + Instant.EPOCH)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void publishingAgainDoesNotBringBackWhatWasUnpublished() {
        var unseen = node.clock().instant();
        node.clock().forward(Duration.ofSeconds(5));
        var guide = guides.published();
        var first = node.clock().instant();
        node.clock().forward(Duration.ofSeconds(5));
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x", "redirectTo", "/elsewhere"))
                .ok();
        var between = node.clock().instant();
        node.clock().forward(Duration.ofSeconds(5));
        guides.nextEditionSubmitted(guide, "Other words.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        var again = node.clock().instant();
        node.clock().forward(Duration.ofSeconds(5));
        guides.nextEditionSubmitted(guide, "Yet other words.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        assertThat(past(guide, unseen).status()).isEqualTo(404);
        for (var instant : List.of(first, between)) {
            for (String more : List.of("", "&format=html", "&fields=title", "&locale=en-US")) {
                var answer = node.site().get("/role-guide/" + guide.slug() + "?asOf=" + instant + more);
                assertThat(answer.status()).as(answer.toString()).isEqualTo(410);
                assertThat(answer.body()).doesNotContain("Other words");
            }
            var list = node.site()
                    .get("/role-guide?facets=role&slug=" + guide.slug() + "&asOf=" + instant)
                    .ok();
            assertThat(list.get("total").asInt()).isZero();
            assertThat(list.get("items")).isEmpty();
            assertThat(list.at("/facets/role")).isEmpty();
        }
        assertThat(past(guide, again).ok().at("/content/summary").asString()).isEqualTo("Other words.");
        assertThat(node.site()
                        .get("/role-guide?slug=" + guide.slug() + "&asOf=" + again)
                        .ok()
                        .at("/items/0/content/summary")
                        .asString())
                .isEqualTo("Other words.");
        assertThat(guides.read(guide).ok().at("/content/summary").asString()).isEqualTo("Yet other words.");
    }

    private Http.Answer past(Guides.Ref guide, Instant instant) {
        return node.site().get("/role-guide/" + guide.slug() + "?asOf=" + instant);
    }

    @Test
    void aStreamSendsNewEntriesAndContinuesWhereItStopped() throws Exception {
        long before =
                node.site().get("/ledger?compact=true").ok().get("position").asLong();
        var guide = guides.published();
        var request = HttpRequest.newBuilder(URI.create(node.delivery() + "/ledger?after=0"))
                .header("Authorization", node.site().authorization())
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", Long.toString(before))
                .timeout(Duration.ofSeconds(20))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request, BodyHandlers.ofInputStream());
            try (var lines = new Scanner(answer.body(), StandardCharsets.UTF_8)) {
                assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                        .startsWith("text/event-stream");
                assertThat(event(lines, guide.slug())).isTrue();
                var next = guides.published();
                assertThat(event(lines, next.slug())).isTrue();
            }
            client.shutdownNow();
        }
    }

    @Test
    void aStreamEndsWhenItsKeyIsRevoked() {
        var made = node.as("admin")
                .post("/api-keys", Map.of("name", "streams", "scopes", List.of("delivery")))
                .ok();
        var request = HttpRequest.newBuilder(URI.create(node.delivery() + "/ledger"))
                .header("Authorization", "Bearer " + made.get("key").asString())
                .header("Accept", "text/event-stream")
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.sendAsync(request, BodyHandlers.ofInputStream()).join();
            assertThat(answer.statusCode()).isEqualTo(200);
            var last = guides.published();
            try (var lines = new Scanner(answer.body(), StandardCharsets.UTF_8)) {
                assertThat(event(lines, last.slug())).isTrue();

                node.as("admin")
                        .delete("/api-keys/" + made.get("id").asString())
                        .ok();
                var next = guides.published();

                assertThat(event(lines, next.slug())).isFalse();
            }
            client.shutdownNow();
        }
    }

    private static boolean event(Scanner lines, String slug) {
        while (lines.hasNextLine()) {
            String line = lines.nextLine();
            if (line.startsWith("data:") && line.contains("\"" + slug + "\"")) return true;
        }
        return false;
    }
}
