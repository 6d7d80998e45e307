// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A place outside MongoDB that remembers the ledger's last position, which reveals a MongoDB that was restored from an older backup. */
interface HighWaterMark {
    /**
     * The last entry of the ledger at the time the mark was raised.
     *
     * @param lineage the lineage of the ledger
     * @param position the position of its last entry
     * @param hash the hash of that entry
     */
    record Mark(String lineage, long position, String hash) {}

    /** The name of the place, for messages to people. */
    String place();

    /** Returns the mark; empty if it was never raised. */
    Optional<Mark> mark();

    /** Returns, by guide, the last edition that was unpublished. No edition up to that one may be published again. */
    Map<String, Integer> withdrawn();

    /**
     * Raises the mark. Stores the unpublished editions before the position, so that they are complete up to the stored position. A mark is
     * never lowered within a lineage. A mark of a lineage that is neither the current nor a former one stays as it is.
     *
     * @param withdrawn by guide, the last edition that was unpublished up to the mark
     * @param isFormer whether the ledger had that lineage before
     */
    void raise(Mark mark, Map<String, Integer> withdrawn, Predicate<String> isFormer);
}
