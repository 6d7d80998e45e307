// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long a sender waits after a failure: four times as long after each further one, up to eight hours. */
public final class RetryDelay {
    private static final int GROWTH = 4;
    private static final Duration LONGEST = Duration.ofHours(8);

    private RetryDelay() {}

    /**
     * The wait before the next attempt.
     *
     * @param first the wait after the first failure
     * @param failuresBefore how many attempts failed in a row before the last one
     */
    public static Duration after(Duration first, int failuresBefore) {
        double grown = first.toMillis() * Math.pow(GROWTH, failuresBefore);
        return Duration.ofMillis(Math.round(Math.min(grown, (double) LONGEST.toMillis())));
    }

    /** The later of the sender's own time and the time that the receiver asked for, if it did. */
    public static Instant notBefore(Instant own, @Nullable Instant asked) {
        return asked != null && asked.isAfter(own) ? asked : own;
    }
}
