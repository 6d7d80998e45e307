// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

/** A record outside the ledger that names ledger positions, and so shows when the ledger has lost its end. */
public interface Witness {
    /** The name of the record for messages to people: the subject of “knows of position 12”. */
    String name();

    /** The highest position that the record names; 0 if it names none. */
    long furthest();

    /** Forgets the positions above this one, whose entries are lost: later entries at these positions are new. */
    void forget(long end);
}
