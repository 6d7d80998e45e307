// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.history.Schedule;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as the management API describes it.
 *
 * @param zone the IANA time zone in which it was given
 * @param publishAtLocal the instant as the clocks of the zone show it, with their offset; null if this Java does not know the zone
 * @param unpublishAtLocal likewise
 * @param release the release with which the edition is published
 */
record ScheduleView(
        @Nullable Instant publishAt,
        @Nullable Instant unpublishAt,
        @Nullable String zone,
        @Nullable String publishAtLocal,
        @Nullable String unpublishAtLocal,
        @Nullable String release) {
    static ScheduleView of(@Nullable Schedule schedule) {
        return schedule == null
                ? new ScheduleView(null, null, null, null, null, null)
                : new ScheduleView(
                        schedule.publishAt(),
                        schedule.unpublishAt(),
                        schedule.zone(),
                        local(schedule.publishAt(), schedule),
                        local(schedule.unpublishAt(), schedule),
                        schedule.release());
    }

    private static @Nullable String local(@Nullable Instant at, Schedule schedule) {
        return at == null
                ? null
                : schedule.knownZone()
                        .map(zone -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at.atZone(zone)))
                        .orElse(null);
    }
}
