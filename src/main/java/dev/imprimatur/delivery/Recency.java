// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.PublishedGuide;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** How recent published guides are, for sitemaps and feeds. */
final class Recency {
    private Recency() {}

    /** When a guide was last published or reviewed, whichever is later. */
    static Instant updated(PublishedGuide guide) {
        return Optional.ofNullable(guide.entry().review())
                .map(LedgerEntry.Review::reviewedAt)
                .filter(reviewed -> reviewed.isAfter(guide.entry().publishedAt()))
                .orElse(guide.entry().publishedAt());
    }

    /** The guides, the most recent first; guides of the same instant by their ids. */
    static Stream<PublishedGuide> latest(Stream<PublishedGuide> guides) {
        return guides.sorted(Comparator.comparing(Recency::updated)
                .reversed()
                .thenComparing(guide -> guide.entry().id()));
    }
}
