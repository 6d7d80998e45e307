// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.problem.GivenTime;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads an instant as people write it: with its offset from UTC, or as the clocks of a time zone show it. */
final class ScheduledTime {
    /** The last year for which something can be scheduled. */
    static final int LAST_YEAR = 2200;

    private ScheduledTime() {}

    /** The time zone with this IANA name; null if there is no name. */
    static @Nullable ZoneId zone(@Nullable String name) {
        if (name == null) return null;
        if (!ZoneId.getAvailableZoneIds().contains(name))
            throw Refusal.malformed("/zone", "is an IANA time zone such as Europe/Berlin, or UTC")
                    .raise();
        return ZoneId.of(name);
    }

    /**
     * The instant that a text names, in whole milliseconds.
     *
     * @param pointer the place of the text in the request
     * @param zone whose clocks a time without an offset is from; null if the request names none
     * @throws Refused if the text is no time, lies in the past or beyond {@link #LAST_YEAR}, or names no instant or two in the zone
     */
    static Instant instant(String pointer, String text, @Nullable ZoneId zone, Instant now) {
        var at = withOffset(text)
                .orElseGet(() -> onTheClocks(pointer, text, zone))
                .truncatedTo(ChronoUnit.MILLIS);
        if (!at.isAfter(now))
            throw Refusal.malformed(pointer, "lies in the past: it means " + at).raise();
        if (at.atOffset(ZoneOffset.UTC).getYear() > LAST_YEAR)
            throw Refusal.malformed(pointer, "lies beyond the year " + LAST_YEAR)
                    .raise();
        return at;
    }

    private static Optional<Instant> withOffset(String text) {
        try {
            return Optional.of(GivenTime.instant(text));
        } catch (DateTimeException noOffset) {
            return Optional.empty();
        }
    }

    private static Instant onTheClocks(String pointer, String text, @Nullable ZoneId zone) {
        LocalDateTime local;
        try {
            local = LocalDateTime.parse(text);
            GivenTime.date(local.toLocalDate().toString());
        } catch (DateTimeException noTime) {
            throw Refusal.malformed(
                            pointer,
                            "is no date and time that exists; write it as 2026-12-24T09:00:00Z, with another offset, or without one and with a zone")
                    .raise();
        }
        if (zone == null)
            throw Refusal.malformed(pointer, "needs an offset such as Z or +01:00, or a zone beside it")
                    .raise();
        var offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() == 1) return local.toInstant(offsets.getFirst());
        if (offsets.isEmpty()) {
            var gap = zone.getRules().getTransition(local);
            boolean skipsDays = !gap.getDateTimeBefore()
                    .toLocalDate()
                    .equals(gap.getDateTimeAfter().toLocalDate());
            throw Refusal.malformed(
                            pointer,
                            "does not exist in " + zone.getId() + ": "
                                    + (skipsDays
                                            ? "the clocks go from " + gap.getDateTimeBefore() + " to "
                                                    + gap.getDateTimeAfter() + ", and the time between is skipped"
                                            : "the clocks go from "
                                                    + gap.getDateTimeBefore().toLocalTime() + " to "
                                                    + gap.getDateTimeAfter().toLocalTime() + " on that day"))
                    .raise();
        }
        throw Refusal.malformed(
                        pointer,
                        "exists twice in " + zone.getId() + "; write "
                                + offsets.stream()
                                        .map(offset ->
                                                DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atOffset(offset)))
                                        .collect(Collectors.joining(" or ")))
                .raise();
    }
}
