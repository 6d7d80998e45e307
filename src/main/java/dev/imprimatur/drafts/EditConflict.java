// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import org.jspecify.annotations.Nullable;

/**
 * An edit that contradicts a change which another person made meanwhile, so that a person has to decide.
 *
 * @param path the place
 * @param base what was there when the edit began; null for nothing
 * @param mine what the edit would leave there; null for nothing
 * @param theirs what is there now; null for nothing
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
        /** The item was removed that this edit changes something in. */
        THEY_REMOVED,
        /** The item was changed that this edit removes. */
        I_REMOVED
    }
}
