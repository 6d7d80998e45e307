// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The next instant at which something that sites read may change because of a timer. No cache may keep a response beyond it. */
@Component
public class ScheduledChange {
    /** How long a timer may take to run. A timer that is later than this fails, and nobody knows when it will succeed. */
    public static final Duration LATEST = Duration.ofSeconds(10);

    private volatile @Nullable Instant next;

    /** @param at null if no change is to come within the next minutes */
    public void isDueAt(@Nullable Instant at) {
        next = at;
    }

    /** The time until the change, not below zero; longer than any cache keeps a response if no change is to come. */
    public Duration after(Instant now) {
        var at = next;
        if (at == null || now.isAfter(at.plus(LATEST))) return Duration.ofDays(1);
        var left = Duration.between(now, at);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
