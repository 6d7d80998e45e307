// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.ClockReading;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * How long this node may answer sites from what it last read from MongoDB. A node learns only by reading that content was unpublished or a
 * key was revoked elsewhere, so a node that cannot read must stop at some point. The lease starts when the read began, not when it ended,
 * because the read may have missed changes that were made after its start.
 */
@Component
public class Lease {
    /** How sites are answered after the lease has ended. */
    public enum Ended {
        /** With 503, until a read succeeds again. */
        REFUSE,
        /** With the data of the last read, marked as stale. */
        SERVE_STALE
    }

    /** Site keys are read every second. */
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofHours(1);
    /** Once the store answers again, a node reads many times within this interval. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Duration lasts;
    private final long nanos;
    private final Ended ended;
    private final Supplier<ClockReading> now;

    /**
     * Reads the settings.
     *
     * @param lasts {@code imprimatur.delivery.lease}
     * @param ended {@code imprimatur.delivery.when-lease-ends}
     */
    @Autowired
    Lease(
            @Value("${imprimatur.delivery.lease:60s}") Duration lasts,
            @Value("${imprimatur.delivery.when-lease-ends:refuse}") Ended ended) {
        this(lasts, ended, ClockReading::now);
    }

    Lease(Duration lasts, Ended ended, Supplier<ClockReading> now) {
        if (lasts.compareTo(SHORTEST) < 0 || lasts.compareTo(LONGEST) > 0)
            throw new IllegalArgumentException("imprimatur.delivery.lease is 2s to 1h");
        this.lasts = lasts;
        this.nanos = lasts.toNanos();
        this.ended = ended;
        this.now = now;
    }

    public Duration lasts() {
        return lasts;
    }

    /**
     * Whether the data of a read may still be served.
     *
     * @param began when the read began; null if nothing was ever read
     */
    public boolean holds(@Nullable ClockReading began) {
        return began != null && began.nanosUntil(now.get()) <= nanos;
    }

    /** How long the lease still lasts; zero or negative if it has ended. */
    public Duration left(@Nullable ClockReading began) {
        return began == null ? Duration.ZERO : lasts.minus(began.until(now.get()));
    }

    /** Whether sites are refused after the lease has ended, instead of served stale data. */
    public boolean refuses() {
        return ended == Ended.REFUSE;
    }

    /** The refusal that sites get after the lease has ended. */
    public Refusal over() {
        return Refusal.unavailable(
                "not-confirmed",
                "this node has not been able to confirm for " + lasts.toSeconds()
                        + " s what is published and which keys are valid, so it serves nothing until it can; ask again, or"
                        + " ask another node",
                RETRY_AFTER);
    }
}
