// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import java.time.Instant;
import java.util.Arrays;

/**
 * When a published guide changed, in order: positions of ledger entries and the times when they were appended. Numbers take 16 bytes for
 * each change, because guides are reviewed for years.
 */
final class Changes {
    static final Changes NONE = new Changes(new long[0], new long[0]);

    private final long[] positions;
    /** In milliseconds since the epoch, as the ledger's store keeps them. */
    private final long[] times;

    private Changes(long[] positions, long[] times) {
        this.positions = positions;
        this.times = times;
    }

    /** Returns these changes and a later one. */
    Changes and(long position, Instant at) {
        int count = positions.length;
        var morePositions = Arrays.copyOf(positions, count + 1);
        var moreTimes = Arrays.copyOf(times, count + 1);
        morePositions[count] = position;
        moreTimes[count] = at.toEpochMilli();
        return new Changes(morePositions, moreTimes);
    }

    /** The position of the latest change up to the instant; 0 if there is none. */
    long positionAt(Instant instant) {
        long latest = 0;
        for (int i = 0; i < positions.length; i++)
            if (!Instant.ofEpochMilli(times[i]).isAfter(instant)) latest = Math.max(latest, positions[i]);
        return latest;
    }

    /** The position of the latest change up to the given position; 0 if there is none. */
    long positionUpTo(long position) {
        long latest = 0;
        for (long change : positions) if (change <= position) latest = Math.max(latest, change);
        return latest;
    }
}
