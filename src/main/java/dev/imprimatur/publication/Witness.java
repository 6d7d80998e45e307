// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

/** What tells of positions of the ledger beside the ledger itself, and so notices when its end is lost. */
public interface Witness {
    /** What it is, for people: the subject of “knows of position 12”. */
    String name();

    /** The highest position that it tells of; 0 if it tells of none. */
    long furthest();

    /** The entries above the position are lost for good: what comes there next is to be told of anew. */
    void forget(long end);
}
