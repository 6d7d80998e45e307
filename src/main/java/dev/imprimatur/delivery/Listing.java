package dev.imprimatur.delivery;

import dev.imprimatur.content.FilterField;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.publication.LedgerEntry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of what is live. The cursor names the last guide of the page before, so that a guide published in between
 * neither doubles nor hides another.
 *
 * @param next the cursor of the page after; null on the last
 * @param total how many guides there are on all pages
 * @param facets how often each value occurs on all pages, by field, the most frequent first
 */
record Listing(List<Delivered> guides, @Nullable String next, int total, Map<String, List<Count>> facets) {
    private static final int MOST_COUNTS = 100;

    /** How many guides have a value. */
    record Count(String value, long count) {}

    /** What a list can be sorted by, each to a text that sorts as the value does. */
    static final Map<String, Function<Delivered, String>> SORTS = Map.of(
            "title", Delivered::title,
            "slug", guide -> guide.entry().slug(),
            "lastReviewed", guide -> review(guide, LedgerEntry.Review::lastReviewed),
            "reviewDue", guide -> review(guide, LedgerEntry.Review::reviewDue),
            "publishedAt", guide -> Query.sortable(guide.entry().publishedAt()),
            "firstPublishedAt", guide -> Query.sortable(guide.entry().firstPublishedAt()));

    private static String review(Delivered guide, Function<LedgerEntry.Review, Object> field) {
        return Optional.ofNullable(guide.entry().review())
                .map(review -> field.apply(review).toString())
                .orElse("");
    }

    /** Which way a list is sorted: a key of each guide, texts that sort as the values do. */
    record Sort(String name, boolean descending, Function<Delivered, String> key) {
        static final Sort DEFAULT = new Sort("title", false, Delivered::title);
        /** The best found first; what was found says how good it is. */
        static final Sort RELEVANCE = new Sort("relevance", true, guide -> "");

        Comparator<Place> order() {
            Comparator<Place> byKey = Comparator.comparing((Place place) -> place.key());
            return (descending ? byKey.reversed() : byKey).thenComparing(Place::id);
        }

        /** What cursors belong to: whatever is filtered, a place in one sort means nothing in another. */
        Selection list() {
            return Selection.of("published", name, descending);
        }
    }

    /** Where in an order a guide stands. */
    static Place place(Delivered guide, Function<Delivered, String> key) {
        return new Place(key.apply(guide), guide.entry().id());
    }

    /** The page of the shelf that the query asks for. */
    static Listing of(Shelf shelf, Query query) {
        return sorted(shelf, query, query.on(shelf));
    }

    /** The page that the query asks for of what a search found. */
    static Listing of(Shelf shelf, Query query, Found found) {
        var places = query.on(shelf);
        places.and(found.places());
        if (!query.sort().equals(Sort.RELEVANCE)) return sorted(shelf, query, places);
        var best = found.best(shelf, places, query.after(), query.limit() + 1);
        return page(shelf, query, places, best, 0, guide -> Long.toString(found.score(shelf.place(guide))));
    }

    private static Listing sorted(Shelf shelf, Query query, BitSet places) {
        int[] order = shelf.order(query.sort());
        var after = query.after();
        return page(
                shelf,
                query,
                places,
                order,
                after == null ? 0 : firstAfter(after, shelf, order, query.sort()),
                query.sort().key());
    }

    /** @param from where in the order the page begins */
    private static Listing page(
            Shelf shelf, Query query, BitSet places, int[] order, int from, Function<Delivered, String> key) {
        var guides = new ArrayList<Delivered>(query.limit());
        int at = from;
        for (; at < order.length && guides.size() < query.limit(); at++)
            if (places.get(order[at])) guides.add(shelf.at(order[at]));
        while (at < order.length && !places.get(order[at])) at++;
        return new Listing(
                guides,
                at < order.length ? query.sort().list().after(place(guides.getLast(), key)) : null,
                places.cardinality(),
                facets(shelf, places, query.facets()));
    }

    private static int firstAfter(Place mark, Shelf shelf, int[] order, Sort sort) {
        var comparator = sort.order();
        int low = 0;
        int high = order.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (comparator.compare(place(shelf.at(order[middle]), sort.key()), mark) > 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private static Map<String, List<Count>> facets(Shelf shelf, BitSet places, List<FilterField> fields) {
        var facets = new LinkedHashMap<String, List<Count>>();
        for (var field : fields)
            facets.put(
                    field.name(),
                    shelf.values(Query.property(field)).entrySet().stream()
                            .map(it -> new Count(it.getKey(), it.getValue().among(places)))
                            .filter(it -> it.count() > 0)
                            .sorted(Comparator.comparingLong(Count::count)
                                    .reversed()
                                    .thenComparing(Count::value))
                            .limit(MOST_COUNTS)
                            .toList());
        return facets;
    }
}
