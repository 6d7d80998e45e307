// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param previous the cursor of the previous page; null on the first page
 * @param next the cursor of the next page; null on the last page
 */
public record Page<T>(
        List<T> items, @Nullable String previous, @Nullable String next) {
    public <U> Page<U> map(Function<? super T, ? extends U> each) {
        return new Page<>(items.stream().<U>map(each).toList(), previous, next);
    }
}
