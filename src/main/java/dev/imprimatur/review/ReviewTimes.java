// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.history.ReviewScope;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The instants of the next review of a published edition. They follow from its stamp and its content type alone. */
final class ReviewTimes {
    /** The process variable with the instants at which the review is announced. */
    static final String VARIABLE = "reviewAnnouncements";
    /** How a repeating timer is told that there is nothing to announce. */
    private static final String NONE = "none";

    private ReviewTimes() {}

    /**
     * When the next review is requested: the lead before the due day, but never in the first half of the review interval, nor on the day of
     * the last review. So an interval of a day asks for one review a day.
     */
    static Instant opensAt(Stamp stamp, Duration lead) {
        return opensAt(stamp.lastReviewed(), stamp.reviewDue(), lead);
    }

    private static Instant opensAt(StampedPart part, Duration lead) {
        return opensAt(part.lastReviewed(), part.reviewDue(), lead);
    }

    private static Instant opensAt(LocalDate reviewed, LocalDate due, Duration lead) {
        Instant notBefore = half(reviewed, due);
        Instant opens = startOf(due).minus(lead);
        return opens.isBefore(notBefore) ? notBefore : opens;
    }

    /** When the first review is requested, of the whole content or of a part. */
    static Instant firstOpensAt(Stamp stamp, Duration lead) {
        return Stream.concat(
                        Stream.of(opensAt(stamp, lead)),
                        stamp.stampedParts().stream().map(part -> opensAt(part, lead)))
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** What is requested at this instant, or earlier. A review of the whole content includes all parts. */
    static ReviewScope requestedBy(Instant now, Stamp stamp, Duration lead) {
        boolean whole = !opensAt(stamp, lead).isAfter(now);
        return new ReviewScope(
                whole,
                stamp.stampedParts().stream()
                        .filter(part -> !whole && !opensAt(part, lead).isAfter(now))
                        .map(StampedPart::pointer)
                        .toList());
    }

    /** When a review that is due on this day is announced, the earliest first; never in the first half of the review interval. */
    static List<Instant> announcements(ContentType type, LocalDate due) {
        return announcements(type, due, type.reviewInterval());
    }

    /** When the review of a part is announced that is due on this day, as {@link #announcements(ContentType, LocalDate)} says. */
    static List<Instant> announcements(ContentType type, String part, LocalDate due) {
        return announcements(type, due, type.reviewIntervals().parts().getOrDefault(part, type.reviewInterval()));
    }

    /** When the review of the whole content, and the reviews of {@link #announcedParts}, are announced, the earliest first. */
    static List<Instant> allAnnouncements(ContentType type, Stamp stamp) {
        return Stream.concat(
                        announcements(type, stamp.reviewDue()).stream(),
                        announcedParts(stamp)
                                .flatMap(part -> announcements(type, part.pointer(), part.reviewDue()).stream()))
                .distinct()
                .sorted()
                .toList();
    }

    /** The parts whose reviews are announced on their own, because they are due before the whole content. */
    static Stream<StampedPart> announcedParts(Stamp stamp) {
        return stamp.stampedParts().stream().filter(part -> part.reviewDue().isBefore(stamp.reviewDue()));
    }

    private static List<Instant> announcements(ContentType type, LocalDate due, Period interval) {
        Instant notBefore = half(due.minus(interval), due);
        return type.reviewReminders().stream()
                .map(before -> startOf(due.minus(before)))
                .filter(at -> !at.isBefore(notBefore))
                .sorted()
                .toList();
    }

    /** The instants as {@link LogCalendar} reads them. */
    static String spelt(List<Instant> instants) {
        return instants.isEmpty()
                ? NONE
                : instants.stream().map(Instant::toString).collect(Collectors.joining(","));
    }

    static List<Instant> read(String spelt) {
        return spelt.equals(NONE)
                ? List.of()
                : List.of(spelt.split(",", -1)).stream().map(Instant::parse).toList();
    }

    private static Instant half(LocalDate from, LocalDate to) {
        return startOf(from.plusDays(Math.max(1, ChronoUnit.DAYS.between(from, to) / 2)));
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
