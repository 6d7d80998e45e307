// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A request is answered from the snapshot that it took, even if the ledger changes meanwhile. */
class CatalogueTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();
    private final Catalogue catalogue = node.bean(Catalogue.class);

    @Test
    void anOlderSnapshotKeepsItsGuides() {
        var guide = guides.published();
        String path = "role-guide/" + guide.slug();
        var first = catalogue.now();

        guides.nextEditionSubmitted(guide, "of the second edition");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        var second = catalogue.now();
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        assertThat(first.published(path)).extracting(it -> it.entry().edition()).isEqualTo(1);
        assertThat(second.published(path))
                .extracting(it -> it.entry().edition())
                .isEqualTo(2);
        assertThat(catalogue.now().published(path)).isNull();
    }

    @Test
    void theFastLookUpFindsTheGuideOfTheSnapshot() {
        var guide = guides.published();
        var now = catalogue.now();

        var found = requireNonNull(now.published("role-guide/" + guide.slug()));

        assertThat(now.ofType("role-guide").published(guide.slug(), "en-US")).isSameAs(found);
        assertThat(now.published("role-guide/nothing")).isNull();
        assertThat(now.published("nothing/" + guide.slug())).isNull();
    }

    /** While the ledger is read anew, an entry that publishes a guide is read before the later entry that unpublishes the guide. */
    @Test
    void aNewReadingDoesNotChangeSnapshotsOfTheReadingBefore() {
        var guide = guides.published();
        String path = "role-guide/" + guide.slug();
        var published = requireNonNull(catalogue.now().published(path));
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        var current = catalogue.now();

        var newReading = new Snapshot.Fold(Snapshot.empty(current.reading() + 1))
                .append(published.entry(), published)
                .snapshot();
        newReading.updateFront(GuideAddress.of(published.entry()));

        assertThat(newReading.published(path)).isSameAs(published);
        assertThat(current.published(path)).isNull();
        assertThat(catalogue.now().published(path)).isNull();
    }
}
