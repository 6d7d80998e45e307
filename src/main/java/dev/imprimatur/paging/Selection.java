// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import dev.imprimatur.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a list: its name, and the filters and the sort order of its rows. Each cursor contains a fingerprint of the selection, because a
 * place in one list has no meaning in another list.
 */
public record Selection(String name, List<String> filters) {
    private static final int FINGERPRINT_LENGTH = 8;
    private static final char FORWARD = '>';
    private static final char BACKWARD = '<';

    /** @param filters the values of the filters and the sort order, always in the same order; null for an unused filter */
    public static Selection of(String name, @Nullable Object... filters) {
        return new Selection(
                name,
                Arrays.stream(filters)
                        .map(it -> Optional.ofNullable(it).map(Object::toString).orElse("\0"))
                        .toList());
    }

    /**
     * A decoded cursor.
     *
     * @param back whether the page ends before the place instead of beginning after it
     */
    record Cursor(Place place, boolean back) {}

    /** Returns a cursor for the rows after the place. */
    public String after(Place place) {
        return write(new Cursor(place, false));
    }

    /** Returns the place in a cursor from {@link #after(Place)}. Throws a refusal if the cursor is another one. */
    public Place after(String cursor) {
        var decoded = read(cursor);
        if (decoded.back()) throw Place.unknown();
        return decoded.place();
    }

    String write(Cursor cursor) {
        String text = (cursor.back() ? BACKWARD : FORWARD)
                + fingerprint()
                + cursor.place().id()
                + ' '
                + cursor.place().key();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Decodes the cursor. Throws a refusal if the cursor is invalid or belongs to another list. */
    Cursor read(String cursor) {
        String text = decoded(cursor);
        int space = text.indexOf(' ');
        if (space <= FINGERPRINT_LENGTH || (text.charAt(0) != FORWARD && text.charAt(0) != BACKWARD))
            throw Place.unknown();
        if (!text.startsWith(fingerprint(), 1))
            throw Refusal.malformed(
                            "cursor belongs to another list, or to other filters or another sort order; leave it out to begin with the first page",
                            List.of())
                    .raise();
        var decoded = new Cursor(
                new Place(text.substring(space + 1), text.substring(1 + FINGERPRINT_LENGTH, space)),
                text.charAt(0) == BACKWARD);
        if (decoded.place().id().isEmpty() || !write(decoded).equals(cursor)) throw Place.unknown();
        return decoded;
    }

    private static String decoded(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw Place.unknown();
        }
    }

    private String fingerprint() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            for (String filter : filters) {
                digest.update((byte) 0xff);
                digest.update(filter.getBytes(StandardCharsets.UTF_8));
            }
            return Base64.getUrlEncoder().encodeToString(digest.digest()).substring(0, FINGERPRINT_LENGTH);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
