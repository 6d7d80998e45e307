// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The entries that this node took from checkpoints at its start. They are verified after the start, one after the other. */
final class RestoredEntries {
    private static final int BATCH = 200;
    /** How often a faulty entry is read: for a moment after a failover, a store may show fewer entries than before. */
    private static final int READS = 10;

    private static final Duration BETWEEN_READS = Duration.ofMillis(200);

    static final RestoredEntries NONE = new RestoredEntries(List.of());

    /** The checkpoints, until the catalogue has taken them. */
    private List<Checkpoint> checkpoints;

    private final long end;
    private volatile @Nullable LedgerEntry verified;

    RestoredEntries(List<Checkpoint> checkpoints) {
        this.checkpoints = checkpoints;
        this.end = checkpoints.isEmpty() ? 0 : checkpoints.getLast().to();
    }

    /** The position of the last entry; 0 if there is none. */
    long end() {
        return end;
    }

    /** The position of the last entry that is verified since the start. */
    long verifiedUpTo() {
        var last = verified;
        return last == null ? 0 : last.position();
    }

    boolean areVerified() {
        return verifiedUpTo() == end;
    }

    /** Visits the entries, the first time only: they are forgotten then. */
    void take(Consumer<EntrySummary> visitor) {
        List<Checkpoint> taken;
        synchronized (this) {
            taken = checkpoints;
            checkpoints = List.of();
        }
        CheckpointEntries.decode(taken, (entry, fingerprint) -> visitor.accept(entry));
    }

    /**
     * Reads and verifies the next entries. One thread calls this method, until {@link #areVerified}.
     *
     * @param known what is kept of the entries
     * @return what is wrong with the first entry that is damaged, in a sentence; null if nothing is
     */
    @Nullable
    String verifyNext(LedgerRows rows, LedgerVerifier verifier, VerifiedEntries known) {
        var fault = next(rows, verifier, known);
        for (int reads = 1; reads < READS && fault != null; reads++) {
            LockSupport.parkNanos(BETWEEN_READS.toNanos());
            fault = next(rows, verifier, known);
        }
        return fault;
    }

    private @Nullable String next(LedgerRows rows, LedgerVerifier verifier, VerifiedEntries known) {
        long before = verifiedUpTo();
        var stored = rows.after(before, Math.toIntExact(Math.min(BATCH, end - before)));
        var results = verifier.checkInBackground(stored, verified);
        for (int i = 0; i < stored.size(); i++) {
            long position = before + 1 + i;
            var result = results.get(i);
            if (result.fault() != null) return "Entry " + position + " " + result.fault() + ".";
            if (!known.hasFingerprint(position, requireNonNull(result.fingerprint())))
                return "Entry " + position + " is not the one in the checkpoint.";
            verified = stored.get(i).entry();
        }
        return stored.isEmpty() ? "Entry " + (before + 1) + " " + LedgerVerifier.MISSING + "." : null;
    }
}
