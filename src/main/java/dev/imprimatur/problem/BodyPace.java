// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** How large a request body may be, and how fast it must arrive: who sends it a byte at a time holds what others need. */
@Component
class BodyPace {
    /** Nobody is too slow before that. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final long limit;
    private final long rate;
    private final Duration time;

    /**
     * Reads the limits.
     *
     * @param limit bytes of a request body, {@code imprimatur.limits.body}
     * @param rate bytes of it that must arrive in a second, on average, {@code imprimatur.limits.body-rate}
     * @param time in which all of it must arrive, {@code imprimatur.limits.body-time}
     */
    BodyPace(
            @Value("${imprimatur.limits.body:1MB}") DataSize limit,
            @Value("${imprimatur.limits.body-rate:500B}") DataSize rate,
            @Value("${imprimatur.limits.body-time:60s}") Duration time) {
        this.limit = limit.toBytes();
        this.rate = rate.toBytes();
        this.time = time;
    }

    /** In bytes. */
    long limit() {
        return limit;
    }

    /** Whether a body of which so much has arrived since then, as {@link System#nanoTime} tells it, is too slow. */
    boolean isTooSlow(long arrived, long since) {
        var taken = Duration.ofNanos(System.nanoTime() - since);
        return taken.compareTo(time) > 0 || taken.compareTo(GRACE) > 0 && arrived * 1000 < rate * taken.toMillis();
    }

    Refusal tooSlow() {
        return Refusal.of(
                Refusal.Kind.TIMED_OUT,
                "too-slow",
                "the body arrives too slowly: at least " + rate + " bytes a second, and all of it within "
                        + time.toSeconds() + " seconds; send it again");
    }
}
