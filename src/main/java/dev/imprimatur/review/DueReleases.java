// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Publishes releases at their instant, and completes those that a crash interrupted. */
@Component
class DueReleases {
    private static final Logger log = LoggerFactory.getLogger(DueReleases.class);

    private final Releases releases;
    private final LedgerReader ledger;

    DueReleases(Releases releases, LedgerReader ledger) {
        this.releases = releases;
        this.ledger = ledger;
    }

    @Scheduled(initialDelayString = "2s", fixedDelayString = "1s")
    void publish() {
        attempt(releases::publishDue);
    }

    @Scheduled(initialDelayString = "3s", fixedDelayString = "10s")
    void complete() {
        attempt(releases::completeInterrupted);
    }

    private void attempt(Runnable work) {
        // MongoDB may have been restored from an old backup
        if (ledger.isBehind()) return;
        try {
            work.run();
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("releases wait, because a store is unavailable: {}", failed.toString());
        }
    }
}
