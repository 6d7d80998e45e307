package dev.imprimatur.problem;

import dev.imprimatur.store.Failures;
import java.time.Duration;

/** Tells a store that does not answer from a fault of ours, and what is said of it. */
final class Outage {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private Outage() {}

    static boolean is(Throwable thrown) {
        return Failures.isOutage(thrown) || Failures.isLostRace(thrown);
    }

    static Refusal refusal() {
        return Refusal.unavailable(
                "unavailable",
                "a store does not answer at the moment; send the same request again shortly",
                RETRY_AFTER);
    }
}
