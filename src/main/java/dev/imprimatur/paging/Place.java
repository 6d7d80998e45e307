// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * Where a row stands in a sorted list.
 *
 * @param key what the list is sorted by, as text; empty where it is sorted by the id alone
 * @param id of the row, without spaces; tells rows of the same key apart
 */
public record Place(String key, String id) {
    private static final int LONGEST_KEY = 200;

    /** The place of a row in a list that is sorted by the ids of its rows. */
    public static Place of(String id) {
        return new Place("", id);
    }

    /** A text that sorts as the instant does. */
    public static String key(Instant at) {
        return "%016d".formatted(at.toEpochMilli());
    }

    /** As much of a text as lists are sorted by: a cursor is part of an address, which cannot be of any length. */
    public static String key(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_KEY
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_KEY));
    }

    /** The key of a list that is sorted by an instant; a cursor that was made up may hold another text. */
    public Instant instant() {
        return instant(key);
    }

    /** The instant that {@link #key(Instant)} wrote, or a refusal. */
    public static Instant instant(String key) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(key));
        } catch (NumberFormatException madeUp) {
            throw unknown();
        }
    }

    /** The key of a list that is sorted by a date. */
    public LocalDate date() {
        try {
            return LocalDate.parse(key);
        } catch (DateTimeParseException madeUp) {
            throw unknown();
        }
    }

    /** The refusal of a cursor that was made up. */
    public static RuntimeException unknown() {
        return Refusal.malformed(
                        "cursor is not one that was handed out; leave it out to begin with the first page", List.of())
                .raise();
    }
}
