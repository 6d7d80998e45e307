// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** The order of a list in memory: by a key, ascending or descending, and by the id among rows with the same key. */
public record Order<T>(Function<? super T, Place> place, boolean descending) {
    private record Placed<T>(Place place, T row) {}

    private Comparator<Place> comparator() {
        Comparator<Place> byKey = Comparator.comparing((Place it) -> it.key());
        return (descending ? byKey.reversed() : byKey).thenComparing(Place::id);
    }

    /** Sorts the rows in this order. */
    public Rows<T> of(Collection<T> rows) {
        var order = comparator();
        var sorted = rows.stream()
                .map(row -> new Placed<T>(place.apply(row), row))
                .sorted(Comparator.comparing(Placed::place, order))
                .toList();
        return (from, back, limit) -> {
            var ordered = back ? sorted.reversed() : sorted;
            int begin = from == null ? 0 : firstBeyond(ordered, from, back ? order.reversed() : order);
            return List.copyOf(ordered.subList(begin, Math.min(ordered.size(), begin + limit)).stream()
                    .map(Placed::row)
                    .toList());
        };
    }

    /** Returns the index of the first row after the place, by binary search. */
    private static <T> int firstBeyond(List<Placed<T>> rows, Place place, Comparator<Place> order) {
        int low = 0;
        int high = rows.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order.compare(rows.get(middle).place(), place) > 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
