// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps in memory of the ledger entries that are verified: a fingerprint of each entry, and the last entry of each guide.
 * Any thread may read the end, the last entry and the fingerprints; the other methods are called under the lock of the {@link Ledger}.
 */
final class VerifiedEntries {
    private final Fingerprints fingerprints = new Fingerprints();
    /** The position of each guide's last entry. */
    private final Map<String, Long> lastPositions = new HashMap<>();
    /** By guide, the last edition that was unpublished. */
    private final Map<String, Integer> withdrawn = new HashMap<>();

    private volatile @Nullable LedgerEntry last;
    /** The position of the last entry. It moves over all entries of a release at once. */
    private volatile long end;

    /** The position of the last entry; 0 if there is none. */
    long end() {
        return end;
    }

    boolean hasFingerprint(long position, Fingerprint fingerprint) {
        return fingerprints.has(position, fingerprint);
    }

    /** Adds the entry that follows the last one. An entry of a release counts when the last one of the release is added. */
    void add(LedgerEntry entry, Fingerprint fingerprint) {
        note(EntrySummary.of(entry), fingerprint);
        if (entry.isContinued()) return;
        last = entry;
        end = fingerprints.end();
    }

    /** Adds the entry that follows the last one, of which a checkpoint holds no more than this. */
    void add(EntrySummary entry, Fingerprint fingerprint) {
        note(entry, fingerprint);
        end = fingerprints.end();
    }

    private void note(EntrySummary entry, Fingerprint fingerprint) {
        fingerprints.add(fingerprint);
        String guide = entry.subject().id();
        lastPositions.put(guide, entry.position());
        if (!entry.isLive()) withdrawn.merge(guide, entry.edition(), Math::max);
    }

    /** Sets the last entry after entries were added from checkpoints. */
    void endsWith(LedgerEntry entry) {
        last = entry;
    }

    void clear() {
        end = 0;
        end = 0;
        fingerprints.clear();
        lastPositions.clear();
        withdrawn.clear();
        last = null;
    }

    @Nullable
    LedgerEntry last() {
        return last;
    }

    /** Returns the position of the guide's last entry; null if the guide was never published. */
    @Nullable
    Long lastPositionOf(String guide) {
        return lastPositions.get(guide);
    }

    /** Returns, by guide, the last edition that was unpublished. */
    Map<String, Integer> withdrawn() {
        return Map.copyOf(withdrawn);
    }
}
