// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import java.time.Duration;

/**
 * How long caches may keep a response.
 *
 * @param seconds with 0, caches must revalidate every time
 * @param header the value of {@code Cache-Control}
 */
public record CacheLifetime(long seconds, String header) {
    /** Caches must revalidate the response every time. */
    public static final CacheLifetime NONE = endingIn(0);

    private static final int MINUTE = 60;

    /** Caches may keep the response so long, and may send it for the rest of a minute while they revalidate it. */
    public static CacheLifetime of(Duration maxAge) {
        long seconds = maxAge.toSeconds();
        return seconds <= 0
                ? NONE
                : new CacheLifetime(
                        seconds,
                        "public, max-age=" + seconds + ", stale-while-revalidate=" + Math.max(0, MINUTE - seconds));
    }

    /** This lifetime, or a shorter one that ends with a change that is known to come. */
    public CacheLifetime until(Duration change) {
        return change.toSeconds() >= seconds ? this : endingIn(Math.max(0, change.toSeconds()));
    }

    private static CacheLifetime endingIn(long seconds) {
        return new CacheLifetime(seconds, "public, max-age=" + seconds + ", must-revalidate");
    }
}
