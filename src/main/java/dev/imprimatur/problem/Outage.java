// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import dev.imprimatur.store.Failures;
import java.time.Duration;

/** Tells a store that does not answer from a fault of ours, and what is said of it. */
final class Outage {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** Somebody has to make room first. */
    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(10);

    private Outage() {}

    static boolean is(Throwable thrown) {
        return Failures.isOutage(thrown) || Failures.isLostRace(thrown);
    }

    static Refusal refusal(Throwable outage) {
        if (Failures.isDiskFull(outage))
            return Refusal.full(
                    "the disk of the server is full or does not take writes, so nothing can be saved; whoever runs the"
                            + " server has to make room, then send the same request again",
                    RETRY_WHEN_FULL);
        return Refusal.unavailable(
                "unavailable",
                "a store does not answer at the moment; send the same request again shortly",
                RETRY_AFTER);
    }
}
