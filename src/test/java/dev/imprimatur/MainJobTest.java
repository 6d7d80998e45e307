// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The main job with the guide of the seed content, over the public APIs: write, review, stamp, publish, read, verify. */
@Tag("store")
class MainJobTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    @Test
    void aGuideIsDraftedReviewedStampedPublishedAndPulled() throws Exception {
        var content = Guides.content();
        var guide = guides.drafted();
        assertThat(guides.read(guide).status()).isEqualTo(404);

        var submitted = node.as("editor")
                .post(guide.path() + "/submit", Map.of("message", "ready"))
                .ok();
        assertThat(submitted.at("/edition/state").asString()).isEqualTo("in-review");
        assertThat(guides.read(guide).status()).isEqualTo(404);

        var task = guides.task("reviewer", guide);
        assertThat(task.get("contentHash").asString())
                .isEqualTo(ContentHash.of(content).value());
        assertThat(task.get("outcomes").values())
                .extracting(outcome -> outcome.get("id").asString())
                .containsExactly("approve", "request-changes");
        var approved = guides.decide("reviewer", task, "approve").ok();
        assertThat(approved.at("/edition/state").asString()).isEqualTo("published");

        var answer = guides.read(guide);
        assertThat(answer.status()).isEqualTo(200);
        var delivered = answer.json();
        assertThat(delivered.get("content")).isEqualTo(content);
        assertThat(delivered.get("id").asString()).isEqualTo(guide.id());
        assertThat(delivered.get("type").asString()).isEqualTo("role-guide");
        assertThat(delivered.get("slug").asString()).isEqualTo(guide.slug());
        assertThat(delivered.get("locale").asString()).isEqualTo("en-US");
        assertThat(delivered.get("edition").asInt()).isEqualTo(1);
        assertThat(delivered.get("revision").asInt()).isEqualTo(1);
        assertThat(delivered.get("contentHash").asString())
                .isEqualTo(ContentHash.of(delivered.get("content")).value());
        var review = delivered.get("review");
        assertThat(review.at("/reviewedBy/0/name").asString()).isEqualTo("The reviewer");
        assertThat(review.at("/reviewedBy/0/title").asString()).isEqualTo("Of the team");
        assertThat(review.get("overdue").asBoolean()).isFalse();
        assertThat(review.get("origin").asString()).isEqualTo("here");
        assertThat(answer.header("Imprimatur-Position")).isNotNull();
        assertThat(answer.header("Cache-Control")).contains("max-age=30");
        assertThat(answer.header("Surrogate-Key")).contains("role-guide/" + guide.slug());

        assertThat(node.site()
                        .get("/role-guide/" + guide.slug(), "If-None-Match", answer.header("ETag"))
                        .status())
                .isEqualTo(304);
        assertVerifiable(delivered);
    }

    /** Verifies the signature as a site does: with nothing but the key set and the delivered document. */
    private void assertVerifiable(JsonNode delivered) throws Exception {
        String[] jws = delivered.at("/review/signature").asString().split("\\.");
        var header = Http.JSON.readTree(Base64.getUrlDecoder().decode(jws[0]));
        var keys = node.nobody().get("/.well-known/jwks.json").ok().get("keys").values();
        var key = keys.stream()
                .filter(it -> it.get("kid").equals(header.get("kid")))
                .findFirst()
                .orElseThrow();
        byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
        byte[] point = Base64.getUrlDecoder().decode(key.get("x").asString());
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + point.length);
        System.arraycopy(point, 0, encoded, prefix.length, point.length);
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        verifier.update((jws[0] + "." + jws[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier.verify(Base64.getUrlDecoder().decode(jws[2]))).isTrue();

        var claim = Http.JSON.readTree(Base64.getUrlDecoder().decode(jws[1]));
        for (String field : new String[] {"id", "type", "slug", "locale", "edition", "revision", "contentHash"})
            assertThat(claim.get(field)).as(field).isEqualTo(delivered.get(field));
        for (String field : new String[] {"lastReviewed", "reviewedBy", "reviewDue"})
            assertThat(claim.get(field))
                    .as(field)
                    .isEqualTo(delivered.get("review").get(field));
        assertThat(claim.get("contentHash").asString())
                .isEqualTo(ContentHash.of(delivered.get("content")).value());
    }

    @Test
    void whatIsUnpublishedIsGoneEvenForTheOldEntityTag() {
        var guide = guides.published();
        String etag = guides.read(guide).header("ETag");

        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();

        assertThat(guides.read(guide).status()).isEqualTo(410);
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug(), "If-None-Match", etag)
                        .status())
                .isEqualTo(410);
    }

    @Test
    void anUnpublishedGuideRedirectsWhereItWasToldTo() {
        var replaced = guides.published();
        var replacement = guides.published();

        node.as("publisher")
                .post(replaced.path() + "/unpublish", Map.of("reason", "merged", "redirectTo", replacement.slug()))
                .ok();

        var answer = guides.read(replaced);
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.header("Location")).isEqualTo("/api/delivery/v1/role-guide/" + replacement.slug());
    }

    @Test
    void theOldEditionStaysLiveWhileTheNextIsWrittenAndReviewed() {
        var guide = guides.published();
        guides.nextEditionSubmitted(guide, "Another summary.");
        assertThat(guides.read(guide).json().at("/edition").asInt()).isEqualTo(1);

        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        var delivered = guides.read(guide).json();
        assertThat(delivered.get("edition").asInt()).isEqualTo(2);
        assertThat(delivered.at("/content/summary").asString()).isEqualTo("Another summary.");
    }

    @Test
    void requestedChangesGoBackToTheEditorWhoSubmitsAgain() {
        var guide = guides.submitted();
        guides.decide("reviewer", guides.task("reviewer", guide), "request-changes")
                .ok();
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
        assertThat(guides.task("editor", guide).get("name").asString()).isEqualTo("Write draft");

        guides.edit("editor", guide, "A better summary.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        var task = guides.task("reviewer", guide);
        guides.decide("reviewer", task, "approve").ok();

        assertThat(task.get("revision").asInt()).isEqualTo(2);
        assertThat(guides.read(guide).json().at("/content/summary").asString()).isEqualTo("A better summary.");
    }

    @Test
    void aDiscardedEditionLeavesWhatIsLive() {
        var guide = guides.published();
        guides.nextEditionSubmitted(guide, "Never to be seen.");

        assertThat(node.as("editor").delete(guide.path() + "/editions/current").status())
                .isEqualTo(204);

        assertThat(guides.read(guide).json().get("edition").asInt()).isEqualTo(1);
        assertThat(guides.find("reviewer", guide)).isEmpty();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        assertThat(node.as("editor").get(guide.path() + "/draft").json().at("/content"))
                .isEqualTo(Guides.content());
    }
}
