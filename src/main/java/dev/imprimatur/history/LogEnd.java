// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;

/**
 * How far the log of an edition goes.
 *
 * @param length how many entries it has
 * @param at when the last one was made
 */
public record LogEnd(int length, Instant at) {
    /** The later one of two ends of the same log. */
    LogEnd orLater(LogEnd other) {
        return other.length > length ? other : this;
    }
}
