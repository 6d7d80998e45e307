package dev.imprimatur.delivery;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Some places of a shelf: as a list, or as bits where they are many. */
final class Places {
    static final Places NONE = new Places(new int[0], 1);
    /** From one place in so many on, bits are less to go through. */
    private static final int FEW = 64;

    private final int[] list;
    private final @Nullable BitSet bits;

    /**
     * Keeps them.
     *
     * @param places in ascending order
     * @param size of the shelf
     */
    Places(int[] places, int size) {
        if (places.length <= size / FEW) {
            this.list = places;
            this.bits = null;
            return;
        }
        this.list = new int[0];
        this.bits = new BitSet(size);
        for (int place : places) bits.set(place);
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
