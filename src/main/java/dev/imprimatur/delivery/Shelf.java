package dev.imprimatur.delivery;

import dev.imprimatur.paging.Place;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one type that is live, each guide at a place of its own, with what lists are made from: which places have which
 * value, and the places in each order. Both are worked out when they are first asked for and hold as long as the shelf does.
 */
final class Shelf {
    private final Delivered[] guides;
    private final Map<String, Map<String, Places>> values = new ConcurrentHashMap<>();
    private final Map<String, int[]> orders = new ConcurrentHashMap<>();
    private volatile @Nullable Map<Delivered, Integer> places;

    Shelf(Stream<@Nullable Delivered> live) {
        this.guides = live.filter(Objects::nonNull).toArray(Delivered[]::new);
    }

    List<Delivered> guides() {
        return Arrays.asList(guides);
    }

    Delivered at(int place) {
        return guides[place];
    }

    /** Every place. */
    BitSet all() {
        var all = new BitSet(guides.length);
        all.set(0, guides.length);
        return all;
    }

    int size() {
        return guides.length;
    }

    /** Where a guide of this shelf stands. */
    int place(Delivered guide) {
        var known = places;
        if (known == null) {
            known = new HashMap<>(guides.length * 2);
            for (int place = 0; place < guides.length; place++) known.put(guides[place], place);
            places = known;
        }
        return Objects.requireNonNull(known.get(guide), "not on this shelf");
    }

    /** The values of a property and the places that have them, in ascending order. */
    Map<String, Places> values(Property property) {
        return values.computeIfAbsent(property.name(), name -> {
            var found = new HashMap<String, int[]>();
            var counts = new HashMap<String, Integer>();
            for (int place = 0; place < guides.length; place++)
                for (String value : property.of(guides[place])) {
                    int count = counts.merge(value, 1, Integer::sum);
                    var so = found.get(value);
                    if (so == null) so = new int[2];
                    else if (count > so.length) so = Arrays.copyOf(so, so.length * 2);
                    // a value that a guide has twice stands once
                    if (count > 1 && so[count - 2] == place) {
                        counts.put(value, count - 1);
                        continue;
                    }
                    so[count - 1] = place;
                    found.put(value, so);
                }
            var places = new HashMap<String, Places>();
            found.forEach((value, so) -> places.put(
                    value, new Places(Arrays.copyOf(so, Objects.requireNonNull(counts.get(value))), guides.length)));
            return places;
        });
    }

    /** The places of guides with one of these values. */
    BitSet having(Property property, Collection<String> wanted) {
        var places = new BitSet(guides.length);
        var known = values(property);
        for (String value : wanted) known.getOrDefault(value, Places.NONE).addTo(places);
        return places;
    }

    /** The places of guides with a value that passes the test. */
    BitSet passing(Property property, Predicate<String> test) {
        return having(property, values(property).keySet().stream().filter(test).toList());
    }

    /** All places in that order. */
    int[] order(Listing.Sort sort) {
        record Placed(Place mark, int place) {}
        return orders.computeIfAbsent(
                (sort.descending() ? "-" : "") + sort.name(),
                name -> IntStream.range(0, guides.length)
                        .mapToObj(place -> new Placed(Listing.place(guides[place], sort.key()), place))
                        .sorted(Comparator.comparing(Placed::mark, sort.order()))
                        .mapToInt(Placed::place)
                        .toArray());
    }

    /** What guides can be told apart by: a name, and the values of a guide. */
    record Property(String name, Function<Delivered, List<String>> values) {
        List<String> of(Delivered guide) {
            return values.apply(guide);
        }
    }
}
