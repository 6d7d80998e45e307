// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The “last reviewed” record: who vouched for which content, when, and until when.
 *
 * @param signatures the signatures of all signed decisions that count for this stamp, in the order of the decisions; null in stamps from
 *     before decisions were signed, and for a review elsewhere
 * @param reviewedAt when the last reviewer decided
 * @param lastReviewed the date of {@code reviewedAt} in UTC; for a review elsewhere, the date in its evidence
 * @param reviewDue the last day on which the stamp is valid
 * @param parts the parts that are reviewed on their own too; null for none
 */
public record Stamp(
        Revision.Ref reviewed,
        List<Reviewer> reviewers,
        @Nullable List<Signature> signatures,
        Instant reviewedAt,
        LocalDate lastReviewed,
        LocalDate reviewDue,
        Origin origin,
        @Nullable List<StampedPart> parts) {
    /** Where the review took place: on this server, or elsewhere, in which case the operator of this server vouches for it. */
    public enum Origin {
        HERE,
        IMPORTED
    }

    public Stamp {
        if (reviewers.isEmpty()) throw new IllegalArgumentException("a stamp names at least one reviewer");
        reviewers = List.copyOf(reviewers);
        signatures = signatures == null || signatures.isEmpty() ? null : List.copyOf(signatures);
        parts = parts == null || parts.isEmpty() ? null : List.copyOf(parts);
    }

    static Stamp here(
            Revision.Ref reviewed,
            List<Reviewer> reviewers,
            List<Signature> signatures,
            Instant reviewedAt,
            Period interval) {
        var day = LocalDate.ofInstant(reviewedAt, ZoneOffset.UTC);
        return new Stamp(reviewed, reviewers, signatures, reviewedAt, day, day.plus(interval), Origin.HERE, null);
    }

    /** This stamp with parts that were reviewed together with the whole. */
    Stamp withParts(Map<String, Period> intervals) {
        return with(intervals.entrySet().stream()
                .map(part -> new StampedPart(
                        part.getKey(),
                        reviewers,
                        null,
                        reviewedAt,
                        lastReviewed,
                        lastReviewed.plus(part.getValue()),
                        origin))
                .toList());
    }

    /**
     * This stamp after a confirmation of some of its parts. The review of the whole, and of the other parts, stays as it is.
     *
     * @param intervals of the content type now; a confirmed part that has no interval any more is left out
     */
    Stamp confirmed(
            Collection<String> pointers,
            Reviewer reviewer,
            List<Signature> signed,
            Instant at,
            Map<String, Period> intervals) {
        var day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return with(stampedParts().stream()
                .flatMap(part -> !pointers.contains(part.pointer())
                        ? Stream.of(part)
                        : Optional.ofNullable(intervals.get(part.pointer()))
                                .map(interval -> new StampedPart(
                                        part.pointer(),
                                        List.of(reviewer),
                                        signed,
                                        at,
                                        day,
                                        day.plus(interval),
                                        Origin.HERE))
                                .stream())
                .toList());
    }

    private Stamp with(List<StampedPart> newParts) {
        return new Stamp(reviewed, reviewers, signatures, reviewedAt, lastReviewed, reviewDue, origin, newParts);
    }

    /** The parts that are reviewed on their own too. */
    public List<StampedPart> stampedParts() {
        return parts == null ? List.of() : parts;
    }

    /** This stamp without the reviews of its parts. */
    public Stamp ofWhole() {
        return with(List.of());
    }

    public boolean overdueOn(LocalDate day) {
        return day.isAfter(reviewDue);
    }

    /** The last instant at which a review is valid whose last day is this one, in UTC. */
    public static Instant endOf(LocalDate reviewDue) {
        return reviewDue.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().minusMillis(1);
    }

    /** The first instant at which the review is overdue: the start of the day after {@code reviewDue}, UTC. */
    public Instant overdueAt() {
        return reviewDue.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
