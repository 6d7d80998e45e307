// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The fingerprints of all verified ledger entries, by position. They take 32 bytes for each entry. */
final class Fingerprints {
    private static final int IN_BLOCK = 1024;

    private final List<ByteBuffer> blocks = new ArrayList<>();
    private long end;

    /** The position of the last fingerprint; 0 if there is none. */
    synchronized long end() {
        return end;
    }

    /** Adds the fingerprint of the entry after the last one. */
    synchronized void add(Fingerprint fingerprint) {
        if (end % IN_BLOCK == 0) blocks.add(ByteBuffer.allocate(IN_BLOCK * Fingerprint.BYTES));
        fingerprint.writeTo(blocks.getLast());
        end++;
    }

    /** Whether the entry at the position has this fingerprint. */
    synchronized boolean has(long position, Fingerprint fingerprint) {
        if (position < 1 || position > end) return false;
        var block = blocks.get(Math.toIntExact((position - 1) / IN_BLOCK)).duplicate();
        block.position(Math.toIntExact((position - 1) % IN_BLOCK) * Fingerprint.BYTES);
        block.limit(block.position() + Fingerprint.BYTES);
        return Fingerprint.from(block).equals(fingerprint);
    }

    synchronized void clear() {
        blocks.clear();
        end = 0;
    }
}
