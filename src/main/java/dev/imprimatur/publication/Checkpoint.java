// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A range of consecutive ledger entries that a node has verified. Everything in it follows from the entries, so an entry with that hash at
 * that position cannot have another checkpoint.
 *
 * @param from the position of the first entry
 * @param to the position of the last entry
 * @param previousHash the hash of the entry before the first one
 * @param hash the hash of the last entry
 * @param entries the encoded entries, see {@link CheckpointEntries}
 */
record Checkpoint(long from, long to, String previousHash, String hash, ByteBuffer entries) {
    /** The first checkpoints that follow each other from the beginning of the ledger. */
    static List<Checkpoint> consecutive(List<Checkpoint> checkpoints) {
        long end = 0;
        String hash = LedgerChain.GENESIS;
        int count = 0;
        for (var checkpoint : checkpoints) {
            if (checkpoint.from() != end + 1 || !checkpoint.previousHash().equals(hash)) break;
            end = checkpoint.to();
            hash = checkpoint.hash();
            count++;
        }
        return checkpoints.subList(0, count);
    }

    /** Returns a copy of the encoded entries. */
    byte[] bytes() {
        var copy = new byte[entries.remaining()];
        entries.duplicate().get(copy);
        return copy;
    }

    int size() {
        return Math.toIntExact(to - from + 1);
    }
}
