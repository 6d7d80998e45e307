// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.paging.Place;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** The places that have a guide. */
    private final BitSet occupied;

    private final Map<Property, ValuePostings> values = new ConcurrentHashMap<>();
    private final Map<ColumnKey, SortKeys> columns = new ConcurrentHashMap<>();
    private final Map<OrderKey, SortedPostings> orders = new ConcurrentHashMap<>();
    private volatile @Nullable Map<PublishedGuide, Integer> placeByGuide;

    /** @param locale only guides of this locale are sorted, by its collation; null for all guides */
    private record ColumnKey(Property property, @Nullable String locale) {}

    /** @param locale as in {@link ColumnKey} */
    private record OrderKey(Sort.Key key, @Nullable String locale) {
        ColumnKey column() {
            return new ColumnKey(key.property(), locale);
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

    public TypeIndex(Stream<@Nullable PublishedGuide> published) {
        this.guides = published.filter(Objects::nonNull).toArray(PublishedGuide[]::new);
        this.occupied = new BitSet(guides.length);
        this.occupied.set(0, guides.length);
        this.positions = new long[guides.length];
        Arrays.setAll(positions, place -> at(place).position());
    }

    private TypeIndex(@Nullable PublishedGuide[] guides, long[] positions, BitSet occupied) {
        this.guides = guides;
        this.positions = positions;
        this.occupied = occupied;
    }

    /** Returns the index after these changes. */
    public TypeIndex with(Collection<Replacement> replacements) {
        var changes = changes(replacements);
        int size = changes.stream().mapToInt(change -> change.place() + 1).reduce(guides.length, Math::max);
        var newGuides = Arrays.copyOf(guides, size);
        long[] newPositions = Arrays.copyOf(positions, size);
        var newOccupied = all();
        for (var change : changes) {
            newGuides[change.place()] = change.after();
            newPositions[change.place()] =
                    change.after() == null ? 0 : change.after().position();
            newOccupied.set(change.place(), change.after() != null);
        }
        var next = new TypeIndex(newGuides, newPositions, newOccupied);
        values.forEach((property, postings) -> next.values.put(property, postings.with(changes, size)));
        var locales = next.values(Property.LOCALE).keySet();
        columns.forEach((by, column) -> {
            if (by.locale() == null || locales.contains(by.locale())) next.columns.put(by, column.with(changes, size));
        });
        orders.forEach((by, order) -> {
            var column = next.columns.get(by.column());
            if (column != null)
                next.orders.put(by, next(order, comparator(by), next.comparator(by, column), column, changes));
        });
        return next;
    }

    /** Assigns a place to each changed guide: the place of its predecessor, else a free place, else a new place at the end. */
    private List<Change> changes(Collection<Replacement> replacements) {
        long[] replaced = replacements.stream()
                .flatMap(it -> Stream.ofNullable(it.before()))
                .mapToLong(PublishedGuide::position)
                .sorted()
                .toArray();
        int[] places = new int[replaced.length];
        for (int place = 0; place < positions.length; place++) {
            int at = Arrays.binarySearch(replaced, positions[place]);
            if (at >= 0) places[at] = place;
        }
        var changes = new ArrayList<Change>();
        int free = -1;
        for (var replacement : replacements) {
            if (replacement.before() == null && replacement.after() == null) continue;
            int place;
            if (replacement.before() == null) {
                free = occupied.nextClearBit(free + 1);
                place = free;
            } else
                place = places[
                        Arrays.binarySearch(replaced, replacement.before().position())];
            changes.add(new Change(place, replacement.before(), replacement.after()));
        }
        return changes;
    }

    private static SortedPostings next(
            SortedPostings order, SortComparator before, SortComparator after, SortKeys column, List<Change> changes) {
        var removed = new ArrayList<Integer>();
        var inserted = new ArrayList<Integer>();
        for (var change : changes) {
            if (change.before() != null && column.holds(change.before())) removed.add(change.place());
            if (change.after() != null && column.holds(change.after())) inserted.add(change.place());
        }
        return order.with(removed, before, inserted, after);
    }

    public List<PublishedGuide> guides() {
        return occupied.stream().mapToObj(this::at).toList();
    }

    public PublishedGuide at(int place) {
        return Objects.requireNonNull(guides[place], "this place is free");
    }

    /** The places that have a guide; a copy. */
    BitSet all() {
        return (BitSet) occupied.clone();
    }

    /** The number of places, including free ones. */
    public int size() {
        return guides.length;
    }

    /** Whether more than half of the places are free, so that a new index should be built from scratch. */
    public boolean isSparse() {
        return occupied.cardinality() < guides.length / 2;
    }

    /** The place of a guide of this index. */
    public int place(PublishedGuide guide) {
        var known = placeByGuide;
        if (known == null) {
            known = new HashMap<>(guides.length * 2);
            for (int place = occupied.nextSetBit(0); place >= 0; place = occupied.nextSetBit(place + 1))
                known.put(at(place), place);
            placeByGuide = known;
        }
        return Objects.requireNonNull(known.get(guide), "the guide is not in this index");
    }

    /** The index of a property: its values, each with the places of the guides that have it. */
    public ValuePostings values(Property property) {
        return values.computeIfAbsent(property, it -> ValuePostings.of(it, guides));
    }

    private SortKeys column(ColumnKey by) {
        return columns.computeIfAbsent(by, it -> SortKeys.of(it.property(), it.locale(), guides));
    }

    private SortedPostings order(OrderKey by) {
        return orders.computeIfAbsent(by, it -> {
            var column = column(it.column());
            return SortedPostings.of(
                    occupied.stream().filter(place -> column.holds(at(place))), comparator(it, column));
        });
    }

    private SortComparator comparator(OrderKey by) {
        return comparator(by, column(by.column()));
    }

    private SortComparator comparator(OrderKey by, SortKeys column) {
        return new SortComparator(guides, List.of(by.key()), List.of(column));
    }

    private static OrderKey orderKey(Sort.Key key, Sort sort) {
        return new OrderKey(key, key.property().kind() == Property.Kind.TEXT ? sort.locale() : null);
    }

    /** Returns the comparator of a sort. If the sort has a locale, the comparator covers only guides of that locale. */
    public SortComparator comparator(Sort sort) {
        return new SortComparator(
                guides,
                sort.keys(),
                sort.keys().stream()
                        .map(key -> column(orderKey(key, sort).column()))
                        .toList());
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
        var comparator = comparator(sort);
        var previous = after == null ? null : comparator.pageEnd(after);
        if (isFew(among)) return FirstPlaces.of(among.stream(), comparator, previous, most);
        var order = order(orderKey(sort.keys().getFirst(), sort));
        boolean isAlone = sort.keys().size() == 1;
        int from = previous == null
                ? 0
                : isAlone
                        ? order.first(place -> comparator.compare(place, previous) > 0)
                        : order.first(place -> comparator.compareFirst(place, previous) >= 0);
        return isAlone
                ? scan(order, from, among, most)
                : FirstPlaces.ofSortedByFirstKey(
                        IntStream.range(from, order.size()).map(order::at).filter(among::get),
                        comparator,
                        previous,
                        most);
    }

    private static int[] scan(SortedPostings order, int from, BitSet among, int most) {
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
}
