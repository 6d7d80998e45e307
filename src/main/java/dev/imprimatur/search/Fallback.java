// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

/**
 * A further way to look up a word that no published guide has. The first constant that finds something is used. A cursor stores its digit.
 */
enum Fallback {
    /** Only the usual ways. */
    NONE('0'),
    /** As the beginning of two or three words of a name, joined: {@code dataeng} for {@code data engineer}. */
    JOINED_WORDS('1'),
    /** By each pair of adjacent characters, in scripts without spaces. */
    CHARACTER_PAIRS('2'),
    /** With one or two typing errors. */
    TYPING_ERRORS('3');

    private final char digit;

    Fallback(char digit) {
        this.digit = digit;
    }

    char digit() {
        return digit;
    }

    static Fallback of(char digit) {
        for (var fallback : values()) if (fallback.digit == digit) return fallback;
        throw new IllegalArgumentException("no fallback has the digit " + digit);
    }
}
