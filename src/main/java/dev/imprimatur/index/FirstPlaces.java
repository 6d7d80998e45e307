// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Selects the places of one page from many places, in the order of a sort, without sorting all of them. */
final class FirstPlaces {
    private final SortComparator comparator;
    private final SortComparator.@Nullable PageEnd after;
    private final int most;
    /** The greatest place kept comes first, since it is the next to be dropped. */
    private final PriorityQueue<Integer> kept;

    private FirstPlaces(SortComparator comparator, SortComparator.@Nullable PageEnd after, int most) {
        this.comparator = comparator;
        this.after = after;
        this.most = most;
        Comparator<Integer> order = comparator::compare;
        this.kept = new PriorityQueue<>(most + 1, order.reversed());
    }

    /**
     * Returns the first places of a page.
     *
     * @param after the end of the page before; null for the first page
     * @param most the size of the page
     */
    static int[] of(IntStream places, SortComparator comparator, SortComparator.@Nullable PageEnd after, int most) {
        var first = new FirstPlaces(comparator, after, most);
        places.forEach(first::add);
        return first.sorted();
    }

    /**
     * Returns the first places of a page from a stream that is sorted by the first key. Reading ends at the first place whose first key is
     * greater than that of every place kept.
     */
    static int[] ofSortedByFirstKey(
            IntStream places, SortComparator comparator, SortComparator.@Nullable PageEnd after, int most) {
        var first = new FirstPlaces(comparator, after, most);
        places.takeWhile(first::mayKeep).forEach(first::add);
        return first.sorted();
    }

    private boolean mayKeep(int place) {
        return kept.size() < most || comparator.compareFirst(place, kept.element()) <= 0;
    }

    private void add(int place) {
        if (after != null && comparator.compare(place, after) <= 0) return;
        if (kept.size() == most && comparator.compare(place, kept.element()) > 0) return;
        kept.add(place);
        if (kept.size() > most) kept.remove();
    }

    private int[] sorted() {
        return kept.stream()
                .sorted(comparator::compare)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
