// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param previous the cursor of the page before; null on the first
 * @param next the cursor of the page after; null on the last
 */
public record Page<T>(
        List<T> items, @Nullable String previous, @Nullable String next) {
    public <U> Page<U> map(Function<? super T, ? extends U> each) {
        return new Page<>(items.stream().<U>map(each).toList(), previous, next);
    }
}
