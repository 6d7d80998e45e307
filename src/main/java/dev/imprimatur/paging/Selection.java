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
 * One list: its name, and what selects and sorts its rows. Cursors carry a fingerprint of it, because a place in one list means
 * nothing in another.
 */
public record Selection(String name, List<String> filters) {
    private static final int FINGERPRINT = 8;
    private static final char FORWARD = '>';
    private static final char BACKWARD = '<';

    /** @param filters in an order that is always the same; null for one that is not used */
    public static Selection of(String name, @Nullable Object... filters) {
        return new Selection(
                name,
                Arrays.stream(filters)
                        .map(it -> Optional.ofNullable(it).map(Object::toString).orElse("\0"))
                        .toList());
    }

    /**
     * What a cursor says.
     *
     * @param back whether the page ends before the place instead of beginning after it
     */
    record Cursor(Place place, boolean back) {}

    /** The cursor of what comes after a place. */
    public String after(Place place) {
        return write(new Cursor(place, false));
    }

    /** The place that a cursor of {@link #after} names, or a refusal. */
    public Place after(String cursor) {
        var read = read(cursor);
        if (read.back()) throw Place.unknown();
        return read.place();
    }

    String write(Cursor cursor) {
        String text = (cursor.back() ? BACKWARD : FORWARD)
                + fingerprint()
                + cursor.place().id()
                + ' '
                + cursor.place().key();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the cursor says, or a refusal if it was made up or belongs to another list. */
    Cursor read(String cursor) {
        String text = decoded(cursor);
        int space = text.indexOf(' ');
        if (space <= FINGERPRINT || (text.charAt(0) != FORWARD && text.charAt(0) != BACKWARD)) throw Place.unknown();
        if (!text.startsWith(fingerprint(), 1))
            throw Refusal.malformed(
                            "cursor belongs to another list, or to other filters or another sort; leave it out to begin with the first page",
                            List.of())
                    .raise();
        var read = new Cursor(
                new Place(text.substring(space + 1), text.substring(1 + FINGERPRINT, space)),
                text.charAt(0) == BACKWARD);
        if (read.place().id().isEmpty() || !write(read).equals(cursor)) throw Place.unknown();
        return read;
    }

    private static String decoded(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noBase64) {
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
            return Base64.getUrlEncoder().encodeToString(digest.digest()).substring(0, FINGERPRINT);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
