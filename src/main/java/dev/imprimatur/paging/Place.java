// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.GivenTime;
import dev.imprimatur.problem.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * The position of a row in a sorted list.
 *
 * @param key the value by which the list is sorted, as text; empty if the list is sorted only by id
 * @param id the id of the row, without spaces; distinguishes rows with the same key
 */
public record Place(String key, String id) {
    private static final int LONGEST_KEY = 200;

    /** Returns the place of a row in a list that is sorted only by id. */
    public static Place of(String id) {
        return new Place("", id);
    }

    /** Returns a text that sorts like the instant. */
    public static String key(Instant at) {
        return "%016d".formatted(at.toEpochMilli());
    }

    /** Returns the beginning of the text, by which lists are sorted. Keys have a limited length, because a cursor is part of a URL. */
    public static String key(String text) {
        return CleanText.start(text, LONGEST_KEY);
    }

    /** Returns the key as an instant. Throws a refusal if the key is not one, which happens only with an invented cursor. */
    public Instant instant() {
        return instant(key);
    }

    /** Parses a key that {@link #key(Instant)} wrote. Throws a refusal if the key is another text. */
    public static Instant instant(String key) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(key));
        } catch (NumberFormatException invented) {
            throw unknown();
        }
    }

    /** Returns the key as a date. Throws a refusal if the key is not a date. */
    public LocalDate date() {
        try {
            return GivenTime.date(key);
        } catch (DateTimeException invented) {
            throw unknown();
        }
    }

    /** The refusal of a cursor that this server never returned. */
    public static RuntimeException unknown() {
        return Refusal.malformed("cursor is not valid; leave it out to begin with the first page", List.of())
                .raise();
    }
}
