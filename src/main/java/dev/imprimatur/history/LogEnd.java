// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;

/**
 * The end of an edition's log.
 *
 * @param length the number of entries
 * @param at when the last entry was made
 */
public record LogEnd(int length, Instant at) {
    /** The later one of two ends of the same log. */
    LogEnd orLater(LogEnd other) {
        return other.length > length ? other : this;
    }
}
