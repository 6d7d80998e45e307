// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import java.util.BitSet;
import java.util.List;

/** Selects guides: returns the places of an index whose guides pass. */
@FunctionalInterface
public interface Filter {
    BitSet on(TypeIndex index);

    /** Guides that pass every one of these filters. */
    static Filter all(List<Filter> filters) {
        return index -> {
            var places = index.all();
            for (var filter : filters) places.and(filter.on(index));
            return places;
        };
    }

    /** Guides that pass at least one of these filters. */
    static Filter any(List<Filter> filters) {
        return index -> {
            var places = new BitSet();
            for (var filter : filters) places.or(filter.on(index));
            return places;
        };
    }

    /** Guides that do not pass the filter. */
    static Filter not(Filter filter) {
        return index -> {
            var places = index.all();
            places.andNot(filter.on(index));
            return places;
        };
    }

    /** Guides with at least one of these values. */
    static Filter having(Property property, List<String> values) {
        return index -> index.values(property).having(values);
    }

    /** Guides with a value greater than this one, or equal to it if {@code isInclusive}. */
    static Filter from(Property property, String value, boolean isInclusive) {
        return index -> index.values(property).between(new ValuePostings.Bound(value, isInclusive), null);
    }

    /** Guides with a value smaller than this one, or equal to it if {@code isInclusive}. */
    static Filter upTo(Property property, String value, boolean isInclusive) {
        return index -> index.values(property).between(null, new ValuePostings.Bound(value, isInclusive));
    }
}
