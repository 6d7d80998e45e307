// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invariant 8: no request distinguishes an unpublished draft from a guide that does not exist. */
@Tag("long")
@Tag("store")
class NonInterferenceTest {
    private static final List<String> PATHS = List.of(
            "/role-guide",
            "/role-guide/SLUG",
            "/role-guide/LIVE",
            "/ledger",
            "/role-guide/SLUG/schema.org",
            "/role-guide/LIVE/schema.org",
            "/role-guide/feed.atom",
            "/role-guide/sitemap.xml",
            "/preview/SLUG",
            "/faq",
            "/faq/SLUG",
            "/no-such-type/SLUG");
    private static final List<String> PARAMETERS = List.of(
            "limit=2",
            "limit=0",
            "sort=title",
            "sort=-lastReviewed",
            "fields=title",
            "fields=secret",
            "format=html",
            "format=text",
            "locale=en-US",
            "locale=de",
            "cursor=YQ",
            "after=0",
            "after=3",
            "q=secret",
            "tag=secret",
            "role=secret",
            "facets=tag",
            "asOf=2020-01-01T00:00:00Z",
            "slug=secret-draft",
            "updatedAfter=2020-01-01T00:00:00Z",
            "compact=true",
            "guides=true",
            "types=role-guide",
            "types=secret",
            "reviewedAfter=2020-01-01",
            "reviewedBefore=2100-01-01",
            "reviewDueBefore=2100-01-01",
            "occupationCode=15-2051",
            "compensation.region=US",
            "compensation.dataYear=2025",
            "compensation.dataYear.min=2000",
            "compensation.dataYear.max=2100",
            "facets=role,tag,occupationCode",
            "facets=title",
            "sort=role",
            "sort=secret",
            "sort=-title,role",
            "filter=not(in(tag,secret,ai))",
            "filter=any(gt(title,a),has(secret))",
            "role.min=a",
            "fields=compensation.bands",
            "pages=https://www.example.com/%7Bslug%7D",
            "pages=secret",
            "kinds=publish",
            "status=draft");

    @Test
    void draftsChangeNoAnswer() {
        try (var node = Node.start()) {
            var guides = node.guides();
            var live = guides.published();
            var withdrawn = guides.published();
            node.as("publisher")
                    .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                    .ok();
            long seed = System.nanoTime();
            System.out.println("non-interference with seed " + seed);
            var before = answers(node, live.slug(), new Random(seed), "secret-draft");
            var goneBefore = node.site().get("/role-guide/" + withdrawn.slug());

            String etag = makeDrafts(node, guides, live, withdrawn);

            assertThat(answers(node, live.slug(), new Random(seed), "secret-draft"))
                    .isEqualTo(before);
            assertThat(comparable(node.site().get("/role-guide/" + withdrawn.slug())))
                    .isEqualTo(comparable(goneBefore));
            assertThat(node.site()
                            .get("/role-guide/secret-draft", "If-None-Match", etag)
                            .status())
                    .isEqualTo(404);
            assertThat(comparable(node.site().get("/role-guide/secret-draft")))
                    .isEqualTo(comparable(node.site().get("/role-guide/some-other-slug")));
        }
    }

    private static String makeDrafts(Node node, Guides guides, Guides.Ref live, Guides.Ref withdrawn) {
        var created = node.as("editor")
                .post(
                        "/role-guide",
                        Map.of(
                                "slug",
                                "secret-draft",
                                "content",
                                Guides.content().put("title", "secret")));
        created.ok();
        guides.submitted();
        guides.nextEditionSubmitted(live, "secret");
        guides.nextEditionSubmitted(withdrawn, "secret");
        return created.header("ETag");
    }

    private static List<String> answers(Node node, String live, Random random, String slug) {
        return random.ints(500, 0, Integer.MAX_VALUE)
                .mapToObj(any -> {
                    var path = PATHS.get(any % PATHS.size());
                    var query = new StringBuilder("?");
                    for (int i = 0; i < any % 3; i++)
                        query.append(PARAMETERS.get(random.nextInt(PARAMETERS.size())))
                                .append('&');
                    return path.replace("SLUG", slug).replace("LIVE", live) + query;
                })
                .map(path -> path + " → " + comparable(node.site().get(path)))
                .toList();
    }

    private static String comparable(Answer answer) {
        return answer.status() + " " + answer.header("ETag") + " " + answer.header("Last-Modified") + " "
                + answer.header("Imprimatur-Position") + " " + answer.header("Cache-Control") + " " + answer.body();
    }
}
