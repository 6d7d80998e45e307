// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When an edition is to be published and unpublished.
 *
 * @param publishAt null if the edition is published as soon as it is approved
 * @param unpublishAt null if the edition stays published
 * @param zone the IANA time zone in which a person gave the instants; null if they were given in UTC
 * @param release the release with which the edition is published, whenever that is; null if it is published by itself. An edition of a
 *     release has no {@code publishAt} of its own
 */
public record Schedule(
        @Nullable Instant publishAt,
        @Nullable Instant unpublishAt,
        @Nullable String zone,
        @Nullable String release) {
    public static final Schedule NONE = new Schedule(null, null, null);

    public Schedule {
        if (publishAt == null && unpublishAt == null) zone = null;
    }

    public Schedule(@Nullable Instant publishAt, @Nullable Instant unpublishAt, @Nullable String zone) {
        this(publishAt, unpublishAt, zone, null);
    }

    /** The schedule of an edition that is published with a release. */
    public static Schedule with(String release) {
        return new Schedule(null, null, null, release);
    }

    /** The zone, if this Java knows it: the rules of a later Java, on which the schedule was set, may have more zones. */
    public Optional<ZoneId> knownZone() {
        return Optional.ofNullable(zone)
                .filter(ZoneId.getAvailableZoneIds()::contains)
                .map(ZoneId::of);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /** Whether the edition has to wait for its publication at this moment. */
    boolean isAheadOf(Instant moment) {
        return release != null || publishAt != null && publishAt.isAfter(moment);
    }

    /** What an approved edition waits for, after “waits for”. */
    String awaited() {
        return release == null ? "its publication at " + publishAt : "the publication of its release";
    }

    /** Whether the edition is not published as soon as it is approved. */
    boolean delaysPublication() {
        return publishAt != null || release != null;
    }
}
