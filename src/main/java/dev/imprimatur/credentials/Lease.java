// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.Moment;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * For how long this node answers sites from what it read last of MongoDB. What others withdraw or revoke it learns by reading, so a node
 * that cannot read may not go on for good. It counts from when the reading began: what was changed after that, the reading need not have
 * seen, however late it was answered.
 */
@Component
public class Lease {
    /** What sites are answered once it is over. */
    public enum Ended {
        /** 503, until something is read again. */
        REFUSE,
        /** What was read last, marked as stale. */
        SERVE_STALE
    }

    /** Site keys are read every second. */
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofHours(1);
    /** A node reads many times in that, once its store answers. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Duration lasts;
    private final long nanos;
    private final Ended ended;
    private final Supplier<Moment> now;

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
        this(lasts, ended, Moment::now);
    }

    Lease(Duration lasts, Ended ended, Supplier<Moment> now) {
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
     * Whether what was read may be answered from.
     *
     * @param began when the reading began; null if nothing was ever read
     */
    public boolean holds(@Nullable Moment began) {
        return began != null && began.nanosUntil(now.get()) <= nanos;
    }

    /** How long it still holds; nothing or less if it is over. */
    public Duration left(@Nullable Moment began) {
        return began == null ? Duration.ZERO : lasts.minus(began.until(now.get()));
    }

    /** Whether sites are refused once it is over, instead of served what is stale. */
    public boolean refuses() {
        return ended == Ended.REFUSE;
    }

    /** What sites are told once it is over. */
    public Refusal over() {
        return Refusal.unavailable(
                "not-confirmed",
                "this node has not been able to confirm for " + lasts.toSeconds()
                        + " s what is published and which keys are right, so it tells nothing until it can; ask again, or"
                        + " another node",
                RETRY_AFTER);
    }
}
