// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import java.time.Duration;

/**
 * How long caches may keep a response.
 *
 * @param seconds with 0, caches must revalidate every time
 * @param mayBeStale whether caches may send the response for the rest of a minute while they revalidate it
 */
public record CacheLife(long seconds, boolean mayBeStale) {
    /** Caches must revalidate the response every time. */
    public static final CacheLife NONE = new CacheLife(0, false);

    private static final int MINUTE = 60;

    public static CacheLife of(Duration maxAge) {
        return maxAge.toSeconds() <= 0 ? NONE : new CacheLife(maxAge.toSeconds(), true);
    }

    /** This life, or a shorter one that ends with a change that is known to come. */
    public CacheLife until(Duration change) {
        return change.toSeconds() >= seconds ? this : new CacheLife(Math.max(0, change.toSeconds()), false);
    }

    /** The value of {@code Cache-Control}. */
    public String header() {
        if (seconds <= 0) return "public, max-age=0, must-revalidate";
        return "public, max-age=" + seconds
                + (mayBeStale ? ", stale-while-revalidate=" + Math.max(0, MINUTE - seconds) : ", must-revalidate");
    }
}
