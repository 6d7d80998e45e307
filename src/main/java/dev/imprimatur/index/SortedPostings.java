// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The places of an index in the order of one sort key; guides with equal keys are ordered by their ids. Immutable. */
final class SortedPostings {
    private final int[] places;

    private SortedPostings(int[] places) {
        this.places = places;
    }

    static SortedPostings of(IntStream places, SortComparator comparator) {
        return new SortedPostings(places.boxed()
                .sorted(comparator::compare)
                .mapToInt(Integer::intValue)
                .toArray());
    }

    int size() {
        return places.length;
    }

    int at(int index) {
        return places[index];
    }

    /**
     * Binary search for the first place that passes the test. Every place after a passing one must pass, too.
     *
     * @return its index; {@link #size()} if no place passes
     */
    int first(IntPredicate test) {
        int low = 0;
        int high = places.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (test.test(places[middle])) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /**
     * Returns the order after some places have changed.
     *
     * @param removed the places whose guide was unpublished or has a new key
     * @param before compares places by their keys before the change
     * @param inserted the places whose guide was published or has a new key
     * @param after compares places by their keys after the change
     */
    SortedPostings with(List<Integer> removed, SortComparator before, List<Integer> inserted, SortComparator after) {
        int[] cuts = removed.stream()
                .mapToInt(place -> first(it -> before.compare(it, place) >= 0))
                .sorted()
                .toArray();
        int[] kept = new int[places.length - cuts.length];
        int from = 0;
        int to = 0;
        for (int cut : cuts) {
            System.arraycopy(places, from, kept, to, cut - from);
            to += cut - from;
            from = cut + 1;
        }
        System.arraycopy(places, from, kept, to, places.length - from);
        var rest = new SortedPostings(kept);
        int[] all = new int[kept.length + inserted.size()];
        from = 0;
        to = 0;
        for (int place : inserted.stream().sorted(after::compare).toList()) {
            int at = rest.first(it -> after.compare(it, place) > 0);
            System.arraycopy(kept, from, all, to, at - from);
            to += at - from;
            from = at;
            all[to++] = place;
        }
        System.arraycopy(kept, from, all, to, kept.length - from);
        return new SortedPostings(all);
    }
}
