// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.index.Property;
import dev.imprimatur.index.Sort;
import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.paging.Place;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.search.Hits;
import dev.imprimatur.search.QueryInterpretation;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list. The cursor names the last guide of the page before, so that a guide published in between neither repeats nor hides
 * another guide.
 *
 * @param next the cursor of the next page; null on the last page
 * @param total the number of guides on all pages
 * @param facets the number of guides with each value on all pages, by property; the most frequent value first
 */
record ListPage(List<PublishedGuide> guides, @Nullable String next, int total, Map<String, List<Count>> facets) {
    private static final int MOST_COUNTS = 100;

    /** The number of guides that have a value. */
    record Count(String value, long count) {}

    /** The page of all guides that the query selects. */
    static ListPage of(TypeIndex index, ListQuery query) {
        return sorted(index, query, query.places(index));
    }

    /** The page of the guides that a search found. The cursor also carries how the query was interpreted. */
    static ListPage of(TypeIndex index, ListQuery query, Hits hits) {
        var places = query.places(index);
        places.and(hits.places());
        var page =
                query.sort().equals(Sort.RELEVANCE) ? best(index, query, places, hits) : sorted(index, query, places);
        if (page.next() == null) return page;
        return new ListPage(
                page.guides(),
                "" + hits.interpretation() + QueryInterpretation.END + page.next(),
                page.total(),
                page.facets());
    }

    private static ListPage best(TypeIndex index, ListQuery query, BitSet places, Hits hits) {
        return page(
                index,
                query,
                places,
                hits.best(index, places, query.after(), query.limit() + 1),
                place -> new Place(
                        Long.toString(hits.score(place)),
                        index.at(place).entry().id()));
    }

    private static ListPage sorted(TypeIndex index, ListQuery query, BitSet places) {
        return page(
                index,
                query,
                places,
                index.first(query.sort(), places, query.after(), query.limit() + 1),
                place -> index.comparator(query.sort()).place(place));
    }

    /**
     * Builds a page.
     *
     * @param first the places of its guides, and one more if there is a next page
     * @param pageEnd returns what a cursor stores if the guide at a place is the last of the page
     */
    private static ListPage page(
            TypeIndex index, ListQuery query, BitSet places, int[] first, IntFunction<Place> pageEnd) {
        int count = Math.min(first.length, query.limit());
        return new ListPage(
                Arrays.stream(first, 0, count).mapToObj(index::at).toList(),
                count < first.length ? query.selection().after(pageEnd.apply(first[count - 1])) : null,
                places.cardinality(),
                facets(index, places, query.facets()));
    }

    private static Map<String, List<Count>> facets(TypeIndex index, BitSet places, List<Property> properties) {
        var facets = new LinkedHashMap<String, List<Count>>();
        for (var property : properties)
            facets.put(
                    property.name(),
                    index.values(property)
                            .all()
                            .map(it -> new Count(it.text(), it.places().among(places)))
                            .filter(it -> it.count() > 0)
                            .sorted(Comparator.comparingLong(Count::count)
                                    .reversed()
                                    .thenComparing(Count::value))
                            .limit(MOST_COUNTS)
                            .toList());
        return facets;
    }
}
