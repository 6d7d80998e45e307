// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A request that took a snapshot is answered from it, whatever is published meanwhile. */
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

    /** While it is read anew, an entry is read before the one that takes it back. */
    @Test
    void aNewReadingDoesNotChangeSnapshotsOfTheReadingBefore() {
        var guide = guides.published();
        String path = "role-guide/" + guide.slug();
        var published = requireNonNull(catalogue.now().published(path));
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        var told = catalogue.now();

        var begun = new Snapshot.Fold(Snapshot.empty(told.reading() + 1))
                .append(published.entry(), published)
                .snapshot();
        begun.updateFront(GuideAddress.of(published.entry()));

        assertThat(begun.published(path)).isSameAs(published);
        assertThat(told.published(path)).isNull();
        assertThat(catalogue.now().published(path)).isNull();
    }
}
