// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** How large a request body may be, and how fast it must arrive, since a slow sender holds resources that other clients need. */
@Component
class BodyPace {
    /** The time after the start of a body in which no body counts as too slow. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** What an upload may have beside its file: names, texts and boundaries. */
    private static final long BESIDE_FILE = 64 * 1024;

    private final long limit;
    private final long uploadLimit;
    private final long rate;
    private final Duration time;

    /**
     * Reads the limits.
     *
     * @param limit the maximum size of a request body, {@code imprimatur.limits.body}
     * @param rate the minimum average rate, in bytes per second, {@code imprimatur.limits.body-rate}
     * @param file the maximum size of a file in an upload, {@code imprimatur.media.max-bytes}
     * @param time the time in which the whole body must arrive, {@code imprimatur.limits.body-time}
     */
    BodyPace(
            @Value("${imprimatur.limits.body:1MB}") DataSize limit,
            @Value("${imprimatur.limits.body-rate:500B}") DataSize rate,
            @Value("${imprimatur.media.max-bytes:10MB}") DataSize file,
            @Value("${imprimatur.limits.body-time:60s}") Duration time) {
        this.uploadLimit = Math.max(limit.toBytes(), file.toBytes() + BESIDE_FILE);
        this.limit = limit.toBytes();
        this.rate = rate.toBytes();
        this.time = time;
    }

    /** The maximum size of a request body, in bytes. */
    long limit(@Nullable String path) {
        return MultipartForm.isUpload(path) ? uploadLimit : limit;
    }

    /** Whether a body is too slow of which {@code arrived} bytes have arrived since {@code since}, a {@link System#nanoTime}. */
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
