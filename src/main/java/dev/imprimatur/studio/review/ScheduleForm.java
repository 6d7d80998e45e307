// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.review.Schedules;
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
 * @param version of the schedule that the form shows
 */
record ScheduleForm(
        @Nullable String publishAt,
        @Nullable String unpublishAt,
        String zone,
        boolean isNew,
        List<String> zones,
        String version) {
    private static final List<String> ZONES = ZoneId.getAvailableZoneIds().stream()
            .filter(zone -> zone.contains("/") && !zone.startsWith("Etc/") && !zone.startsWith("SystemV/"))
            .sorted()
            .toList();

    static ScheduleForm of(Guide guide) {
        var schedule = guide.schedule();
        String version = Schedules.version(guide);
        if (schedule == null) return new ScheduleForm(null, null, "UTC", true, ZONES, version);
        var zone = schedule.knownZone().orElse(ZoneId.of("UTC"));
        return new ScheduleForm(
                DisplayText.onTheClocks(schedule.publishAt(), zone),
                DisplayText.onTheClocks(schedule.unpublishAt(), zone),
                zone.getId(),
                false,
                ZONES,
                version);
    }
}
