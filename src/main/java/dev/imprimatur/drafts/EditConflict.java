// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import org.jspecify.annotations.Nullable;

/**
 * An edit that contradicts a change that another person made meanwhile, so that a person must decide.
 *
 * @param path the path of the place
 * @param base the value when the edit began; null for none
 * @param mine the value that the edit would set; null for none
 * @param theirs the current value; null for none
 */
public record EditConflict(
        String path,
        Kind kind,
        @Nullable String base,
        @Nullable String mine,
        @Nullable String theirs) {
    /** How the two changes contradict each other. */
    public enum Kind {
        /** Both changed the same words. */
        BOTH_CHANGED,
        /** The edit changes something within an item that another person removed. */
        THEY_REMOVED,
        /** The edit removes an item that another person changed. */
        I_REMOVED
    }
}
