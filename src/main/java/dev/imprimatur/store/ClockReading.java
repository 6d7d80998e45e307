// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.time.Duration;

/**
 * A moment, read from both clocks of the machine. Nobody can set the monotonic clock, but it may stop while the machine is suspended. The
 * wall clock continues while the machine is suspended, but somebody may set it.
 *
 * @param nanos the monotonic clock, {@link System#nanoTime()}
 * @param millis the wall clock, {@link System#currentTimeMillis()}
 */
public record ClockReading(long nanos, long millis) {
    private static final long NANOS_IN_MILLI = 1_000_000;

    public static ClockReading now() {
        return new ClockReading(System.nanoTime(), System.currentTimeMillis());
    }

    /** Returns the time to a later moment. The clock that advanced further counts, so that the result is never too short. */
    public Duration until(ClockReading later) {
        return Duration.ofNanos(nanosUntil(later));
    }

    /** Returns the time to a later moment in nanoseconds. */
    public long nanosUntil(ClockReading later) {
        return Math.max(later.nanos - nanos, (later.millis - millis) * NANOS_IN_MILLI);
    }
}
