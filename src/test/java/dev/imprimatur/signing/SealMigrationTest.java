// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.editing.Evidence;
import dev.imprimatur.publication.AuditAnchors;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Documents of a release before seals are sealed once, and never again. */
@Tag("store")
@Tag("long")
class SealMigrationTest {
    private static final Bson SEAL = Updates.combine(
            Updates.unset("hash"),
            Updates.unset("signature"),
            Updates.unset("previousHash"),
            Updates.unset("position"));

    private final Node node = Node.start();
    private final Guides guides = node.guides();

    private MongoDatabase store() {
        return node.bean(MongoDatabase.class);
    }

    private List<Damage> damages() {
        var evidence = node.bean(Evidence.class);
        assertThat(evidence.revisions()).isEmpty();
        assertThat(evidence.workingCopies()).isEmpty();
        assertThat(node.bean(AuditAnchors.class).verify().broken()).isEmpty();
        return evidence.logs();
    }

    /** Deletes the recorded format, so that the store counts as one of the first format. */
    private void deleteFormat() {
        store().getCollection("store_format").deleteMany(new Document());
    }

    @Test
    void aStoreIsSealedOnceSoThatLaterForgeriesStayUnsealed() {
        try (node) {
            var live = guides.published();
            guides.nextEditionSubmitted(live, "Of the second edition.");
            var waiting = guides.submitted();
            for (String collection : List.of("edition_log", "revisions", "working_copies", "audit"))
                store().getCollection(collection).updateMany(new Document(), SEAL);
            store().getCollection("ledger").updateMany(new Document(), Updates.unset("audit"));

            deleteFormat();
            node.restart(() -> {});

            assertThat(damages()).isEmpty();
            assertThat(node.bean(Audit.class).head()).isPresent();
            guides.decide("reviewer", guides.task("reviewer", live), "approve").ok();
            guides.decide("reviewer", guides.task("reviewer", waiting), "approve")
                    .ok();
            assertThat(guides.read(live).json().at("/content/summary").asString())
                    .isEqualTo("Of the second edition.");

            var victim = guides.submitted();
            var log = store().getCollection("edition_log", Document.class);
            var submitted =
                    log.find(Filters.eq("_id", victim.id() + ".1#000001")).first();
            var entry = new Document(submitted.get("entry", Document.class));
            entry.get("by", Document.class).append("account", "reviewer").append("roles", List.of("REVIEWER"));
            entry.append("seq", 2).append("kind", "APPROVED").append("outcome", "approve");
            log.insertOne(new Document("_id", victim.id() + ".1#000002").append("entry", entry));

            deleteFormat();
            node.restart(() -> {});

            assertThat(damages()).extracting(Damage::guide).containsExactly(victim.id());
            assertThat(guides.read(victim).status()).isEqualTo(404);
            assertThat(node.as("editor")
                            .post(victim.path() + "/submit", Map.of())
                            .problem())
                    .isEqualTo("log-damaged");
        }
    }
}
