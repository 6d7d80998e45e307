// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps in memory of the ledger entries that it has verified: a fingerprint of each entry, and the last entry of each guide.
 * Any thread may read the end, the last entry and the fingerprints; the other methods are called under the lock of the {@link Ledger}.
 */
final class VerifiedEntries {
    /** The entry at position n has index n - 1. */
    private final List<String> fingerprints = Collections.synchronizedList(new ArrayList<>());
    /** The position of each guide's last entry. */
    private final Map<String, Long> lastPositions = new HashMap<>();
    /** By guide, the last edition that was unpublished. */
    private final Map<String, Integer> withdrawn = new HashMap<>();

    private volatile @Nullable LedgerEntry last;

    /** The position of the last entry; 0 if there is none. */
    long end() {
        return fingerprints.size();
    }

    boolean hasFingerprint(long position, String fingerprint) {
        return fingerprint.equals(fingerprints.get(Math.toIntExact(position) - 1));
    }

    /** Adds the entry that follows the last one. */
    void add(LedgerEntry entry, String fingerprint) {
        fingerprints.add(fingerprint);
        lastPositions.put(entry.id(), entry.position());
        if (!entry.isLive()) withdrawn.merge(entry.id(), entry.edition(), Math::max);
        last = entry;
    }

    void clear() {
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
