// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Failures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The thread that compares the end of the ledger with the high-water marks, and raises the marks, regularly and after every append. */
@Component
class EndOfLedgerWatch implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EndOfLedgerWatch.class);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final EndOfLedger end;
    private final Duration every;
    private final Object work = new Object();
    private boolean isDue;
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    /** @param every the interval at which the marks are raised and compared, {@code imprimatur.ledger.mark-every} */
    EndOfLedgerWatch(EndOfLedger end, Ledger ledger, @Value("${imprimatur.ledger.mark-every:1s}") Duration every) {
        this.end = end;
        this.every = every;
        ledger.onAppend(this::appended);
    }

    private void appended() {
        synchronized (work) {
            isDue = true;
            work.notifyAll();
        }
    }

    private void run() {
        try {
            while (running) {
                pause(every, true);
                compare();
                pause(every.dividedBy(2), false);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param orAppended whether an append ends the pause */
    private void pause(Duration longest, boolean orAppended) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        synchronized (work) {
            for (long left = longest.toMillis();
                    running && left > 0 && !(orAppended && isDue);
                    left = (until - System.nanoTime()) / 1_000_000) work.wait(left);
            if (orAppended) isDue = false;
        }
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
        running = true;
        thread = Thread.ofPlatform().daemon().name("ledger-mark").start(this::run);
    }

    /** Stops the thread and raises the marks a last time, before the stores are closed. */
    @Override
    public void stop() {
        running = false;
        var last = thread;
        thread = null;
        if (last == null) return;
        synchronized (work) {
            work.notifyAll();
        }
        try {
            // no interrupt here: an interrupt would break the file of the embedded engine's store
            last.join(STOP);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        compare();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
