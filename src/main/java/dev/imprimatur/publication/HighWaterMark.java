// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A place outside MongoDB that remembers how far the ledger went, so that a MongoDB of an earlier moment is noticed. */
interface HighWaterMark {
    /**
     * How far the ledger went.
     *
     * @param lineage of the ledger
     * @param position of its last entry
     * @param hash of that entry
     */
    record Mark(String lineage, long position, String hash) {}

    /** Where it is, for people. */
    String place();

    /** What is remembered; empty if nothing was yet. */
    Optional<Mark> mark();

    /** Of the ledger of that mark, by guide, the last edition that was taken from readers: no edition up to it may reach them again. */
    Map<String, Integer> withdrawn();

    /**
     * Remembers that the ledger goes further now: what was withdrawn first, so that the mark never promises more than is known. A mark
     * is never lowered within a lineage, and one of a lineage that is neither this nor a former one stays.
     *
     * @param withdrawn by guide, as far as that mark
     * @param isFormer whether the ledger had that lineage before
     */
    void raise(Mark mark, Map<String, Integer> withdrawn, Predicate<String> isFormer);
}
