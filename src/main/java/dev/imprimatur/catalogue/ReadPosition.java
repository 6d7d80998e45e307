// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import java.time.Duration;

/** The ledger position up to which sites can read from this node. */
public interface ReadPosition {
    /** The last ledger position that responses are made from. */
    long position();

    /** Waits until the position can be read; false if that takes longer than {@code patience}. */
    boolean await(long position, Duration patience) throws InterruptedException;
}
