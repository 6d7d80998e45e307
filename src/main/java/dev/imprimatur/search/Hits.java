// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.paging.Place;
import java.util.BitSet;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The guides that a search found, by their places in a {@link TypeIndex}, each with its score: a whole number, greater for a better match.
 */
public final class Hits {
    private final BitSet places = new BitSet();
    private final long[] scores;
    private final QueryInterpretation interpretation;

    /**
     * Creates an empty result.
     *
     * @param size the number of places of the {@code TypeIndex}
     * @param interpretation how the query was interpreted
     */
    Hits(int size, QueryInterpretation interpretation) {
        this.scores = new long[size];
        this.interpretation = interpretation;
    }

    /** How the query was interpreted. */
    public QueryInterpretation interpretation() {
        return interpretation;
    }

    void add(int place, long score) {
        places.set(place);
        scores[place] = score;
    }

    /** The places of the guides found; a copy. */
    public BitSet places() {
        return (BitSet) places.clone();
    }

    public long score(int place) {
        return scores[place];
    }

    private record Ranked(int place, long score, String id) {
        static final Comparator<Ranked> BEST_FIRST =
                Comparator.comparingLong(Ranked::score).reversed().thenComparing(Ranked::id);
    }

    /**
     * Returns the places with the highest scores, the best first; equal scores are ordered by the ids of the guides.
     *
     * @param of the places to choose from
     * @param after the last guide of the page before, with its score as the key; null for the first page
     * @param count how many places to return at most
     */
    public int[] best(TypeIndex typeIndex, BitSet of, @Nullable Place after, int count) {
        var from = after == null ? null : new Ranked(-1, Long.parseLong(after.key()), after.id());
        // the worst of the places kept comes first, since it is the next to be dropped
        var kept = new PriorityQueue<>(count + 1, Ranked.BEST_FIRST.reversed());
        for (int place = of.nextSetBit(0); place >= 0; place = of.nextSetBit(place + 1)) {
            if (kept.size() == count && scores[place] < kept.element().score()) continue;
            var ranked =
                    new Ranked(place, scores[place], typeIndex.at(place).entry().id());
            if (from != null && Ranked.BEST_FIRST.compare(ranked, from) <= 0) continue;
            kept.add(ranked);
            if (kept.size() > count) kept.remove();
        }
        return kept.stream().sorted(Ranked.BEST_FIRST).mapToInt(Ranked::place).toArray();
    }
}
