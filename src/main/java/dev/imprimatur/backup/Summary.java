// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import java.time.Instant;
import java.util.SortedMap;

/**
 * What a backup has.
 *
 * @param at when it was begun
 * @param documents the number of documents by collection
 * @param position the last position of the ledger; 0 if it is empty
 */
record Summary(Instant at, SortedMap<String, Long> documents, long position) {
    /** In words, for whoever runs the command. */
    String words() {
        long all = documents.values().stream().mapToLong(Long::longValue).sum();
        return "%d documents of %d collections, up to position %d of the ledger, as of %s"
                .formatted(all, documents.size(), position, at);
    }
}
