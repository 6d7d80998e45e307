// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import java.time.Duration;

/** How far sites can read on this node. */
public interface ReadPosition {
    /** The last position of the ledger that answers are made from. */
    long position();

    /** Whether the position can be read, once it can or the time is over. */
    boolean awaits(long position, Duration patience) throws InterruptedException;
}
