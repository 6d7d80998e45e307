// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A preview link shows one draft to anybody who has the link, for a limited time, and nothing else. */
@Tag("store")
class PreviewTest {
    private static Node node;

    private final Guides guides = node.guides();

    @BeforeAll
    static void start() {
        node = Node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private JsonNode link(String by, Guides.Ref guide, Map<String, Object> wanted) {
        return node.as(by).post(guide.path() + "/previews", wanted).ok();
    }

    private static Http.Answer follow(JsonNode link) {
        return node.nobody().get(link.get("url").asString());
    }

    private static void assertShowsNothing(Http.Answer answer) {
        var unknown = node.nobody().get("/api/delivery/v1/preview/nothing");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo(unknown.body());
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void aLinkShowsTheWorkingCopyAsItIsAndIsNeverKept() {
        var guide = guides.drafted();
        var link = link("editor", guide, Map.of());
        guides.edit("editor", guide, "Changed *since*.").ok();

        var shown = follow(link);

        assertThat(shown.ok().at("/content/summary").asString()).isEqualTo("Changed *since*.");
        assertThat(shown.json().has("revision")).isFalse();
        assertThat(shown.header("Cache-Control")).isEqualTo("private, no-store");
        assertThat(shown.header("X-Robots-Tag")).isEqualTo("noindex");
        assertThat(shown.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(shown.header("ETag")).isNull();
        assertThat(follow(link).status()).isEqualTo(200);
        assertThat(node.nobody()
                        .get(link.get("url").asString() + "?format=html")
                        .ok()
                        .at("/content/introduction")
                        .asString())
                .startsWith("<p>");
        assertThat(node.site().get("/role-guide/" + guide.slug()).status()).isEqualTo(404);
    }

    @Test
    void aLinkShowsTheFieldsThatAreAskedForAndIsNoDownload() {
        var guide = guides.submitted();
        var link = link("editor", guide, Map.of("revision", 1));
        String url = link.get("url").asString();

        var some = node.nobody().get(url + "?format=html&fields=title,careerPath,compensation.currency");

        assertThat(some.ok().get("content").propertyNames()).containsExactly("title", "careerPath", "compensation");
        assertThat(some.json().at("/content/compensation").propertyNames()).containsExactly("currency");
        assertThat(some.json().at("/content/careerPath").asString()).startsWith("<p>");
        assertThat(some.json().get("contentHash")).isEqualTo(follow(link).ok().get("contentHash"));
        assertThat(follow(link).json().get("content")).isEqualTo(Guides.content());
        var unknown = node.nobody().get(url + "?fields=nothing");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.json().get("detail").asString()).contains("careerPath");
        for (var answer : List.of(some, follow(link), unknown, node.nobody().get(url + ".html")))
            assertThat(answer.header("Content-Disposition"))
                    .as(answer.toString())
                    .isNull();
        assertThat(some.header("Content-Type")).isEqualTo("application/json");
        assertShowsNothing(node.nobody().get("/api/delivery/v1/preview/nothing?fields=nothing"));
    }

    @Test
    void aLinkToARevisionShowsThatRevisionAndNoOther() {
        var guide = guides.submitted();
        var link = link("reviewer", guide, Map.of("revision", 1));
        guides.edit("editor", guide, "Of revision two.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        assertThat(follow(link).ok().get("revision").asInt()).isEqualTo(1);
        assertThat(follow(link).body()).doesNotContain("Of revision two.");
        assertThat(node.as("editor")
                        .post(guide.path() + "/previews", Map.of("revision", 9))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void itEndsForGoodOnceItsMakerMayMakeNone() {
        var guide = guides.submitted();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "maker",
                                "displayName",
                                "Maker of links",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR", "PUBLISHER")))
                .ok();
        var link = link("maker", guide, Map.of("revision", 1));

        node.as("admin")
                .patch("/accounts/maker", Map.of("roles", List.of("PUBLISHER")))
                .ok();
        assertThat(follow(link).status()).isEqualTo(200);
        node.as("admin")
                .patch("/accounts/maker", Map.of("roles", List.of("ADMIN")))
                .ok();
        assertShowsNothing(follow(link));
        node.as("admin")
                .patch("/accounts/maker", Map.of("roles", List.of("EDITOR")))
                .ok();
        assertShowsNothing(follow(link));
    }

    @Test
    void afterItsTimeOrOnceRevokedItShowsNothing() {
        var guide = guides.submitted();
        var brief = link("editor", guide, Map.of("revision", 1, "expiresIn", "PT10M"));
        var longest = link("editor", guide, Map.of("revision", 1));
        var revoked = link("editor", guide, Map.of("revision", 1));
        assertThat(node.as("editor")
                        .get(guide.path() + "/previews")
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(3);
        node.as("reviewer")
                .delete(guide.path() + "/previews/" + revoked.get("id").asString())
                .ok();
        assertShowsNothing(follow(revoked));

        node.clock().forward(Duration.ofMinutes(11));
        assertShowsNothing(follow(brief));
        assertThat(follow(longest).status()).isEqualTo(200);
        node.clock().forward(Duration.ofMinutes(20));
        assertShowsNothing(follow(longest));
        assertThat(node.as("editor")
                        .get(guide.path() + "/previews")
                        .ok()
                        .get("items")
                        .isEmpty())
                .isTrue();
        for (String wrong : new String[] {"PT31M", "PT0S", "-PT1M"})
            assertThat(node.as("editor")
                            .post(guide.path() + "/previews", Map.of("revision", 1, "expiresIn", wrong))
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        assertThat(node.as("editor")
                        .post(guide.path() + "/previews", Map.of("revision", 1, "expiresIn", 5))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/expiresIn");
        var outOfRange = node.as("editor").post(guide.path() + "/previews", Map.of("revision", 1L << 40));
        assertThat(outOfRange.status()).isEqualTo(400);
        assertThat(outOfRange.body()).contains("out of range").doesNotContain("not JSON");
    }

    @Test
    void theWorkingCopyOfAnEditionThatIsOverIsShownNoMore() {
        var guide = guides.drafted();
        var link = link("editor", guide, Map.of());
        node.as("editor").delete(guide.path() + "/editions/current").ok();

        assertShowsNothing(follow(link));
    }

    @Test
    void aLinkEndsWithTheAccountThatMadeIt() {
        var guide = guides.submitted();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "leaving",
                                "displayName",
                                "Leaving soon",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
        var link = link("leaving", guide, Map.of("revision", 1));
        assertThat(follow(link).status()).isEqualTo(200);

        node.as("admin").delete("/accounts/leaving").ok();

        assertShowsNothing(follow(link));
    }

    @Test
    void nothingElseThatIsSignedIsALink() {
        var live = guides.published();
        String review = guides.read(live).json().at("/review/signature").asString();
        var link = link("editor", guides.submitted(), Map.of("revision", 1));
        String token = link.get("url").asString().replaceFirst(".*/", "");
        String[] parts = token.split("\\.");

        for (String forged : new String[] {
            review,
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + review.split("\\.")[1] + "." + parts[2],
            token + "A",
            "x"
        }) assertShowsNothing(node.nobody().get("/api/delivery/v1/preview/" + forged));
        assertThat(node.site().get("/preview/" + token).status()).isEqualTo(200);
    }

    @Test
    void linksAreMadeByThePeopleOfTheTeam() {
        var guide = guides.submitted();

        assertThat(node.as("admin").post(guide.path() + "/previews", Map.of()).status())
                .isEqualTo(403);
        assertThat(new Http(node.management(), node.site().authorization())
                        .post(guide.path() + "/previews", Map.of())
                        .status())
                .isEqualTo(401);
        assertThat(node.as("admin").get("/audit?limit=100").body()).doesNotContain("eyJ");
    }
}
