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
 * @param signatures of everybody who signed a decision on it, in that order; null in stamps from before decisions were signed, and for
 *     a review elsewhere
 * @param reviewedAt when the last of them decided
 * @param lastReviewed the same as a date in UTC; for a review elsewhere the date its evidence gives
 * @param reviewDue the last day it holds
 */
public record Stamp(
        Revision.Ref reviewed,
        List<Reviewer> reviewers,
        @Nullable List<Signature> signatures,
        Instant reviewedAt,
        LocalDate lastReviewed,
        LocalDate reviewDue,
        Origin origin) {
    /** Where the review took place: here, or elsewhere with the operator of this server vouching for it. */
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

    /** The first instant at which it is overdue: the start of the day after {@code reviewDue}, UTC. */
    public Instant overdueAt() {
        return reviewDue.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
