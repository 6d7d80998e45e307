// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    @Test
    void aGuideIsDeliveredInTheRequestedFormatWithTheRequestedFields() {
        var guide = guides.published();

        var html = node.site()
                .get("/role-guide/" + guide.slug() + "?format=html&fields=title,careerPath")
                .ok();
        assertThat(html.get("content").propertyNames()).containsExactly("title", "careerPath");
        assertThat(html.at("/content/careerPath").asString()).startsWith("<p>").contains("<strong>");
        var text =
                node.site().get("/role-guide/" + guide.slug() + "?format=text").ok();
        assertThat(text.at("/content/careerPath").asString()).doesNotContain("**", "<");
        assertThat(text.get("contentHash")).isEqualTo(html.get("contentHash"));
    }

    @Test
    void aRedirectKeepsTheFormAndTheQueryOfTheRequest() {
        var guide = guides.published();
        var other = guides.published();
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x", "redirectTo", other.slug()))
                .ok();
        var elsewhere = guides.published();
        node.as("publisher")
                .post(elsewhere.path() + "/unpublish", Map.of("reason", "x", "redirectTo", "/careers"))
                .ok();

        for (String asked : List.of(
                "",
                "?format=html&fields=title,careerPath",
                "?locale=en-US",
                "/schema.org?pages=https://www.example.com/roles/%7Bslug%7D")) {
            var moved = node.site().get("/role-guide/" + guide.slug() + asked);

            assertThat(moved.status()).as(asked).isEqualTo(301);
            assertThat(moved.header("Location")).isEqualTo("/api/delivery/v1/role-guide/" + other.slug() + asked);
            assertThat(new Http(node.url(), node.site().authorization())
                            .get(moved.header("Location"))
                            .body())
                    .isEqualTo(node.site()
                            .get("/role-guide/" + other.slug() + asked)
                            .body());
        }
        assertThat(node.site()
                        .get("/role-guide/" + elsewhere.slug() + "?format=html")
                        .header("Location"))
                .isEqualTo("/careers");
    }

    @Test
    void thePagesOfAListHoldEachGuideOnce() {
        for (int i = 0; i < 5; i++) guides.published();
        var seen = new ArrayList<String>();
        String cursor = "";
        do {
            var page = node.site()
                    .get("/role-guide?limit=2&fields=title&sort=-publishedAt" + cursor)
                    .ok();
            page.get("items").values().forEach(item -> seen.add(item.get("slug").asString()));
            cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : "";
            if (seen.size() == 2) guides.published();
        } while (!cursor.isEmpty());

        assertThat(seen).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(5);
        var dates = node.site().get("/role-guide?limit=100&sort=-publishedAt").ok().get("items").values().stream()
                .map(item -> item.get("publishedAt").asString())
                .toList();
        assertThat(dates).isSortedAccordingTo(Comparator.<String>naturalOrder().reversed());
    }

    @Test
    void theLedgerHoldsWhatChangedSinceAPosition() {
        long before = node.site().get("/ledger?limit=1").ok().get("position").asLong();
        var guide = guides.published();
        long at = Long.parseLong(guides.read(guide).header("Imprimatur-Position"));

        var feed = node.site().get("/ledger?after=" + (at - 1)).ok();

        assertThat(before).isLessThanOrEqualTo(at);
        assertThat(feed.get("position").asLong()).isEqualTo(at);
        assertThat(feed.at("/entries/0/slug").asString()).isEqualTo(guide.slug());
        assertThat(feed.at("/entries/0/kind").asString()).isEqualTo("publish");
    }

    @Test
    void aRequestForALaterPositionIsNotAnsweredFromAnEarlierOne() {
        var guide = guides.published();
        long position = Long.parseLong(guides.read(guide).header("Imprimatur-Position"));

        var reached = node.site().get("/role-guide/" + guide.slug(), "Imprimatur-At-Least", "" + position);
        var ahead = node.site().get("/role-guide/" + guide.slug(), "Imprimatur-At-Least", "" + (position + 1000));

        assertThat(reached.status()).isEqualTo(200);
        assertThat(ahead.status()).isEqualTo(503);
        assertThat(ahead.header("Retry-After")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=draft", "draft=true", "preview=1", "version=latest", "filter[slug][$regex]=.*", "slug[$gt]=",
                        "size=1000000",
                "limit=0", "limit=-1", "limit=101", "limit=abc", "limit=1e9", "sort=contributors", "sort=contentHash",
                "fields=title,approvals", "format=pdf", "cursor=!", "cursor=AAAA", "limit=1&limit=2"
            })
    void unknownOrMalformedParametersAreRefused(String query) {
        var answer = node.site()
                .get("/role-guide?"
                        + query.replace("[", "%5B").replace("]", "%5D").replace("$", "%24"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    }

    @Test
    void aKeyForOneTypeReadsNoOtherType() {
        var guide = guides.published();
        var faqOnly = node.siteWith(Map.of("name", "faq only", "scopes", List.of("delivery"), "types", List.of("faq")));

        var answer = faqOnly.get("/role-guide/" + guide.slug());

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo(faqOnly.get("/no-such-type/nothing").body());
        assertThat(faqOnly.get("/ledger?limit=100").ok().get("entries").values())
                .noneMatch(entry -> entry.get("type").asString().equals("role-guide"));
    }

    @Test
    void everyAnswerHasTheSecurityHeaders() {
        for (String path : new String[] {"/role-guide", "/role-guide/nothing", "/role-guide?x=y"}) {
            var answer = node.site().get(path);
            assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(answer.header("Content-Security-Policy")).as(path).contains("frame-ancestors 'none'");
            assertThat(answer.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
            if (answer.status() != 200)
                assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
    }
}
