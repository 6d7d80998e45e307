// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A store of the former release is migrated and used on; a store of a later release is not changed. */
@Tag("store")
class UpgradeTest {
    private static final String NEWER = "the store has format 999, and this program knows the formats up to ";

    @Test
    void dataOfTheFormerReleaseIsKeptAndReviewsContinue() {
        try (var node = FormerRelease.start(store -> {})) {
            var states = new TreeMap<String, String>();
            var refs = new TreeMap<String, Guides.Ref>();
            for (var guide : node.as("editor")
                    .get("/role-guide?limit=100")
                    .ok()
                    .get("items")
                    .values()) {
                states.put(
                        guide.get("slug").asString(),
                        guide.at("/edition/number").asInt() + " "
                                + guide.at("/edition/state").asString());
                refs.put(
                        guide.get("slug").asString(),
                        new Guides.Ref(
                                guide.get("id").asString(), guide.get("slug").asString()));
            }
            assertThat(states)
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "a-draft", "1 draft",
                            "a-discarded-draft", "1 discarded",
                            "in-review", "1 in-review",
                            "sent-back", "1 draft",
                            "live", "1 published",
                            "live-and-next-in-review", "2 in-review",
                            "second-edition-live", "2 published",
                            "withdrawn", "1 unpublished",
                            "previewed", "1 draft",
                            "with-a-key", "1 draft"));
            assertThat(node.site().get("/role-guide/live").status()).isEqualTo(200);
            assertThat(node.site().get("/role-guide/withdrawn").status()).isEqualTo(301);
            assertThat(node.site().get("/role-guide/in-review").status()).isEqualTo(404);
            assertThat(node.as("admin").get("/webhooks").ok().get("items")).hasSize(1);
            assertThat(node.as("admin").get("/accounts").ok().get("items")).hasSize(5);
            assertThat(node.as("editor")
                            .get(refs.get("in-review").path() + "/comments")
                            .ok()
                            .get("items"))
                    .hasSize(1);

            var guides = node.guides();
            for (String slug : new String[] {"in-review", "live-and-next-in-review"}) {
                guides.decide("reviewer", guides.task("reviewer", refs.get(slug)), "approve")
                        .ok();
                assertThat(guides.read(refs.get(slug)).status()).isEqualTo(200);
            }
            node.as("editor")
                    .post(refs.get("sent-back").path() + "/submit", Map.of())
                    .ok();
            guides.decide("reviewer", guides.task("reviewer", refs.get("sent-back")), "approve")
                    .ok();

            var verified = node.as("admin").get("/ledger/verification").ok();
            assertThat(verified.get("position").asInt()).isEqualTo(9);
            assertThat(verified.has("broken")).isFalse();
            assertThat(node.nobody().get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(format(node.bean(MongoDatabase.class)).getInteger("version"))
                    .isEqualTo(1 + node.beans(Migration.class).size());
        }
    }

    private static Document format(MongoDatabase store) {
        return store.getCollection("store_format").find().first();
    }

    @Test
    void aStoreOfALaterReleaseStopsTheStartAndIsNotChanged() {
        var failure = catchThrowable(() -> FormerRelease.start(store -> store.getCollection("store_format")
                .insertOne(new Document("_id", "format").append("version", 999).append("later", "unknown"))));

        FailureAnalysis analysis = new StoreFormat.Analyzer().analyze(failure);
        assertThat(analysis.getDescription()).contains(NEWER);
        assertThat(analysis.getAction()).contains("Start the release that this store was used with last");
    }

    @Test
    void aNodeWhoseStoreIsMigratedToALaterFormatIsNotReady() {
        var node = Node.shared();
        var formats = node.bean(MongoDatabase.class).getCollection("store_format");
        var before = formats.find().first();
        try {
            formats.replaceOne(Filters.eq("_id", "format"), new Document("_id", "format").append("version", 999));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> node.nobody().get("/actuator/health/readiness").status() == 503);
        } finally {
            formats.replaceOne(Filters.eq("_id", "format"), before);
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> node.nobody().get("/actuator/health/readiness").status() == 200);
    }

    @Test
    void anUnknownFieldIsNeverDroppedByASave() {
        var node = Node.shared();
        var guide = node.guides().submitted();
        String comment = node.as("reviewer")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", "Sure?"))
                .ok()
                .get("id")
                .asString();
        var comments = node.bean(MongoDatabase.class).getCollection("comments");
        var own = Filters.eq("_id", comment);
        comments.updateOne(own, new Document("$set", new Document("later", "kept")));

        var saved = node.as("reviewer").patch(guide.path() + "/comments/" + comment, Map.of("resolved", true));

        assertThat(saved.status()).isEqualTo(500);
        assertThat(comments.find(own).first().getString("later")).isEqualTo("kept");
        comments.updateOne(own, new Document("$unset", new Document("later", "")));
        assertThat(node.as("reviewer")
                        .patch(guide.path() + "/comments/" + comment, Map.of("resolved", true))
                        .status())
                .isEqualTo(200);
    }
}
