// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.history.Schedule;
import dev.imprimatur.studio.DisplayText;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of the form for a schedule.
 *
 * @param publishAt as the clocks of the zone show it; null if nothing is scheduled
 * @param unpublishAt likewise
 * @param isNew whether the browser may put in the zone of its person, because nothing is scheduled yet
 * @param zones the names of all zones
 */
record ScheduleForm(
        @Nullable String publishAt, @Nullable String unpublishAt, String zone, boolean isNew, List<String> zones) {
    private static final List<String> ZONES = ZoneId.getAvailableZoneIds().stream()
            .filter(zone -> zone.contains("/") && !zone.startsWith("Etc/") && !zone.startsWith("SystemV/"))
            .sorted()
            .toList();

    static ScheduleForm of(@Nullable Schedule schedule) {
        if (schedule == null) return new ScheduleForm(null, null, "UTC", true, ZONES);
        String zone = schedule.zone() == null ? "UTC" : schedule.zone();
        return new ScheduleForm(
                DisplayText.onTheClocks(schedule.publishAt(), zone),
                DisplayText.onTheClocks(schedule.unpublishAt(), zone),
                zone,
                false,
                ZONES);
    }
}
