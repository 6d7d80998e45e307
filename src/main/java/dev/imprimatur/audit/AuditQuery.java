// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.GivenTime;
import dev.imprimatur.problem.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A query for audit records. A null parameter does not restrict the result.
 *
 * @param person the account that acted or that was acted on
 * @param action the name of the action, such as {@code signed-in}
 * @param target a text that the target of the action contains, in upper or lower case
 * @param from the start of the time range, inclusive
 * @param to the end of the time range, exclusive
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
     * Parses the parameters of a request. A blank parameter does not restrict the result.
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
        if (CleanText.length(given) > LONGEST) throw malformed(name, "a text of at most " + LONGEST + " characters");
        return given.strip();
    }

    /** @param days how many days to add to a date: 0 for its start, 1 for its end */
    private static @Nullable Instant instant(String name, @Nullable String given, int days) {
        if (given == null || given.isBlank()) return null;
        try {
            // In a query string, an unescaped plus sign arrives as a space.
            String text = given.strip().replace(' ', '+');
            var instant = text.contains("T")
                    ? GivenTime.instant(text)
                    : GivenTime.date(text)
                            .plusDays(days)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
            if (instant.toEpochMilli() >= 0 && instant.isBefore(END)) return instant;
        } catch (DateTimeException | ArithmeticException wrong) {
            // Refused below.
        }
        throw malformed(name, "a date such as 2026-05-14, or an instant such as 2026-05-14T09:00:00Z");
    }

    /** The first instant that is refused: record ids have 13 digits for the time in milliseconds. */
    private static final Instant END = Instant.ofEpochMilli(9_999_999_999_999L);

    private static RuntimeException malformed(String name, String detail) {
        return Refusal.malformed("/" + name, detail).raise();
    }

    /** The window of results that a cursor names; the first one if there is no cursor. */
    public Window window(@Nullable String cursor, int limit) {
        return Window.of(Selection.of("audit", person, action, target, from, to), cursor, limit);
    }

    /** Describes the query in words. The audit record of an export contains this text. */
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
