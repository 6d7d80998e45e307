// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change that a person made in a draft, with the value that the change was based on. Values are texts as a form's input holds them: a
 * number in digits, {@code true} or {@code false}; null for a missing value.
 */
public sealed interface Edit {
    /** The id of the edit: {@code PAGE:NUMBER}. The numbers of a page ascend, so that an edit that arrives twice is applied once. */
    String id();

    /** The path of the place, in which list items are named by their ids; see {@link ItemIds}. */
    String path();

    /** The path of the value or item that the edit is about: of an insertion, the path of the new item. */
    default String place() {
        return path();
    }

    /**
     * Replaces the value at a path.
     *
     * @param from the value when the person began to edit
     * @param to the value that the person entered
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
     * @param after the item to insert behind; null inserts at the start
     */
    record Insert(
            String id, String path, String item, @Nullable String after) implements Edit {
        @Override
        public String place() {
            return path + "/" + item;
        }
    }

    /**
     * Removes the item at {@code path}.
     *
     * @param from what the person saw in it: its values by their paths from the item on; its own under an empty path
     */
    record Remove(String id, String path, Map<String, String> from) implements Edit {}

    /**
     * Moves the item at {@code path} within its list.
     *
     * @param after the item to move it behind; null moves it to the start
     */
    record Move(String id, String path, @Nullable String after) implements Edit {}
}
