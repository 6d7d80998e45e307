// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Limits on the {@code filter} parameter of a request. */
@Component
public record FilterLimits(int length, int depth, int conditions) {
    /**
     * Reads the limits from the configuration.
     *
     * @param length the length of a filter in characters, {@code imprimatur.delivery.filter-length}
     * @param depth how deep {@code any}, {@code all} and {@code not} are nested, at most 100, {@code imprimatur.delivery.filter-depth}
     * @param conditions the number of conditions, one for each value, {@code imprimatur.delivery.filter-conditions}
     */
    public FilterLimits(
            @Value("${imprimatur.delivery.filter-length:2000}") int length,
            @Value("${imprimatur.delivery.filter-depth:5}") int depth,
            @Value("${imprimatur.delivery.filter-conditions:50}") int conditions) {
        if (depth > 100) throw new IllegalArgumentException("imprimatur.delivery.filter-depth is at most 100");
        this.length = length;
        this.depth = depth;
        this.conditions = conditions;
    }
}
