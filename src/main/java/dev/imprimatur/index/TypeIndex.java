// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.paging.Place;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The published guides of one type, with the indexes that lists are filtered, sorted and counted from. Each guide has a <em>place</em>, a
 * number from 0 to {@link #size()} − 1. Indexes by value and sorted orders are built on first use. A {@code TypeIndex} never changes
 * visibly: {@link #with} returns the next one, in which unchanged guides keep their places, and derives its indexes from those that this
 * one has built.
 */
public final class TypeIndex {
    /** The guides by place; null where a guide was unpublished and its place has not been reused. */
    private final @Nullable PublishedGuide[] guides;

    /** The ledger positions of the guides by place; no two guides share a position. */
    private final long[] positions;

    private final BitSet live;
    private final Map<Property, ValuePostings> values = new ConcurrentHashMap<>();
    private final Map<Sorted, SortKeys> columns = new ConcurrentHashMap<>();
    private final Map<Ordered, SortedPostings> orders = new ConcurrentHashMap<>();
    private volatile @Nullable Map<PublishedGuide, Integer> places;

    /** @param locale only guides of this locale are sorted, by its collation; null for all guides */
    private record Sorted(Property property, @Nullable String locale) {}

    /** @param locale as in {@link Sorted} */
    private record Ordered(Sort.Key key, @Nullable String locale) {
        Sorted by() {
            return new Sorted(key.property(), locale);
        }
    }

    /**
     * A change at one address.
     *
     * @param before the guide that was published there; null if none was
     * @param after the guide that is published there now; null if none is
     */
    public record Replacement(
            @Nullable PublishedGuide before, @Nullable PublishedGuide after) {}

    /** A change at one place: the guide before and after, null for none. */
    record Change(
            int place,
            @Nullable PublishedGuide before,
            @Nullable PublishedGuide after) {}

    public TypeIndex(Stream<@Nullable PublishedGuide> live) {
        this.guides = live.filter(Objects::nonNull).toArray(PublishedGuide[]::new);
        this.live = new BitSet(guides.length);
        this.live.set(0, guides.length);
        this.positions = new long[guides.length];
        Arrays.setAll(positions, place -> at(place).position());
    }

    private TypeIndex(@Nullable PublishedGuide[] guides, long[] positions, BitSet live) {
        this.guides = guides;
        this.positions = positions;
        this.live = live;
    }

    /** Returns the index after these changes. */
    public TypeIndex with(Collection<Replacement> replacements) {
        var changes = changes(replacements);
        int size = changes.stream().mapToInt(change -> change.place() + 1).reduce(guides.length, Math::max);
        var changed = Arrays.copyOf(guides, size);
        long[] told = Arrays.copyOf(positions, size);
        var standing = all();
        for (var change : changes) {
            changed[change.place()] = change.after();
            told[change.place()] = change.after() == null ? 0 : change.after().position();
            standing.set(change.place(), change.after() != null);
        }
        var next = new TypeIndex(changed, told, standing);
        values.forEach((property, known) -> next.values.put(property, known.with(changes, size)));
        var locales = next.values(Property.LOCALE).keySet();
        columns.forEach((by, column) -> {
            if (by.locale() == null || locales.contains(by.locale())) next.columns.put(by, column.with(changes, size));
        });
        orders.forEach((by, order) -> {
            var column = next.columns.get(by.by());
            if (column != null) next.orders.put(by, next(order, ranks(by), next.ranks(by, column), column, changes));
        });
        return next;
    }

    /** Assigns a place to each changed guide: the place of its predecessor, else a free place, else a new place at the end. */
    private List<Change> changes(Collection<Replacement> replacements) {
        long[] wanted = replacements.stream()
                .flatMap(it -> Stream.ofNullable(it.before()))
                .mapToLong(PublishedGuide::position)
                .sorted()
                .toArray();
        int[] standing = new int[wanted.length];
        for (int place = 0; place < positions.length; place++) {
            int at = Arrays.binarySearch(wanted, positions[place]);
            if (at >= 0) standing[at] = place;
        }
        var changes = new ArrayList<Change>();
        int free = -1;
        for (var it : replacements) {
            if (it.before() == null && it.after() == null) continue;
            int place;
            if (it.before() == null) {
                free = live.nextClearBit(free + 1);
                place = free;
            } else place = standing[Arrays.binarySearch(wanted, it.before().position())];
            changes.add(new Change(place, it.before(), it.after()));
        }
        return changes;
    }

    private static SortedPostings next(
            SortedPostings order, SortComparator before, SortComparator after, SortKeys column, List<Change> changes) {
        var gone = new ArrayList<Integer>();
        var come = new ArrayList<Integer>();
        for (var change : changes) {
            if (change.before() != null && column.holds(change.before())) gone.add(change.place());
            if (change.after() != null && column.holds(change.after())) come.add(change.place());
        }
        return order.with(gone, before, come, after);
    }

    public List<PublishedGuide> guides() {
        return live.stream().mapToObj(this::at).toList();
    }

    public PublishedGuide at(int place) {
        return Objects.requireNonNull(guides[place], "no guide is there");
    }

    /** The places that have a guide; a copy. */
    BitSet all() {
        return (BitSet) live.clone();
    }

    /** The number of places, including free ones. */
    public int size() {
        return guides.length;
    }

    /** Whether more than half of the places are free, so that a new index should be built from scratch. */
    public boolean isSparse() {
        return live.cardinality() < guides.length / 2;
    }

    /** The place of a guide of this index. */
    public int place(PublishedGuide guide) {
        var known = places;
        if (known == null) {
            known = new HashMap<>(guides.length * 2);
            for (int place = live.nextSetBit(0); place >= 0; place = live.nextSetBit(place + 1))
                known.put(at(place), place);
            places = known;
        }
        return Objects.requireNonNull(known.get(guide), "not on this index");
    }

    /** The index of a property: its values, each with the places of the guides that have it. */
    public ValuePostings values(Property property) {
        return values.computeIfAbsent(property, it -> ValuePostings.of(it, guides));
    }

    private SortKeys column(Sorted by) {
        return columns.computeIfAbsent(by, it -> SortKeys.of(it.property(), it.locale(), guides));
    }

    private SortedPostings order(Ordered by) {
        return orders.computeIfAbsent(by, it -> {
            var column = column(it.by());
            return SortedPostings.of(live.stream().filter(place -> column.holds(at(place))), ranks(it, column));
        });
    }

    private SortComparator ranks(Ordered by) {
        return ranks(by, column(by.by()));
    }

    private SortComparator ranks(Ordered by, SortKeys column) {
        return new SortComparator(guides, List.of(by.key()), List.of(column));
    }

    private static Ordered ordered(Sort.Key key, Sort sort) {
        return new Ordered(key, key.property().kind() == Property.Kind.TEXT ? sort.locale() : null);
    }

    /** Returns the comparator of a sort. If the sort has a locale, the comparator covers only guides of that locale. */
    public SortComparator ranks(Sort sort) {
        return new SortComparator(
                guides,
                sort.keys(),
                sort.keys().stream().map(key -> column(ordered(key, sort).by())).toList());
    }

    /**
     * Returns the first places of a page, in the order of the sort.
     *
     * @param among the places to choose from; if the sort has a locale, only places of guides of that locale
     * @param after the end of the page before; null for the first page
     * @param most the size of the page
     */
    public int[] first(Sort sort, BitSet among, @Nullable Place after, int most) {
        if (among.isEmpty()) return new int[0];
        var ranks = ranks(sort);
        var mark = after == null ? null : ranks.mark(after);
        if (isFew(among)) return least(among.stream(), ranks, mark, most);
        var order = order(ordered(sort.keys().getFirst(), sort));
        boolean isAlone = sort.keys().size() == 1;
        int from = mark == null
                ? 0
                : isAlone
                        ? order.first(place -> ranks.compare(place, mark) > 0)
                        : order.first(place -> ranks.compareFirst(place, mark) >= 0);
        return isAlone
                ? walked(order, from, among, most)
                : leastOfRuns(IntStream.range(from, order.size()).map(order::at).filter(among::get), ranks, mark, most);
    }

    private static int[] walked(SortedPostings order, int from, BitSet among, int most) {
        int[] first = new int[most];
        int count = 0;
        for (int at = from; at < order.size() && count < most; at++)
            if (among.get(order.at(at))) first[count++] = order.at(at);
        return Arrays.copyOf(first, count);
    }

    /** Whether sorting these few places is cheaper than scanning the sorted order of all guides for them. */
    private boolean isFew(BitSet among) {
        long count = among.cardinality();
        return count * count <= guides.length;
    }

    private static int[] least(IntStream places, SortComparator ranks, SortComparator.@Nullable Mark mark, int most) {
        var kept = new Least(ranks, mark, most);
        places.forEach(kept::add);
        return kept.sorted();
    }

    /**
     * Returns the least places of a stream that is sorted by the first key. Reading ends at the first place whose first key is greater than
     * that of every place kept.
     */
    private static int[] leastOfRuns(
            IntStream places, SortComparator ranks, SortComparator.@Nullable Mark mark, int most) {
        var kept = new Least(ranks, mark, most);
        places.takeWhile(kept::mayTake).forEach(kept::add);
        return kept.sorted();
    }

    /** Collects the least of many places: a bounded priority queue. */
    private static final class Least {
        private final SortComparator ranks;
        private final SortComparator.@Nullable Mark mark;
        private final int most;
        /** The greatest place kept comes first, since it is the next to be dropped. */
        private final PriorityQueue<Integer> kept;

        Least(SortComparator ranks, SortComparator.@Nullable Mark mark, int most) {
            this.ranks = ranks;
            this.mark = mark;
            this.most = most;
            Comparator<Integer> order = ranks::compare;
            this.kept = new PriorityQueue<>(most + 1, order.reversed());
        }

        boolean mayTake(int place) {
            return kept.size() < most || ranks.compareFirst(place, kept.element()) <= 0;
        }

        void add(int place) {
            if (mark != null && ranks.compare(place, mark) <= 0) return;
            if (kept.size() == most && ranks.compare(place, kept.element()) > 0) return;
            kept.add(place);
            if (kept.size() > most) kept.remove();
        }

        int[] sorted() {
            return kept.stream()
                    .sorted(ranks::compare)
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
    }
}
