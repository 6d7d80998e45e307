// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import org.h2.mvstore.MVStore;

/** Compacts a store's file whenever the file has grown, while the store is in use. */
final class Compaction {
    /** Chunks with less than this share (percent) of live pages are rewritten. */
    private static final int FILL_RATE = 60;
    /** Bytes that one compaction rewrites. That takes some tens of milliseconds, for which a write may have to wait. */
    private static final int WRITE = 4 << 20;

    private final MVStore store;
    private final long every;
    private long sizeAtLast;

    /** @param every by how many bytes the file grows between two compactions */
    Compaction(MVStore store, long every) {
        this.store = store;
        this.every = every;
        this.sizeAtLast = size();
    }

    /** Compacts the file if the file has grown enough since the last compaction. */
    void ifGrown() {
        if (size() - sizeAtLast < every) return;
        store.compact(FILL_RATE, WRITE);
        store.commit();
        sizeAtLast = size();
    }

    /** Whether the store is closed, so that this object cannot compact its file any more. */
    boolean isOver() {
        return store.isClosed();
    }

    private long size() {
        return store.getFileStore().size();
    }
}
