// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.Findings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for the order of one guide's entries: which entry may follow which. */
final class LedgerOrder {
    /** How far the clocks of two nodes may differ. */
    static final Duration SKEW = Duration.ofSeconds(2);

    private LedgerOrder() {}

    /** Reports each entry that may not follow the one before it. */
    static void check(List<LedgerEntry> entriesOfGuide, Findings findings) {
        LedgerEntry before = null;
        for (var entry : entriesOfGuide) {
            var fault = fault(before, entry);
            if (fault != null) findings.violation("ledger-order", LedgerCheck.where(entry.position()), fault);
            before = entry;
        }
    }

    private static @Nullable String fault(@Nullable LedgerEntry before, LedgerEntry entry) {
        var review = entry.review();
        if (review != null && review.reviewedAt().isAfter(entry.at().plus(SKEW)))
            return "was reviewed after it was published";
        if (entry.kind() != Kind.RENAME && before != null && !before.slug().equals(entry.slug()))
            return "has another slug than the entry before";
        if (entry.kind() != Kind.PUBLISH
                && entry.kind() != Kind.LINK
                && before != null
                && !before.set().equals(entry.set())) return "belongs to other translations than the entry before";
        if (entry.kind() == Kind.PUBLISH) {
            if (review == null) return "publishes a revision without a review";
            if (before == null) return null;
            if (entry.edition() <= before.edition())
                return "publishes an edition that is not later than the one before";
            return entry.firstPublishedAt().equals(before.firstPublishedAt())
                    ? null
                    : "states another time of the first publication than the entry before";
        }
        if (before == null || !before.isLive()) return "is about a guide that is not published";
        boolean same = before.edition() == entry.edition()
                && before.revision() == entry.revision()
                && before.contentHash().equals(entry.contentHash());
        if (!same) return "is about another revision than the published one";
        var last = before.review();
        if (entry.kind() == Kind.RENAME) return faultOfRename(before, entry);
        if (entry.kind() == Kind.LINK)
            return Objects.equals(last, review) ? null : "has another review than the entry before";
        boolean earlier = entry.kind() == Kind.RESTAMP
                && review != null
                && last != null
                && review.reviewedAt().isBefore(last.reviewedAt());
        return earlier ? "has an earlier review than the entry before" : null;
    }

    /** A rename changes the slug, and signs the same review for it. */
    private static @Nullable String faultOfRename(LedgerEntry before, LedgerEntry entry) {
        if (!before.slug().equals(entry.previousSlug())) return "renames a guide that had another slug";
        if (before.slug().equals(entry.slug())) return "renames a guide to the slug that it had";
        var review = entry.review();
        var last = before.review();
        boolean isSame = review != null && last != null && last.saysSameAs(review);
        return isSame ? null : "has another review than the entry before";
    }
}
