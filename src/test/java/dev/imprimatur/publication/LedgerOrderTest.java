// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.Findings;
import dev.imprimatur.testing.UnitTest;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A rename changes the slug of a published guide, and nothing else changes it. */
@UnitTest
class LedgerOrderTest {
    private static final Instant THEN = Instant.parse("2026-05-14T09:00:00Z");

    private static LedgerEntry.Review review(String reviewer, String signature) {
        return new LedgerEntry.Review(
                LocalDate.of(2026, 5, 14),
                THEN,
                List.of(new LedgerEntry.By(reviewer, null, null, null)),
                null,
                LocalDate.of(2026, 11, 14),
                false,
                "here",
                null,
                signature);
    }

    private static LedgerEntry published(String slug) {
        return LedgerEntry.of(
                Kind.PUBLISH,
                new LedgerEntry.Subject("guide", "role-guide", slug, "en-US"),
                new LedgerEntry.PublishedRevision(1, 1, "sha256:" + "0".repeat(64), THEN, THEN),
                review("Rosa", "first"),
                null,
                THEN,
                LedgerEntry.Link.unsealed(1, LedgerChain.GENESIS));
    }

    private static LedgerEntry renamed(LedgerEntry before, String slug) {
        return before.renamed(slug, before.position() + 1, before.hash(), THEN);
    }

    private static List<String> faults(LedgerEntry... entries) {
        var findings = new Findings();
        LedgerOrder.check(List.of(entries), findings);
        return findings.all().stream().map(Findings.Finding::detail).toList();
    }

    @Test
    void aRenameSignsTheSameReviewForAnotherSlug() {
        var first = published("a");

        assertThat(faults(first, renamed(first, "b").with(review("Rosa", "second"))))
                .isEmpty();
        assertThat(faults(first, renamed(first, "b").with(review("Somebody", "second"))))
                .containsExactly("has another review than the entry before");
        assertThat(faults(first, renamed(first, "b").with(null)))
                .containsExactly("has another review than the entry before");
        assertThat(faults(first, renamed(first, "a"))).containsExactly("renames a guide to the slug that it had");
        assertThat(faults(first, renamed(published("other"), "b")))
                .containsExactly("renames a guide that had another slug");
    }

    @Test
    void nothingElseChangesTheSlug() {
        var other = published("b").next(Kind.RESTAMP, 2, "", null, THEN);

        assertThat(faults(published("a"), other)).containsExactly("has another slug than the entry before");
    }

    @Test
    void onlyAPublishedGuideIsRenamed() {
        var first = published("a");
        var gone = first.next(Kind.UNPUBLISH, 2, "", null, THEN).with(null);

        assertThat(faults(first, gone, renamed(gone, "b"))).containsExactly("is about a guide that is not published");
    }

    @Test
    void onlyALinkOrAPublicationChangesTheTranslations() {
        var first = published("a");
        var linked = first.linked("others", 2, "", THEN);

        assertThat(faults(first, linked)).isEmpty();
        assertThat(faults(first, linked, linked.next(Kind.RESTAMP, 3, "", null, THEN)))
                .isEmpty();
        assertThat(faults(first, linked, first.next(Kind.RESTAMP, 3, "", null, THEN)))
                .containsExactly("belongs to other translations than the entry before");
        assertThat(faults(first, linked.with(review("Somebody", "first"))))
                .containsExactly("has another review than the entry before");
    }
}
