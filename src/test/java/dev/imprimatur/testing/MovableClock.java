// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A clock that shows the real time in milliseconds, shifted by as much as a test wants. */
public final class MovableClock extends Clock {
    private volatile Duration moved = Duration.ZERO;

    public void forward(Duration by) {
        moved = moved.plus(by);
    }

    public void to(Instant instant) {
        moved = Duration.between(Instant.now(), instant);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(moved).truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
