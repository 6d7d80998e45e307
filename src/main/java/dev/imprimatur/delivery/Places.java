package dev.imprimatur.delivery;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Some places of a shelf: as a list, or as bits where they are many. Never changed once made. */
final class Places {
    static final Places NONE = new Places(new int[0]);
    /** More of them than one place in so many are kept as bits, which are then less to go through. */
    private static final int FEW = 64;

    private final int[] list;
    private final @Nullable BitSet bits;

    private Places(int[] list) {
        this.list = list;
        this.bits = null;
    }

    private Places(BitSet bits) {
        this.list = new int[0];
        this.bits = bits;
    }

    /**
     * Keeps them.
     *
     * @param places in ascending order
     * @param size of the shelf
     */
    static Places of(int[] places, int size) {
        if (places.length <= size / FEW) return new Places(places);
        var bits = new BitSet(size);
        for (int place : places) bits.set(place);
        return new Places(bits);
    }

    boolean isEmpty() {
        return bits == null ? list.length == 0 : bits.isEmpty();
    }

    /** These and one more. */
    Places with(int place, int size) {
        if (bits != null) {
            var more = (BitSet) bits.clone();
            more.set(place);
            return new Places(more);
        }
        int at = Arrays.binarySearch(list, place);
        if (at >= 0) return this;
        int[] more = Arrays.copyOf(list, list.length + 1);
        System.arraycopy(list, ~at, more, ~at + 1, list.length - ~at);
        more[~at] = place;
        return of(more, size);
    }

    /** These without one. */
    Places without(int place) {
        if (bits != null) {
            var fewer = (BitSet) bits.clone();
            fewer.clear(place);
            return new Places(fewer);
        }
        int at = Arrays.binarySearch(list, place);
        if (at < 0) return this;
        int[] fewer = Arrays.copyOf(list, list.length - 1);
        System.arraycopy(list, at + 1, fewer, at, fewer.length - at);
        return new Places(fewer);
    }

    void addTo(BitSet all) {
        if (bits != null) all.or(bits);
        else for (int place : list) all.set(place);
    }

    /** How many of them are among these, too. */
    int among(BitSet those) {
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
