package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.content.Format;
import dev.imprimatur.delivery.Shelf.Property;
import dev.imprimatur.paging.Place;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a site asks a list for. Whatever it names must be known and well-formed, or it is refused with what is allowed.
 *
 * @param q words to look for; null for all guides
 * @param filters which guides: those that pass all
 * @param facets fields whose values are counted
 * @param fields what is delivered of each guide; empty for all
 * @param asOf the instant whose readers it is about; null for now
 */
record Query(
        @Nullable String q,
        List<Filter> filters,
        Listing.Sort sort,
        List<FilterField> facets,
        List<String> fields,
        Format format,
        int limit,
        @Nullable Place after,
        @Nullable Instant asOf) {
    static final int LARGEST_PAGE = 100;
    private static final int MOST_VALUES = 50;
    private static final int MOST_FACETS = 10;

    /** Parameters that every type has, beside its filters. */
    private static final Set<String> FIXED = Set.of(
            "q",
            "locale",
            "format",
            "fields",
            "sort",
            "limit",
            "cursor",
            "facets",
            "asOf",
            "slug",
            "reviewedAfter",
            "reviewedBefore",
            "reviewDueBefore",
            "updatedAfter");

    /** @param parameters as the request has them; a filter may be given several times, which asks for any of the values */
    static Query parse(ContentType type, Map<String, List<String>> parameters) {
        var known = type.filterFields();
        mustBeKnown(known, parameters);
        var one = new One(parameters);
        var filters = new ArrayList<Filter>();
        one.of("locale")
                .map(Address::canonical)
                .ifPresent(locale -> filters.add(shelf -> shelf.having(LOCALE, List.of(locale))));
        if (parameters.containsKey("slug")) {
            var slugs = parameters.get("slug");
            filters.add(shelf -> shelf.having(SLUG, slugs));
        }
        // dates as ISO 8601 writes them sort as text does
        one.date("reviewedAfter")
                .ifPresent(day -> filters.add(shelf -> shelf.passing(REVIEWED, it -> it.compareTo(day) >= 0)));
        one.date("reviewedBefore")
                .ifPresent(day -> filters.add(shelf -> shelf.passing(REVIEWED, it -> it.compareTo(day) < 0)));
        one.date("reviewDueBefore")
                .ifPresent(day -> filters.add(shelf -> shelf.passing(REVIEW_DUE, it -> it.compareTo(day) < 0)));
        one.instant("updatedAfter").ifPresent(at -> {
            String after = sortable(at);
            filters.add(shelf -> shelf.passing(UPDATED, it -> it.compareTo(after) > 0));
        });
        for (var field : known) {
            if (parameters.containsKey(field.name())) filters.add(equal(field, parameters.get(field.name())));
            one.of(field.name() + ".min").ifPresent(bound -> filters.add(bounded(field, bound, it -> it >= 0)));
            one.of(field.name() + ".max").ifPresent(bound -> filters.add(bounded(field, bound, it -> it <= 0)));
        }
        var q = one.of("q").map(Question::parse);
        var asOf = one.instant("asOf");
        if (q.isPresent() && asOf.isPresent()) throw malformed("q looks in what is live now; leave asOf out");
        var sort = one.of("sort")
                .map(text -> sort(text, known))
                .orElse(q.isPresent() ? Listing.Sort.RELEVANCE : Listing.Sort.DEFAULT);
        return new Query(
                q.orElse(null),
                List.copyOf(filters),
                sort,
                one.of("facets").map(text -> facets(text, known)).orElse(List.of()),
                Fields.parse(one.of("fields").orElse(null), type),
                Format.of(one.of("format").orElse(null)),
                one.of("limit").map(Query::limit).orElse(20),
                one.of("cursor").map(cursor -> mark(cursor, sort)).orElse(null),
                asOf.orElse(null));
    }

    /** The places of a shelf that hold guides it asks for. */
    interface Filter {
        BitSet on(Shelf shelf);
    }

    private static final String A_SCORE = "[0-9]{1,18}";
    static final Property LOCALE =
            new Property("locale", it -> List.of(it.entry().locale()));
    private static final Property SLUG =
            new Property("slug", it -> List.of(it.entry().slug()));
    private static final Property REVIEWED =
            new Property("reviewed", it -> reviewed(it, LedgerEntry.Review::lastReviewed));
    private static final Property REVIEW_DUE =
            new Property("reviewDue", it -> reviewed(it, LedgerEntry.Review::reviewDue));
    private static final Property UPDATED =
            new Property("updated", it -> List.of(sortable(it.entry().at())));

    private static List<String> reviewed(Delivered guide, Function<LedgerEntry.Review, LocalDate> day) {
        return Optional.ofNullable(guide.entry().review()).map(day).map(LocalDate::toString).stream()
                .toList();
    }

    /** A text that sorts as the instant does. */
    static String sortable(Instant at) {
        return "%016d".formatted(at.toEpochMilli());
    }

    /** A field of the content; its name is told apart from what every guide has. */
    static Property property(FilterField field) {
        return new Property("content " + field.name(), it -> it.values(field));
    }

    /** The places that pass all filters. */
    BitSet on(Shelf shelf) {
        var places = shelf.all();
        for (var filter : filters) places.and(filter.on(shelf));
        return places;
    }

    private static void mustBeKnown(List<FilterField> filters, Map<String, List<String>> parameters) {
        var allowed = new TreeSet<>(FIXED);
        filters.forEach(field -> {
            allowed.add(field.name());
            if (field.isRanged()) allowed.addAll(List.of(field.name() + ".min", field.name() + ".max"));
        });
        if (!allowed.containsAll(parameters.keySet()))
            throw malformed("unknown query parameter; known here are " + String.join(", ", allowed));
        var repeatable = filters.stream().map(FilterField::name).collect(Collectors.toSet());
        parameters.forEach((name, values) -> {
            if (values.size() > 1 && !name.equals("slug") && !repeatable.contains(name))
                throw malformed("the query parameter “" + name + "” is given more than once");
            if (values.size() > MOST_VALUES)
                throw malformed("the query parameter “" + name + "” has at most " + MOST_VALUES + " values");
        });
    }

    /** Parameters that are given at most once. */
    private record One(Map<String, List<String>> parameters) {
        Optional<String> of(String name) {
            return Optional.ofNullable(parameters.get(name)).map(List::getFirst);
        }

        Optional<String> date(String name) {
            return of(name).map(text -> Query.date(name, text));
        }

        Optional<Instant> instant(String name) {
            return of(name).map(text -> Query.instant(name, text));
        }
    }

    /** A date as ISO 8601 writes it. */
    private static String date(String name, String text) {
        try {
            return LocalDate.parse(text).toString();
        } catch (DateTimeParseException wrong) {
            throw malformed(name + " is a date such as 2026-05-14");
        }
    }

    /** An RFC 3339 instant. */
    static Instant instant(String name, String text) {
        try {
            // a plus sign that was not escaped arrives as a space
            return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
        } catch (DateTimeParseException wrong) {
            throw malformed(name + " is an instant such as 2026-05-14T09:00:00Z");
        }
    }

    private static Filter equal(FilterField field, List<String> wanted) {
        var property = property(field);
        if (!field.isNumber()) return shelf -> shelf.having(property, wanted);
        var numbers = wanted.stream().map(text -> number(field, text)).toList();
        return shelf -> shelf.passing(
                property, value -> numbers.stream().anyMatch(it -> it.compareTo(new BigDecimal(value)) == 0));
    }

    private static Filter bounded(FilterField field, String bound, IntPredicate test) {
        var property = property(field);
        if (field.isNumber()) {
            var number = number(field, bound);
            return shelf -> shelf.passing(property, value -> test.test(new BigDecimal(value).compareTo(number)));
        }
        String day = date(field.name(), bound);
        return shelf -> shelf.passing(property, value -> test.test(value.compareTo(day)));
    }

    private static BigDecimal number(FilterField field, String text) {
        try {
            if (text.length() <= 30) return new BigDecimal(text);
        } catch (NumberFormatException wrong) {
            // told below
        }
        throw malformed(field.name() + " is a number");
    }

    private static Listing.Sort sort(String text, List<FilterField> filters) {
        boolean descending = text.startsWith("-");
        String name = descending ? text.substring(1) : text;
        var key = Listing.SORTS.get(name);
        if (key != null) return new Listing.Sort(name, descending, key);
        var field = filters.stream()
                .filter(it -> it.name().equals(name) && !it.isList())
                .findFirst()
                .orElseThrow(() -> malformed("sort by one of "
                        + Stream.concat(
                                        Listing.SORTS.keySet().stream(),
                                        filters.stream()
                                                .filter(it -> !it.isList())
                                                .map(FilterField::name))
                                .sorted()
                                .collect(Collectors.joining(", "))
                        + ", with a hyphen before it for descending"));
        Function<Delivered, String> sortable = it -> it.values(field).stream()
                .findFirst()
                .map(value -> field.isNumber() ? sortable(new BigDecimal(value)) : value)
                .orElse("");
        return new Listing.Sort(name, descending, sortable);
    }

    /** A text that sorts as the number does, for numbers below a quadrillion either way. */
    private static String sortable(BigDecimal number) {
        return "%24s"
                .formatted(number.add(BigDecimal.TEN.pow(15))
                        .setScale(6, RoundingMode.HALF_UP)
                        .toPlainString());
    }

    private static List<FilterField> facets(String text, List<FilterField> filters) {
        var names = List.of(text.split(",", -1));
        if (names.size() > MOST_FACETS) throw malformed("at most " + MOST_FACETS + " facets");
        return names.stream()
                .distinct()
                .map(name -> filters.stream()
                        .filter(field -> field.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> malformed("facets are some of "
                                + filters.stream()
                                        .map(FilterField::name)
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

    private static Place mark(String cursor, Listing.Sort sort) {
        var place = sort.list().after(cursor);
        if (sort.equals(Listing.Sort.RELEVANCE) && !place.key().matches(A_SCORE))
            throw malformed("cursor is not one that was handed out; leave it out to begin with the first page");
        return place;
    }

    private static RuntimeException malformed(String detail) {
        return Refusal.malformed(detail, List.of()).raise();
    }
}
