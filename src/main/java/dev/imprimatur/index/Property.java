// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.paging.Place;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that guides have values of: lists are filtered, sorted and counted by it. Of one type, those with the same id are the same.
 *
 * @param id tells a field of the content apart from what every guide has
 * @param name that sites know it by
 * @param values of a guide, as text
 * @param isList whether one guide can have several
 */
public record Property(
        String id, String name, Kind kind, Function<PublishedGuide, List<String>> values, boolean isList) {
    private static final int LONGEST_NUMBER = 30;

    /** What values are, and so how they compare. */
    enum Kind {
        /** Words of a language. */
        TEXT,
        /** A text that is the same in all languages. */
        CODE,
        BOOLEAN,
        /** As ISO 8601 writes it, which sorts as text does. */
        DATE,
        /** As {@link Place#key(Instant)} writes it. */
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
    /** When readers saw a change last. */
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

    /** What guides of a type have, by the names that sites know: what every guide has, and the fields that can be filtered by. */
    public record Of(ContentType type) {
        Optional<Property> find(String name) {
            return Optional.ofNullable(OF_EVERY_GUIDE.get(name))
                    .or(() -> fields().filter(it -> it.name().equals(name)).findFirst());
        }

        /** All names, with commas. */
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

    /** Whether lists are sorted by it: each guide has one value at most. */
    boolean isSortable() {
        return !isList && !equals(LOCALE);
    }

    /** Whether of two different values one is greater. */
    public boolean isRanged() {
        return kind != Kind.BOOLEAN;
    }

    /** The value that a guide is sorted by, cut to what a cursor can hold; empty if it has none. */
    String sorting(PublishedGuide guide) {
        var all = of(guide);
        return all.isEmpty() ? "" : Place.key(all.getFirst());
    }

    /** The value that a site wrote, as guides have it, or a refusal. */
    public String read(String text) {
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

    /** Numbers of content are those that a double holds. */
    private BigDecimal number(String text) {
        try {
            if (text.length() <= LONGEST_NUMBER) {
                var number = new BigDecimal(text);
                if (Double.isFinite(number.doubleValue())) return number;
            }
        } catch (NumberFormatException wrong) {
            // told below
        }
        throw malformed(name + " is a number such as 2026");
    }

    /** Bytes that compare as the values do, without sign; none for no value, which comes first. */
    byte[] key(String value) {
        if (kind != Kind.NUMBER) return value.getBytes(StandardCharsets.UTF_8);
        if (value.isEmpty()) return new byte[0];
        // zero has one sign; the order of IEEE 754's bits is that of the numbers once negative ones are turned round
        long bits = Double.doubleToLongBits(new BigDecimal(value).doubleValue() + 0.0);
        return ByteBuffer.allocate(Long.BYTES)
                .putLong(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE)
                .array();
    }

    /** A date as ISO 8601 writes it. */
    public static String date(String name, String text) {
        try {
            return LocalDate.parse(text).toString();
        } catch (DateTimeParseException wrong) {
            throw malformed(name + " is a date such as 2026-05-14");
        }
    }

    /** An RFC 3339 instant. */
    public static Instant instant(String name, String text) {
        try {
            // a plus sign that was not escaped arrives as a space
            return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
        } catch (DateTimeParseException wrong) {
            throw malformed(name + " is an instant such as 2026-05-14T09:00:00Z");
        }
    }

    private static RuntimeException malformed(String detail) {
        return Refusal.malformed(detail, List.of()).raise();
    }
}
