// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import java.util.BitSet;
import java.util.List;

/** Which guides a list is about: the places of an index that hold them. */
@FunctionalInterface
public interface Filter {
    BitSet on(TypeIndex index);

    /** Guides that pass each of these. */
    static Filter all(List<Filter> filters) {
        return index -> {
            var places = index.all();
            for (var filter : filters) places.and(filter.on(index));
            return places;
        };
    }

    /** Guides that pass at least one of these. */
    static Filter any(List<Filter> filters) {
        return index -> {
            var places = new BitSet();
            for (var filter : filters) places.or(filter.on(index));
            return places;
        };
    }

    /** Guides that do not pass. */
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

    /** Guides with a value that is this or greater; or only greater. */
    static Filter from(Property property, String value, boolean isInclusive) {
        return index -> index.values(property).between(new ValuePostings.Bound(value, isInclusive), null);
    }

    /** Guides with a value that is this or smaller; or only smaller. */
    static Filter upTo(Property property, String value, boolean isInclusive) {
        return index -> index.values(property).between(null, new ValuePostings.Bound(value, isInclusive));
    }
}
