// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.paging.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list as the management API describes it.
 *
 * @param next the cursor of the next page; absent on the last page
 */
record PageView<T>(List<T> items, @Nullable String next) {
    static <T> PageView<T> of(Page<T> page) {
        return new PageView<>(page.items(), page.next());
    }
}
