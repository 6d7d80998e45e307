// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a person did to a draft, with what it was made from. Values are texts, as an input of a form holds them: a
 * number as its digits, {@code true} or {@code false}; null for what is not there.
 */
public sealed interface Edit {
    /** Known once for all: {@code PAGE:NUMBER}, the numbers of a page ascending, so that what comes twice counts once. */
    String id();

    /** The place, with items of lists by their ids; see {@link ItemIds}. */
    String path();

    /**
     * Another value at a place.
     *
     * @param from what stood there when the person began
     * @param to what the person left there
     */
    record Replace(
            String id,
            String path,
            @Nullable String from,
            @Nullable String to) implements Edit {}

    /**
     * A new item in the list at {@code path}; what is in it follows as replacements.
     *
     * @param item its id
     * @param after the item that it stands behind, null for the first place
     */
    record Insert(
            String id, String path, String item, @Nullable String after) implements Edit {}

    /**
     * The item at {@code path} goes.
     *
     * @param from what the person saw in it: its values by their paths from the item on; its own under an empty path
     */
    record Remove(String id, String path, Map<String, String> from) implements Edit {}

    /**
     * The item at {@code path} goes to another place in its list.
     *
     * @param after the item that it stands behind then, null for the first place
     */
    record Move(String id, String path, @Nullable String after) implements Edit {}
}
