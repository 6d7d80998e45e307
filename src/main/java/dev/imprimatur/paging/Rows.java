// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a list, in memory or in the store. */
@FunctionalInterface
public interface Rows<T> {
    /**
     * Returns the rows before or after a place, the nearest row first.
     *
     * @param from the place; a row at the place itself is not returned; null for the first rows or, with {@code back}, the last rows
     * @param back whether the rows before the place are returned, and not those after it
     * @param limit the greatest number of rows
     */
    List<T> beside(@Nullable Place from, boolean back, int limit);
}
