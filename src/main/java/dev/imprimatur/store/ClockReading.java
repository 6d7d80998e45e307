// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.time.Duration;

/**
 * When something began, by both clocks of the machine: the one that nobody sets but that stands while the machine is suspended, and the
 * one on the wall, which goes on then but may be set.
 *
 * @param nanos as {@link System#nanoTime()} tells
 * @param millis as {@link System#currentTimeMillis()} tells
 */
public record ClockReading(long nanos, long millis) {
    private static final long NANOS_IN_MILLI = 1_000_000;

    public static ClockReading now() {
        return new ClockReading(System.nanoTime(), System.currentTimeMillis());
    }

    /** How long it is to a later moment: what the clock that went further says, so that it is never told as less than it is. */
    public Duration until(ClockReading later) {
        return Duration.ofNanos(nanosUntil(later));
    }

    /** The same in nanoseconds. */
    public long nanosUntil(ClockReading later) {
        return Math.max(later.nanos - nanos, (later.millis - millis) * NANOS_IN_MILLI);
    }
}
