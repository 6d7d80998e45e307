// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which records of the audit are wanted.
 *
 * @param person the account that did it or that it was done to
 * @param action such as {@code signed-in}
 * @param target what is sought, literally and in any case, in what it was done to
 * @param from the first instant
 * @param to the instant before which they end
 */
public record AuditQuery(
        @Nullable String person,
        @Nullable String action,
        @Nullable String target,
        @Nullable Instant from,
        @Nullable Instant to) {
    private static final int LONGEST = 200;
    private static final Pattern ACTION = Pattern.compile("[a-z]+(-[a-z]+)*");

    /**
     * What a request asks for; what is empty is not asked for.
     *
     * @param from a date, or an RFC 3339 instant
     * @param to a date, which is the last day, or an instant
     */
    public static AuditQuery parse(
            @Nullable String person,
            @Nullable String action,
            @Nullable String target,
            @Nullable String from,
            @Nullable String to) {
        var query = new AuditQuery(
                text("person", person),
                text("action", action),
                text("target", target),
                instant("from", from, 0),
                instant("to", to, 1));
        if (query.action != null && !ACTION.matcher(query.action).matches())
            throw malformed("action", "a name such as signed-in or account-created");
        if (query.from != null && query.to != null && !query.from.isBefore(query.to))
            throw malformed("to", "the time asked for ends before it begins; change one end of it");
        return query;
    }

    private static @Nullable String text(String name, @Nullable String given) {
        if (given == null || given.isBlank()) return null;
        if (given.length() > LONGEST) throw malformed(name, "a text of at most " + LONGEST + " characters");
        return given.strip();
    }

    /** @param days that pass from a date until the instant meant by it */
    private static @Nullable Instant instant(String name, @Nullable String given, int days) {
        if (given == null || given.isBlank()) return null;
        try {
            // a plus sign that was not escaped arrives as a space
            String text = given.strip().replace(' ', '+');
            var instant = text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text)
                            .plusDays(days)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
            if (instant.toEpochMilli() >= 0 && instant.isBefore(END)) return instant;
        } catch (DateTimeParseException | ArithmeticException wrong) {
            // told below
        }
        throw malformed(name, "a date such as 2026-05-14, or an instant such as 2026-05-14T09:00:00Z");
    }

    /** Ids of records have 13 digits for the time. */
    private static final Instant END = Instant.ofEpochMilli(9_999_999_999_999L);

    private static RuntimeException malformed(String name, String detail) {
        return Refusal.malformed("/" + name, detail).raise();
    }

    /** The page of it that a cursor names; without one, the first. */
    public Window window(@Nullable String cursor, int limit) {
        return Window.of(Selection.of("audit", person, action, target, from, to), cursor, limit);
    }

    /** What is asked for, in words for the record of an export. */
    @Override
    public String toString() {
        return Stream.of(
                        named("person", person),
                        named("action", action),
                        named("target", target),
                        named("from", from),
                        named("to", to))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private static Optional<String> named(String name, @Nullable Object value) {
        return Optional.ofNullable(value).map(it -> name + " " + it);
    }
}
