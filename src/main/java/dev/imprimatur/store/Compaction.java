// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import org.h2.mvstore.MVStore;

/** Rewrites what is scattered in the file of a store whenever the file has grown, while the store is in use. */
final class Compaction {
    /** Chunks with less than this share (percent) of live pages are rewritten. */
    private static final int FILL_RATE = 60;
    /** Bytes rewritten in one go: some tens of milliseconds, which a write may have to wait. */
    private static final int WRITE = 4 << 20;

    private final MVStore store;
    private final long every;
    private long sizeAtLast;

    /** @param every bytes that the file may grow before */
    Compaction(MVStore store, long every) {
        this.store = store;
        this.every = every;
        this.sizeAtLast = size();
    }

    void ifGrown() {
        if (size() - sizeAtLast < every) return;
        store.compact(FILL_RATE, WRITE);
        store.commit();
        sizeAtLast = size();
    }

    /** Whether the store is closed, so that there is nothing more to do. */
    boolean isOver() {
        return store.isClosed();
    }

    private long size() {
        return store.getFileStore().size();
    }
}
