// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Failures;
import dev.imprimatur.store.WatchThread;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The thread that verifies the entries which were taken from checkpoints, and stores new checkpoints afterwards. If an entry is damaged,
 * the checkpoints no longer count, and the whole ledger is read as if there were none.
 */
@Component
class CheckpointWatch implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(CheckpointWatch.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final Checkpoints checkpoints;
    private final EndOfLedger end;
    private final Integrity integrity;
    private final WatchThread thread = new WatchThread("ledger-checkpoint", this::round);

    CheckpointWatch(Ledger ledger, Checkpoints checkpoints, EndOfLedger end, Integrity integrity) {
        this.ledger = ledger;
        this.checkpoints = checkpoints;
        this.end = end;
        this.integrity = integrity;
    }

    private void round() throws InterruptedException {
        try {
            verify();
            if (thread.isRunning()) store();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) log.debug("the ledger is verified later: {}", failed.toString());
            else log.warn("the ledger could not be verified or has no new checkpoint: {}", failed.toString());
        }
        thread.pause(PAUSE);
    }

    /**
     * Verifies the entries that were taken from checkpoints, if any of them is not verified yet. The thread rests as long as it works,
     * because the server answers requests meanwhile.
     */
    private void verify() throws InterruptedException {
        if (ledger.restored().areVerified()) return;
        while (thread.isRunning() && !ledger.restored().areVerified()) {
            long began = System.nanoTime();
            var fault = ledger.verifyRestored();
            thread.pause(Duration.ofNanos(System.nanoTime() - began));
            // meanwhile the ledger may have been read again, without checkpoints
            if (fault == null || ledger.restored().areVerified()) continue;
            log.error(
                    "{} It was changed since its checkpoint was signed, so this node reads the whole ledger again",
                    fault);
            end.rereadAndCompare();
        }
        if (thread.isRunning() && ledger.restored().end() > 0)
            log.info(
                    "all {} entries of the publication ledger that were taken from checkpoints are verified",
                    ledger.restored().end());
    }

    /** Stores complete checkpoints, unless the ledger may have other entries than this node has verified. */
    private void store() {
        if (!isSound()) return;
        for (var next = ledger.nextCheckpoint(); next.isPresent(); next = ledger.nextCheckpoint()) {
            checkpoints.write(next.get());
            ledger.isStored(next.get());
        }
    }

    private boolean isSound() {
        return integrity.damagedAt() == 0 && !integrity.isBehind();
    }

    @Override
    public void start() {
        thread.start();
    }

    /** Stops the thread, and stores a checkpoint of the last entries before the stores are closed. */
    @Override
    public void stop() {
        if (!thread.isRunning() || !thread.stop()) return;
        try {
            boolean isVerified =
                    ledger.restoredSoFar().filter(RestoredEntries::areVerified).isPresent();
            if (!isVerified || !isSound()) return;
            store();
            ledger.lastCheckpoint().ifPresent(checkpoints::write);
        } catch (RuntimeException failed) {
            log.warn("the ledger has no checkpoint of its last entries: {}", failed.toString());
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
