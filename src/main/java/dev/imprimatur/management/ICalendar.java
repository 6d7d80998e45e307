// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes the content lines of iCalendar (RFC 5545). */
final class ICalendar {
    static final String MEDIA_TYPE = "text/calendar;charset=UTF-8";

    /** The longest line in octets, without the line break (RFC 5545, 3.1). */
    private static final int LONGEST = 75;

    private static final String BREAK = "\r\n";
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder lines = new StringBuilder();

    /** Adds a line whose value is text. */
    ICalendar text(String property, String value) {
        return line(property, escaped(value));
    }

    /** Adds a line whose value is an instant. Fractions of a second are cut off. */
    ICalendar instant(String property, Instant value) {
        return line(property, UTC.format(value));
    }

    ICalendar day(String property, LocalDate value) {
        return line(property + ";VALUE=DATE", DateTimeFormatter.BASIC_ISO_DATE.format(value));
    }

    /** Adds a line. Lines that are too long are folded between characters. */
    ICalendar line(String property, String value) {
        String whole = property + ":" + value;
        int octets = 0;
        for (int at = 0; at < whole.length(); ) {
            int character = whole.codePointAt(at);
            int more = octets(character);
            if (octets + more > LONGEST) {
                lines.append(BREAK).append(' ');
                octets = 1;
            }
            lines.appendCodePoint(character);
            octets += more;
            at += Character.charCount(character);
        }
        lines.append(BREAK);
        return this;
    }

    private static int octets(int character) {
        if (character < 0x80) return 1;
        if (character < 0x800) return 2;
        return character < 0x10000 ? 3 : 4;
    }

    /** Text with the escapes of RFC 5545, 3.3.11, and without control characters, which a value must not have. */
    private static String escaped(String text) {
        var escaped = new StringBuilder();
        text.replace("\r\n", "\n").codePoints().forEach(character -> {
            switch (character) {
                case '\\', ';', ',' -> escaped.append('\\').appendCodePoint(character);
                case '\n', '\r', 0x85, 0x2028, 0x2029 -> escaped.append("\\n");
                case '\t' -> escaped.append('\t');
                default -> {
                    if (!Character.isISOControl(character)) escaped.appendCodePoint(character);
                }
            }
        });
        return escaped.toString();
    }

    byte[] bytes() {
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
