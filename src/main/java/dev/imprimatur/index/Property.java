// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.paging.Place;
import dev.imprimatur.problem.GivenTime;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A property of guides by which lists are filtered, sorted and counted. Within one content type, two properties are equal if their ids are.
 *
 * @param id distinguishes a field of the content from a property of the same name that every guide has
 * @param name the name that sites use in requests
 * @param values returns the values of a guide as text
 * @param isList whether a guide can have several values
 */
public record Property(
        String id, String name, Kind kind, Function<PublishedGuide, List<String>> values, boolean isList) {
    private static final int LONGEST_NUMBER = 30;

    /** The kind of the values, which decides how they are compared. */
    enum Kind {
        /** Text in a language, sorted by its collation. */
        TEXT,
        /** A code that does not depend on the language, such as a slug. */
        CODE,
        BOOLEAN,
        /** A date in the form of ISO 8601, whose order as text is the order of the dates. */
        DATE,
        /** An instant in the form of {@link Place#key(Instant)}. */
        INSTANT,
        NUMBER
    }

    public static final Property LOCALE =
            ofEveryGuide("locale", Kind.CODE, it -> List.of(it.entry().locale()));
    public static final Property SLUG =
            ofEveryGuide("slug", Kind.CODE, it -> List.of(it.entry().slug()));
    static final Property TITLE = ofEveryGuide("title", Kind.TEXT, it -> List.of(it.title()));
    public static final Property LAST_REVIEWED =
            ofEveryGuide("lastReviewed", Kind.DATE, it -> reviewed(it, LedgerEntry.Review::lastReviewed));
    public static final Property REVIEW_DUE =
            ofEveryGuide("reviewDue", Kind.DATE, it -> reviewed(it, LedgerEntry.Review::reviewDue));
    /** The days on which the reviews of parts are due. */
    public static final Property PARTS_DUE = new Property(
            "parts reviewDue",
            "reviewDue",
            Kind.DATE,
            it -> Optional.ofNullable(it.entry().review()).stream()
                    .flatMap(review -> review.reviewedParts().values().stream())
                    .map(part -> part.reviewDue().toString())
                    .distinct()
                    .toList(),
            true);
    /** When the published guide changed last. */
    public static final Property UPDATED = ofEveryGuide(
            "updated", Kind.INSTANT, it -> List.of(Place.key(it.entry().at())));

    private static final Property PUBLISHED_AT = ofEveryGuide(
            "publishedAt", Kind.INSTANT, it -> List.of(Place.key(it.entry().publishedAt())));
    private static final Property FIRST_PUBLISHED_AT = ofEveryGuide(
            "firstPublishedAt", Kind.INSTANT, it -> List.of(Place.key(it.entry().firstPublishedAt())));

    private static Property ofEveryGuide(String name, Kind kind, Function<PublishedGuide, List<String>> values) {
        return new Property(name, name, kind, values, false);
    }

    private static List<String> reviewed(PublishedGuide guide, Function<LedgerEntry.Review, LocalDate> day) {
        return Optional.ofNullable(guide.entry().review()).map(day).map(LocalDate::toString).stream()
                .toList();
    }

    public static Property of(FilterField field) {
        return new Property(
                "content " + field.name(), field.name(), kind(field), guide -> guide.values(field), field.isList());
    }

    private static Kind kind(FilterField field) {
        return switch (field.type()) {
            case "integer", "number" -> Kind.NUMBER;
            case "boolean" -> Kind.BOOLEAN;
            case "date" -> Kind.DATE;
            default -> Kind.TEXT;
        };
    }

    private static final Map<String, Property> OF_EVERY_GUIDE = Stream.of(
                    LOCALE, SLUG, TITLE, LAST_REVIEWED, REVIEW_DUE, PUBLISHED_AT, FIRST_PUBLISHED_AT)
            .collect(Collectors.toUnmodifiableMap(Property::name, it -> it));

    /** The properties of a content type by name: those that every guide has, and the type's filter fields. */
    public record OfType(ContentType type) {
        Optional<Property> find(String name) {
            return Optional.ofNullable(OF_EVERY_GUIDE.get(name))
                    .or(() -> fields().filter(it -> it.name().equals(name)).findFirst());
        }

        /** All names, separated by commas. */
        String names() {
            return names(it -> true);
        }

        String names(Predicate<Property> wanted) {
            return Stream.concat(OF_EVERY_GUIDE.values().stream(), fields())
                    .filter(wanted)
                    .map(Property::name)
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
        }

        private Stream<Property> fields() {
            return type.filterFields().stream().map(Property::of);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Property property && property.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    List<String> of(PublishedGuide guide) {
        return values.apply(guide);
    }

    /** Whether lists can be sorted by this property: a guide has at most one value of it. */
    boolean isSortable() {
        return !isList && !equals(LOCALE);
    }

    /** Whether the values have an order, so that a filter can ask for a range of them. */
    public boolean isRanged() {
        return kind != Kind.BOOLEAN;
    }

    /** The value that a guide is sorted by, cut to the length that a cursor can hold; empty if the guide has none. */
    String sortValue(PublishedGuide guide) {
        var all = of(guide);
        return all.isEmpty() ? "" : Place.key(all.getFirst());
    }

    /** Parses a value from a request into the form that guides have; refuses what is not of this kind. */
    public String parse(String text) {
        return switch (kind) {
            case TEXT, CODE -> equals(LOCALE) ? GuideAddress.canonical(text) : text;
            case NUMBER -> number(text).toString();
            case DATE -> date(name, text);
            case INSTANT -> Place.key(instant(name, text));
            case BOOLEAN -> {
                if (!text.equals("true") && !text.equals("false")) throw malformed(name + " is true or false");
                yield text;
            }
        };
    }

    /** Parses a number. The numbers of content are those that a double can hold. */
    private BigDecimal number(String text) {
        try {
            if (text.length() <= LONGEST_NUMBER) {
                var number = new BigDecimal(text);
                if (Double.isFinite(number.doubleValue())) return number;
            }
        } catch (NumberFormatException wrong) {
            // refused below
        }
        throw malformed(name + " is a number such as 2026");
    }

    /** The key of a value: bytes whose unsigned order is the order of the values. No value gives the empty key, which comes first. */
    byte[] key(String value) {
        if (kind != Kind.NUMBER) return value.getBytes(StandardCharsets.UTF_8);
        if (value.isEmpty()) return new byte[0];
        // adding 0.0 turns -0.0 into 0.0; the bits of an IEEE 754 double sort like the numbers once the bits of
        // negative numbers are
        // inverted and the sign bit of the others is set
        long bits = Double.doubleToLongBits(new BigDecimal(value).doubleValue() + 0.0);
        return ByteBuffer.allocate(Long.BYTES)
                .putLong(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE)
                .array();
    }

    /**
     * Parses an ISO 8601 date and returns it in the same form; refuses anything else.
     *
     * @param name the parameter to name in the refusal
     */
    public static String date(String name, String text) {
        try {
            return GivenTime.date(text).toString();
        } catch (DateTimeException wrong) {
            throw malformed(name + " is a date such as 2026-05-14");
        }
    }

    /**
     * Parses an RFC 3339 instant; refuses anything else.
     *
     * @param name the parameter to name in the refusal
     */
    public static Instant instant(String name, String text) {
        try {
            // an unescaped plus sign in a query string arrives as a space
            return GivenTime.instant(text.replace(' ', '+'));
        } catch (DateTimeException wrong) {
            throw malformed(name + " is an instant such as 2026-05-14T09:00:00Z");
        }
    }

    private static RuntimeException malformed(String detail) {
        return Refusal.malformed(detail, List.of()).raise();
    }
}
