// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how far an import is, how fast it is, and how long it will take. */
final class ImportProgress {
    private static final Logger log = LoggerFactory.getLogger(ImportProgress.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final double NANOS = 1e9;

    private final int all;
    private final long startedAt = System.nanoTime();
    private long reportedAt = startedAt;
    private int done;

    ImportProgress(int all) {
        this.all = all;
    }

    void done(int more) {
        done += more;
        long now = System.nanoTime();
        if (now - reportedAt < EVERY.toNanos()) return;
        reportedAt = now;
        double rate = rate(now);
        log.info(
                "{} of {} seed files are imported, {} a second; about {} s remain",
                done,
                all,
                Math.round(rate),
                Math.round((all - done) / rate));
    }

    /** @param interrupted whether the server is stopped before all files are imported */
    void end(boolean interrupted) {
        long now = System.nanoTime();
        if (interrupted && done < all)
            log.info("{} of {} seed files are imported; the next start continues", done, all);
        else
            log.info(
                    "{} seed files are imported, in {} s ({} a second)",
                    done,
                    Math.round((now - startedAt) / NANOS),
                    Math.round(rate(now)));
    }

    private double rate(long now) {
        return done * NANOS / Math.max(1, now - startedAt);
    }
}
