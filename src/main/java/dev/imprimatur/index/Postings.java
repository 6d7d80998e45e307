// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** An immutable set of places of an index: a sorted list if it is small, a bit set if it is large. */
public final class Postings {
    static final Postings NONE = new Postings(new int[0]);
    /** A set with more than one in {@code FEW} places of the index is stored as a bit set, which is then faster to combine. */
    private static final int FEW = 64;

    private final int[] list;
    private final @Nullable BitSet bits;

    private Postings(int[] list) {
        this.list = list;
        this.bits = null;
    }

    private Postings(BitSet bits) {
        this.list = new int[0];
        this.bits = bits;
    }

    /**
     * Creates a set of places.
     *
     * @param places in ascending order
     * @param size the number of places of the index
     */
    static Postings of(int[] places, int size) {
        if (places.length <= size / FEW) return new Postings(places);
        var bits = new BitSet(size);
        for (int place : places) bits.set(place);
        return new Postings(bits);
    }

    boolean isEmpty() {
        return bits == null ? list.length == 0 : bits.isEmpty();
    }

    /** Returns this set with one more place. */
    Postings with(int place, int size) {
        if (bits != null) {
            var more = (BitSet) bits.clone();
            more.set(place);
            return new Postings(more);
        }
        int at = Arrays.binarySearch(list, place);
        if (at >= 0) return this;
        int[] more = Arrays.copyOf(list, list.length + 1);
        System.arraycopy(list, ~at, more, ~at + 1, list.length - ~at);
        more[~at] = place;
        return of(more, size);
    }

    /** Returns this set without a place. */
    Postings without(int place) {
        if (bits != null) {
            var fewer = (BitSet) bits.clone();
            fewer.clear(place);
            return new Postings(fewer);
        }
        int at = Arrays.binarySearch(list, place);
        if (at < 0) return this;
        int[] fewer = Arrays.copyOf(list, list.length - 1);
        System.arraycopy(list, at + 1, fewer, at, fewer.length - at);
        return new Postings(fewer);
    }

    void addTo(BitSet all) {
        if (bits != null) all.or(bits);
        else for (int place : list) all.set(place);
    }

    /** The number of places that are in both sets. */
    public int among(BitSet those) {
        if (bits != null) {
            var both = (BitSet) bits.clone();
            both.and(those);
            return both.cardinality();
        }
        int count = 0;
        for (int place : list) if (those.get(place)) count++;
        return count;
    }
}
