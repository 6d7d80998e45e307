// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.publication.ScheduledChange;
import dev.imprimatur.representation.CacheLifetime;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Tells how long caches may keep a response that is sent now: never beyond a scheduled change. */
@Component
public class CacheLifetimes {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final ScheduledChange change;
    private final Clock clock;
    private final CacheLifetime usual;

    /** @param maxAge how long caches may keep a response, {@code imprimatur.delivery.max-age}; at most a minute */
    CacheLifetimes(ScheduledChange change, Clock clock, @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge) {
        if (maxAge.compareTo(LONGEST) > 0)
            throw new IllegalArgumentException(
                    "imprimatur.delivery.max-age is at most 60s: after an unpublish nobody may be served longer");
        this.change = change;
        this.clock = clock;
        usual = CacheLifetime.of(maxAge);
    }

    public CacheLifetime now() {
        return usual.until(change.after(clock.instant()));
    }
}
