// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The “last reviewed” record: who vouched for which content, when, and until when.
 *
 * @param signatures the signatures of all signed decisions that count for this stamp, in the order of the decisions; null in stamps from
 *     before decisions were signed, and for a review elsewhere
 * @param reviewedAt when the last reviewer decided
 * @param lastReviewed the date of {@code reviewedAt} in UTC; for a review elsewhere, the date in its evidence
 * @param reviewDue the last day on which the stamp is valid
 */
public record Stamp(
        Revision.Ref reviewed,
        List<Reviewer> reviewers,
        @Nullable List<Signature> signatures,
        Instant reviewedAt,
        LocalDate lastReviewed,
        LocalDate reviewDue,
        Origin origin) {
    /** Where the review took place: on this server, or elsewhere, in which case the operator of this server vouches for it. */
    public enum Origin {
        HERE,
        IMPORTED
    }

    public Stamp {
        if (reviewers.isEmpty()) throw new IllegalArgumentException("a stamp names at least one reviewer");
        reviewers = List.copyOf(reviewers);
        signatures = signatures == null || signatures.isEmpty() ? null : List.copyOf(signatures);
    }

    static Stamp here(
            Revision.Ref reviewed,
            List<Reviewer> reviewers,
            List<Signature> signatures,
            Instant reviewedAt,
            Period interval) {
        var day = LocalDate.ofInstant(reviewedAt, ZoneOffset.UTC);
        return new Stamp(reviewed, reviewers, signatures, reviewedAt, day, day.plus(interval), Origin.HERE);
    }

    public boolean overdueOn(LocalDate day) {
        return day.isAfter(reviewDue);
    }

    /** The first instant at which the review is overdue: the start of the day after {@code reviewDue}, UTC. */
    public Instant overdueAt() {
        return reviewDue.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
