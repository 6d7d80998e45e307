// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.util.List;

/**
 * What a review of a published edition is about.
 *
 * @param whole whether it is about the whole content
 * @param parts the JSON Pointers of the parts that it is about
 */
public record ReviewScope(boolean whole, List<String> parts) {
    public ReviewScope {
        parts = List.copyOf(parts);
    }
}
