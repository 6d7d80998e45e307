// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.absences;

import dev.imprimatur.content.Sha256;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The days on which a person is absent. It begins with the first day and ends after the last day, each by the clocks of the zone.
 *
 * @param person the username of the account
 * @param zone the name of a time zone, such as {@code Europe/Berlin}
 * @param delegate the username of the account that acts for the person; null if nobody does
 * @param setBy the username of whoever said so: the person, or an administrator
 * @param passedOn whether the tasks that the person had at the beginning were passed on
 */
public record Absence(
        String person,
        LocalDate from,
        LocalDate until,
        String zone,
        @Nullable String delegate,
        String setBy,
        Instant setAt,
        boolean passedOn) {
    /** The first instant of the first day. */
    public Instant begins() {
        return from.atStartOfDay(ZoneId.of(zone)).toInstant();
    }

    /** The first instant after the last day. */
    public Instant ends() {
        return until.plusDays(1).atStartOfDay(ZoneId.of(zone)).toInstant();
    }

    public boolean isInForce(Instant at) {
        return !at.isBefore(begins()) && at.isBefore(ends());
    }

    public boolean isOver(Instant at) {
        return !at.isBefore(ends());
    }

    /** The version that a change names; it changes with what people set. */
    public String version() {
        return Sha256.version(from + " " + until + " " + zone + " " + delegate + " " + setAt);
    }

    Absence delegatedTo(@Nullable String other, String by, Instant now) {
        return new Absence(person, from, until, zone, other, by, now, passedOn);
    }
}
