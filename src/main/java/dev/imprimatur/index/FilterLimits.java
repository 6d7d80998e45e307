// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** How much a site may write into {@code filter}. */
@Component
public record FilterLimits(int length, int depth, int conditions) {
    /**
     * Reads the limits.
     *
     * @param length in characters, {@code imprimatur.delivery.filter-length}
     * @param depth how many of {@code any}, {@code all} and {@code not} stand within each other, {@code imprimatur.delivery.filter-depth}
     * @param conditions on fields, one for each value, {@code imprimatur.delivery.filter-conditions}
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
