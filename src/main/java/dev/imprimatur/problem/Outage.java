// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import dev.imprimatur.store.Failures;
import java.time.Duration;

/** Distinguishes the outage of a store from a fault of the application, and makes the refusal for the outage. */
final class Outage {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** A longer pause for a full disk, since a person must free space first. */
    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(10);

    private Outage() {}

    static boolean is(Throwable thrown) {
        return Failures.isOutage(thrown) || Failures.isLostRace(thrown);
    }

    static Refusal refusal(Throwable outage) {
        if (Failures.isDiskFull(outage))
            return Refusal.full(
                    "the disk of the server is full or rejects writes, so nothing can be saved; the operator of the"
                            + " server must free space; then send the same request again",
                    RETRY_WHEN_FULL);
        return Refusal.unavailable(
                "unavailable",
                "a store does not answer at the moment; send the same request again shortly",
                RETRY_AFTER);
    }
}
