// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.content.Format;
import dev.imprimatur.index.Filter;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.index.FilterParser;
import dev.imprimatur.index.Property;
import dev.imprimatur.index.Sort;
import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.index.ValuePostings;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.search.QueryInterpretation;
import dev.imprimatur.search.SearchQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parsed parameters of a list. An unknown parameter or a malformed value is refused with a message that says what is allowed.
 *
 * @param selection what cursors belong to: everything that decides which guides are listed and in which order
 * @param q the words to search for; null for all guides
 * @param interpretation how the words were interpreted for the page before; null for the first page
 * @param locale the locale of the guides in canonical form; null for all
 * @param filter selects the guides, including by locale
 * @param facets the properties whose values are counted
 * @param fields the fields of each guide to deliver; empty for all
 * @param limit the size of a page
 * @param after the end of the page before; null for the first page
 * @param asOf the instant whose published guides are listed; null for now
 */
public record ListQuery(
        Selection selection,
        @Nullable String q,
        @Nullable QueryInterpretation interpretation,
        @Nullable String locale,
        Filter filter,
        Sort sort,
        List<Property> facets,
        List<String> fields,
        Format format,
        int limit,
        @Nullable Place after,
        @Nullable Instant asOf) {
    static final int LARGEST_PAGE = 100;
    private static final int MOST_FACETS = 10;

    /** The parameters that choose a page and its form, but not which guides are listed. */
    private static final Set<String> PAGE_PARAMETERS = Set.of("format", "fields", "limit", "cursor", "facets", "sort");

    /** The property that holds the locales of guides. */
    static final Property LOCALE = Property.LOCALE;

    private static final String SCORE = "[0-9]{1,18}";

    /**
     * Parses the parameters of a request.
     *
     * @param parameters the parameters by name; a filter that is given several times selects guides with any of the values
     */
    public static ListQuery parse(ContentType type, Map<String, List<String>> parameters, FilterLimits limits) {
        var filterable = type.filterFields().stream().map(Property::of).toList();
        mustBeKnown(filterable, parameters);
        var single = new SingleValues(parameters);
        String locale = single.of("locale").map(GuideAddress::canonical).orElse(null);
        var q = single.of("q").map(SearchQuery::parse);
        var asOf = single.instant("asOf");
        if (q.isPresent() && asOf.isPresent()) throw malformed("q searches what is published now; leave asOf out");
        var sort = single.of("sort")
                .map(text -> Sort.parse(text, type, locale))
                .orElseGet(() -> q.isPresent() ? Sort.RELEVANCE : Sort.byTitle(locale));
        var selection = selection(type, sort, parameters);
        var cursor = single.of("cursor");
        var interpretation = q.flatMap(it -> cursor).map(ListQuery::interpretation);
        return new ListQuery(
                selection,
                q.orElse(null),
                interpretation.orElse(null),
                locale,
                Filter.all(filters(type, filterable, locale, single, limits)),
                sort,
                single.of("facets").map(text -> facets(text, filterable)).orElse(List.of()),
                Fields.parse(single.of("fields").orElse(null), type),
                Format.of(single.of("format").orElse(null)),
                single.of("limit").map(ListQuery::limit).orElse(20),
                cursor.map(it -> after(
                                interpretation.isPresent() ? it.substring(it.indexOf(QueryInterpretation.END) + 1) : it,
                                selection,
                                sort))
                        .orElse(null),
                asOf.orElse(null));
    }

    private static List<Filter> filters(
            ContentType type,
            List<Property> filterable,
            @Nullable String locale,
            SingleValues single,
            FilterLimits limits) {
        var filters = new ArrayList<Filter>();
        if (locale != null) filters.add(Filter.having(Property.LOCALE, List.of(locale)));
        var slugs = single.parameters().get("slug");
        if (slugs != null) filters.add(Filter.having(Property.SLUG, slugs));
        single.date("reviewedAfter").ifPresent(day -> filters.add(Filter.from(Property.LAST_REVIEWED, day, true)));
        single.date("reviewedBefore").ifPresent(day -> filters.add(Filter.upTo(Property.LAST_REVIEWED, day, false)));
        single.date("reviewDueBefore")
                .ifPresent(day -> filters.add(Filter.any(List.of(
                        Filter.upTo(Property.REVIEW_DUE, day, false), Filter.upTo(Property.PARTS_DUE, day, false)))));
        single.instant("updatedAfter")
                .ifPresent(at -> filters.add(Filter.from(Property.UPDATED, Place.key(at), false)));
        for (var property : filterable) {
            var values = single.parameters().get(property.name());
            if (values != null)
                filters.add(Filter.having(
                        property, values.stream().map(property::parse).toList()));
            var least = single.bound(property, FilterField.MIN);
            var greatest = single.bound(property, FilterField.MAX);
            if (least.isPresent() || greatest.isPresent())
                filters.add(index -> index.values(property).between(least.orElse(null), greatest.orElse(null)));
        }
        single.of("filter").ifPresent(text -> filters.add(FilterParser.parse(text, new Property.OfType(type), limits)));
        return filters;
    }

    private static Selection selection(ContentType type, Sort sort, Map<String, List<String>> parameters) {
        var filters = new TreeMap<>(parameters);
        filters.keySet().removeAll(PAGE_PARAMETERS);
        return Selection.of("published", type.name(), sort, filters);
    }

    /** The places of the guides that pass the filter. */
    BitSet places(TypeIndex index) {
        return filter.on(index);
    }

    private static void mustBeKnown(List<Property> filterable, Map<String, List<String>> parameters) {
        var allowed = new TreeSet<>(FilterField.RESERVED);
        filterable.forEach(field -> {
            allowed.add(field.name());
            if (field.isRanged())
                allowed.addAll(List.of(field.name() + FilterField.MIN, field.name() + FilterField.MAX));
        });
        if (!allowed.containsAll(parameters.keySet()))
            throw malformed("unknown query parameter; known here are " + String.join(", ", allowed));
        var repeatable = filterable.stream().map(Property::name).collect(Collectors.toSet());
        parameters.forEach((name, values) -> {
            if (values.size() > 1 && !name.equals("slug") && !repeatable.contains(name))
                throw malformed("the query parameter “" + name + "” is given more than once");
            if (values.size() > FilterField.MOST_VALUES)
                throw malformed(
                        "the query parameter “" + name + "” has at most " + FilterField.MOST_VALUES + " values");
        });
    }

    /** Reads parameters that are given at most once. */
    private record SingleValues(Map<String, List<String>> parameters) {
        Optional<String> of(String name) {
            return Optional.ofNullable(parameters.get(name)).map(List::getFirst);
        }

        Optional<String> date(String name) {
            return of(name).map(text -> Property.date(name, text));
        }

        Optional<Instant> instant(String name) {
            return of(name).map(text -> Property.instant(name, text));
        }

        /** The lower or upper bound of a property. */
        Optional<ValuePostings.Bound> bound(Property property, String which) {
            return of(property.name() + which).map(text -> {
                if (text.isEmpty()) throw malformed(property.name() + which + " is empty");
                return new ValuePostings.Bound(property.parse(text), true);
            });
        }
    }

    private static List<Property> facets(String text, List<Property> filterable) {
        var names = List.of(text.split(",", -1));
        if (names.size() > MOST_FACETS) throw malformed("at most " + MOST_FACETS + " facets");
        return names.stream()
                .distinct()
                .map(name -> filterable.stream()
                        .filter(field -> field.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> malformed("facets are some of "
                                + filterable.stream()
                                        .map(Property::name)
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ", with commas")))
                .toList();
    }

    private static int limit(String text) {
        if (text.matches("[0-9]{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LARGEST_PAGE) return limit;
        }
        throw malformed("limit is 1 to " + LARGEST_PAGE);
    }

    private static QueryInterpretation interpretation(String cursor) {
        int end = cursor.indexOf(QueryInterpretation.END);
        // a cursor of a list without a search is refused later, because it belongs to another list
        if (end < 0) return QueryInterpretation.USUAL;
        return QueryInterpretation.parse(cursor.substring(0, end));
    }

    private static Place after(String cursor, Selection selection, Sort sort) {
        var place = selection.after(cursor);
        if (sort.equals(Sort.RELEVANCE) && !place.key().matches(SCORE)) throw Place.unknown();
        return place;
    }

    private static RuntimeException malformed(String detail) {
        return Refusal.malformed(detail, List.of()).raise();
    }
}
