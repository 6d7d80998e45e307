// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.delivery.ListCache;
import dev.imprimatur.delivery.RateLimits;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The fast path and the servlet container send the same answers. */
class FastPathTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private static Map<String, List<String>> headers(Http.Answer answer) {
        var headers = new TreeMap<>(answer.response().headers().map());
        assertThat(headers.remove("ratelimit")).hasSize(1);
        headers.remove("date");
        return headers;
    }

    @Test
    void theFastPathAndTheServletContainerSendTheSameAnswers() {
        var guide = guides.published();
        String path = "/role-guide/" + guide.slug();

        // a request with a parameter goes through the servlet container, even if it asks for the default
        var fast = node.site().get(path);
        var slow = node.site().get(path + "?format=markdown");
        assertThat(fast.body()).isEqualTo(slow.body());
        assertThat(headers(fast)).isEqualTo(headers(slow));

        String etag = fast.header("ETag");
        var fastKnown = node.site().get(path, "If-None-Match", etag);
        var slowKnown = node.site().get(path + "?format=markdown", "If-None-Match", etag);
        assertThat(fastKnown.status()).isEqualTo(304).isEqualTo(slowKnown.status());
        assertThat(headers(fastKnown)).isEqualTo(headers(slowKnown));
        assertThat(node.site().get(path, "If-None-Match", "\"other\"").status()).isEqualTo(200);
        assertThat(node.site()
                        .get(path, "If-None-Match", "W/" + etag + ", \"x\"")
                        .status())
                .isEqualTo(304);
        assertThat(node.site()
                        .get(path, "If-Modified-Since", fast.header("Last-Modified"))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void everyContentCodingHasTheSameBytesAndItsOwnEntityTag() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        var plain = node.site().get(path);

        for (String encoding : List.of("gzip", "zstd")) {
            String accepted = "br, " + encoding + ";q=0.8";
            var fast = raw(path, accepted);
            var slow = raw(path + "?format=markdown", accepted);
            assertThat(fast.body())
                    .isEqualTo(slow.body())
                    .hasSizeLessThan(plain.body().length() / 2);
            var headers = new TreeMap<>(fast.headers().map());
            var slowHeaders = new TreeMap<>(slow.headers().map());
            for (var either : List.of(headers, slowHeaders))
                List.of("ratelimit", "date").forEach(either::remove);
            assertThat(headers).isEqualTo(slowHeaders);
            assertThat(fast.headers().firstValue("Content-Encoding")).contains(encoding);
            assertThat(fast.headers().firstValue("Vary")).contains("Authorization, Accept-Encoding, Origin");
            assertThat(new String(decoded(encoding, fast.body()), StandardCharsets.UTF_8))
                    .isEqualTo(plain.body());

            String etag = fast.headers().firstValue("ETag").orElseThrow();
            assertThat(etag).isNotEqualTo(plain.header("ETag"));
            assertThat(raw(path, accepted, "If-None-Match", etag).statusCode()).isEqualTo(304);
            assertThat(node.site().get(path, "If-None-Match", etag).status()).isEqualTo(200);
        }
        for (String accepted : List.of("identity", "br", "gzip;q=0, zstd; q=0.000", "gzipped", "x-gzip", ""))
            assertThat(raw(path, accepted).headers().firstValue("Content-Encoding"))
                    .as(accepted)
                    .isEmpty();
    }

    private HttpResponse<byte[]> raw(String path, String acceptEncoding, String... more) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(node.delivery() + path))
                .header("Authorization", node.site().authorization())
                .header("Accept-Encoding", acceptEncoding);
        if (more.length > 0) request.headers(more);
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static byte[] decoded(String encoding, byte[] body) throws Exception {
        var in = new ByteArrayInputStream(body);
        try (var out = encoding.equals("gzip") ? new GZIPInputStream(in) : new ZstdInputStream(in)) {
            return out.readAllBytes();
        }
    }

    @Test
    void aCachedListIsTheSameUntilTheLedgerChanges() {
        guides.published();
        String query = "/role-guide?limit=2&sort=-publishedAt&fields=title";

        var slow = node.site().get(query);
        var fast = node.site().get(query);
        assertThat(fast.body()).isEqualTo(slow.body());
        assertThat(headers(fast)).isEqualTo(headers(slow));
        assertThat(node.site().get(query, "If-None-Match", fast.header("ETag")).status())
                .isEqualTo(304);

        var next = guides.published();
        assertThat(node.site().get(query).json().at("/items/0/slug").asString()).isEqualTo(next.slug());
    }

    @Test
    void theFastPathSendsOnlySuccessfulAnswers() {
        var guide = guides.published();
        String path = "/role-guide/" + guide.slug();
        var faqOnly = node.siteWith(Map.of("name", "faq", "scopes", List.of("delivery"), "types", List.of("faq")));

        assertThat(node.nobody().get("/api/delivery/v1" + path).status()).isEqualTo(401);
        assertThat(new Http(node.delivery(), "Bearer imp_site_wrong").get(path).status())
                .isEqualTo(401);
        assertThat(faqOnly.get(path).status()).isEqualTo(404);
        assertThat(node.site().get(path + "/").status()).isEqualTo(404);
        assertThat(node.site().get(path, "Imprimatur-At-Least", "999999").status())
                .isEqualTo(503);
        assertThat(node.site().get("/ledger").status()).isEqualTo(200);

        String etag = node.site().get(path).header("ETag");
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        assertThat(node.site().get(path, "If-None-Match", etag).status()).isEqualTo(410);
    }

    @Test
    void theRateLimitOfAKeyAffectsNoOtherKey() {
        try (var slow = Node.start("imprimatur.delivery.rate", "1", "imprimatur.delivery.burst", "5")) {
            var guide = slow.guides().published();
            var greedy = slow.siteWith(Map.of("name", "greedy", "scopes", List.of("delivery")));
            var answers = new ArrayList<Http.Answer>();
            for (int i = 0; i < 12; i++) answers.add(greedy.get("/role-guide/" + guide.slug()));

            assertThat(answers.subList(0, 5)).allMatch(answer -> answer.status() == 200);
            var refused =
                    answers.stream().filter(answer -> answer.status() == 429).findFirst();
            assertThat(refused).isPresent();
            assertThat(refused.get().header("Retry-After")).isEqualTo("1");
            assertThat(refused.get().header("RateLimit")).contains("r=0");
            assertThat(slow.site().get("/role-guide/" + guide.slug()).status()).isEqualTo(200);
        }
    }

    @Test
    void aRevokedKeyIsRefused() {
        var guide = guides.published();
        var created = node.as("admin")
                .post("/api-keys", Map.of("name", "gone soon", "scopes", List.of("delivery")))
                .ok();
        var site = new Http(node.delivery(), "Bearer " + created.get("key").asString());
        assertThat(site.get("/role-guide/" + guide.slug()).status()).isEqualTo(200);

        node.as("admin").delete("/api-keys/" + created.get("id").asString()).ok();

        assertThat(site.get("/role-guide/" + guide.slug()).status()).isEqualTo(401);
    }

    @Test
    void noListIsMadeForAKeyAboveItsLimit() {
        var greedy = node.siteWith(Map.of("name", "greedy", "scopes", List.of("delivery")));
        var key = node.bean(SiteKeys.class)
                .ring()
                .find(greedy.authorization().replace("Bearer ", ""))
                .orElseThrow();
        node.bean(RateLimits.class).bucket(key).consumeIgnoringRateLimits(1_000_000);

        for (int i = 0; i < 3; i++)
            assertThat(greedy.get("/role-guide?limit=7").status()).isEqualTo(429);

        var state = node.bean(Catalogue.class).now();
        assertThat(node.bean(ListCache.class).find(state, "role-guide", "limit=7"))
                .isEmpty();
    }
}
