// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The “last reviewed” record of a part of the content that is reviewed on its own too.
 *
 * @param pointer the JSON Pointer of the part
 * @param signatures the signatures of the decisions that confirmed just this part; null if the part was reviewed with the whole
 * @param reviewedAt when the last reviewer decided
 * @param lastReviewed the date of the review
 * @param reviewDue the last day on which the review of the part is valid
 * @param origin where the part was reviewed
 */
public record StampedPart(
        String pointer,
        List<Reviewer> reviewers,
        @Nullable List<Signature> signatures,
        Instant reviewedAt,
        LocalDate lastReviewed,
        LocalDate reviewDue,
        Stamp.Origin origin) {
    public StampedPart {
        reviewers = List.copyOf(reviewers);
        signatures = signatures == null || signatures.isEmpty() ? null : List.copyOf(signatures);
    }

    public boolean overdueOn(LocalDate day) {
        return day.isAfter(reviewDue);
    }

    /** Whether the part was reviewed as a part of this review of the whole. */
    public boolean isOf(Stamp whole) {
        return reviewedAt.equals(whole.reviewedAt())
                && lastReviewed.equals(whole.lastReviewed())
                && reviewers.equals(whole.reviewers())
                && origin == whole.origin();
    }
}
