// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a list, wherever they are kept. */
@FunctionalInterface
public interface Rows<T> {
    /**
     * The rows beside a place, the nearest first.
     *
     * @param from the place, which is not among them whether or not a row still stands there; null for the end of the list that
     *     the direction begins at
     * @param back whether those before it are wanted
     * @param most how many are wanted at most
     */
    List<T> beside(@Nullable Place from, boolean back, int most);
}
