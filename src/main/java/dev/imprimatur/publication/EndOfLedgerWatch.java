// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Failures;
import dev.imprimatur.store.WatchThread;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The thread that compares the end of the ledger with the high-water marks, and raises the marks, regularly and after every append. */
@Component
class EndOfLedgerWatch implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EndOfLedgerWatch.class);

    private final EndOfLedger end;
    private final Duration every;
    private final WatchThread thread = new WatchThread("ledger-mark", this::round);

    /** @param every the interval at which the marks are raised and compared, {@code imprimatur.ledger.mark-every} */
    EndOfLedgerWatch(EndOfLedger end, Ledger ledger, @Value("${imprimatur.ledger.mark-every:1s}") Duration every) {
        this.end = end;
        this.every = every;
        ledger.onAppend(thread::wake);
    }

    private void round() throws InterruptedException {
        thread.pauseUntilWoken(every);
        compare();
        thread.pause(every.dividedBy(2));
    }

    private void compare() {
        try {
            end.compareMarks();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) log.debug("the end of the ledger is compared later: {}", failed.toString());
            else log.warn("the end of the ledger could not be compared: {}", failed.toString());
        }
    }

    @Override
    public void start() {
        thread.start();
    }

    /** Stops the thread and raises the marks a last time, before the stores are closed. */
    @Override
    public void stop() {
        if (!thread.isRunning()) return;
        thread.stop();
        compare();
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
