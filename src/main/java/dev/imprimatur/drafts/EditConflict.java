// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import org.jspecify.annotations.Nullable;

/**
 * What only people can decide: an edit whose place another person changed meanwhile in a way that does not go together.
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
    /** How two edits do not go together. */
    public enum Kind {
        /** Both changed the same words. */
        BOTH_CHANGED,
        /** The item was removed that this edit changes something in. */
        THEY_REMOVED,
        /** The item was changed that this edit removes. */
        I_REMOVED
    }
}
