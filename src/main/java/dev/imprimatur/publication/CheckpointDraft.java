// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.publication.LedgerEntry.Subject;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** Collects verified entries into checkpoints. All methods are called under the lock of the {@link Ledger}. */
final class CheckpointDraft {
    private final int size;
    private final CheckpointEntries.Encoder encoder = new CheckpointEntries.Encoder();
    /** Checkpoints that are complete and not stored yet. */
    private final Queue<Checkpoint> complete = new ArrayDeque<>();

    private long from = 1;
    private long to;
    private String previousHash = LedgerChain.GENESIS;
    private String hash = LedgerChain.GENESIS;

    /** @param size the number of entries of a complete checkpoint; 0 if there are no checkpoints */
    CheckpointDraft(int size) {
        this.size = size;
    }

    /** Adds the next verified entry. */
    void add(LedgerEntry entry, Fingerprint fingerprint) {
        if (size == 0) return;
        encoder.add(EntrySummary.of(entry), fingerprint);
        to = entry.position();
        hash = entry.hash();
        // no start begins inside a release
        if (to - from + 1 < size || entry.isContinued()) return;
        complete.add(current());
        begin();
    }

    private Checkpoint current() {
        return new Checkpoint(from, to, previousHash, hash, encoder.encoded());
    }

    private void begin() {
        from = to + 1;
        previousHash = hash;
        encoder.begin();
    }

    /** Notes a subject of a stored checkpoint, in the order of the entries. */
    void know(Subject subject) {
        encoder.know(subject);
    }

    /** Goes on after the last stored checkpoint. An incomplete one is extended. */
    void continueAfter(Checkpoint last) {
        from = last.from();
        to = last.to();
        previousHash = last.previousHash();
        hash = last.hash();
        if (last.size() < size) encoder.continueAfter(last.bytes());
        else begin();
    }

    /** Returns the first complete checkpoint that is not stored yet, if there is one. */
    Optional<Checkpoint> next() {
        return Optional.ofNullable(complete.peek());
    }

    /** Notes that the checkpoint is stored. */
    void isStored(Checkpoint checkpoint) {
        complete.remove(checkpoint);
    }

    /** Returns the incomplete last checkpoint; empty if it has no entries, or if the ledger is too short to need checkpoints. */
    Optional<Checkpoint> rest() {
        return from == 1 || to < from ? Optional.empty() : Optional.of(current());
    }

    void clear() {
        encoder.clear();
        complete.clear();
        from = 1;
        to = 0;
        previousHash = LedgerChain.GENESIS;
        hash = LedgerChain.GENESIS;
    }
}
