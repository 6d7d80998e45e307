// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.flowable.common.engine.impl.calendar.BusinessCalendar;
import org.flowable.common.engine.impl.calendar.BusinessCalendarManager;
import org.flowable.common.engine.impl.calendar.CycleBusinessCalendar;
import org.flowable.common.engine.impl.calendar.DueDateBusinessCalendar;
import org.flowable.common.engine.impl.calendar.DurationBusinessCalendar;
import org.flowable.common.engine.impl.calendar.MapBusinessCalendarManager;
import org.jspecify.annotations.Nullable;

/**
 * Computes the instants of timers and due dates for the engine. A duration such as {@code P5D} counts from the log entry that the process
 * follows at the moment, so that a process that is built again has the same instants.
 */
final class LogCalendar {
    /** The instant from which durations count: that of the log entry that opens the next task. */
    static final ScopedValue<Instant> ENTRY_AT = ScopedValue.newInstance();

    /** When a timer without an instant fires, such as that of an edition which is published with a release. */
    static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private LogCalendar() {}

    static BusinessCalendarManager of(Clock clock) {
        var durations = new Durations(clock);
        return new MapBusinessCalendarManager(Map.of(
                DurationBusinessCalendar.NAME,
                durations,
                DueDateBusinessCalendar.NAME,
                durations,
                CycleBusinessCalendar.NAME,
                new Listed(clock)));
    }

    /** Reads durations. Only a process that somebody moves by hand follows no entry; its durations count from now, until it is rebuilt. */
    private record Durations(Clock clock) implements Calendar {
        @Override
        public Date resolveDuedate(String duration) {
            Instant from = ENTRY_AT.isBound() ? ENTRY_AT.get() : clock.instant();
            return Date.from(from.plus(Duration.parse(duration)));
        }

        @Override
        public Date resolveDuedate(String duration, int maxIterations) {
            return resolveDuedate(duration);
        }
    }

    /** Reads the instants of a repeating timer. Of those that have passed when the timer is created, only the latest counts. */
    private record Listed(Clock clock) implements Calendar {
        @Override
        public Date resolveDuedate(String instants) {
            var all = ReviewTimes.read(instants);
            Instant now = clock.instant();
            var missed = all.stream().filter(at -> !at.isAfter(now)).reduce((earlier, later) -> later);
            return Date.from(
                    missed.or(() -> all.stream().filter(at -> at.isAfter(now)).findFirst())
                            .orElse(NEVER));
        }

        @Override
        public @Nullable Date resolveDuedate(String instants, int maxIterations) {
            Instant now = clock.instant();
            return ReviewTimes.read(instants).stream()
                    .filter(at -> at.isAfter(now))
                    .findFirst()
                    .map(Date::from)
                    .orElse(null);
        }
    }

    /** A calendar without an end. */
    private interface Calendar extends BusinessCalendar {
        @Override
        @SuppressWarnings("NullAway")
        default @Nullable Date resolveEndDate(String end) {
            return null;
        }

        @Override
        default Boolean validateDuedate(String due, int maxIterations, @Nullable Date end, Date next) {
            return true;
        }
    }
}
