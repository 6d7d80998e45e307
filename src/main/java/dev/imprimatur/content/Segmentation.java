// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Splits text into grapheme clusters and words (Unicode Text Segmentation, UAX #29). A grapheme cluster, which readers see as one
 * character, is never cut, whatever code points it consists of. In scripts without spaces, each character counts as a word, as in the
 * standard without a dictionary; Thai words come from the dictionary of the Java runtime.
 */
public final class Segmentation {
    private static final Locale THAI = Locale.of("th");
    /** Every character below this one is a grapheme cluster by itself, except the line break CR LF. */
    private static final char FIRST_COMBINING = '\u0300';

    private final String text;
    private @Nullable BreakIterator clusters;

    private Segmentation(String text) {
        this.text = text;
    }

    /** Splits the text into words, runs of white space, and single signs. Joined, the pieces are the text again. */
    public static List<String> words(String text) {
        return new Segmentation(text).words();
    }

    /** The number of words in the text. */
    public static int countWords(String text) {
        return (int) words(text).stream()
                .filter(word -> word.codePoints().anyMatch(Character::isLetterOrDigit))
                .count();
    }

    /** The first grapheme cluster; empty if the text is empty. */
    public static String first(String text) {
        return text.isEmpty() ? "" : text.substring(0, new Segmentation(text).next(0));
    }

    /** The place, or the nearest place before it that does not cut a grapheme cluster. */
    public static int atOrBefore(String text, int place) {
        var segmentation = new Segmentation(text);
        return segmentation.isBoundary(place) ? place : segmentation.clusters().preceding(place);
    }

    /** The place, or the nearest place after it that does not cut a grapheme cluster. */
    public static int atOrAfter(String text, int place) {
        var segmentation = new Segmentation(text);
        return segmentation.isBoundary(place) ? place : segmentation.clusters().following(place);
    }

    private BreakIterator clusters() {
        var made = clusters;
        if (made == null) {
            made = BreakIterator.getCharacterInstance(Locale.ROOT);
            made.setText(text);
            clusters = made;
        }
        return made;
    }

    private boolean isBoundary(int place) {
        return place <= 0 || place >= text.length() || clusters().isBoundary(place);
    }

    /** The end of the cluster that begins at the place. */
    private int next(int place) {
        if (place + 1 >= text.length()) return text.length();
        char here = text.charAt(place);
        char following = text.charAt(place + 1);
        boolean simple = here < FIRST_COMBINING && following < FIRST_COMBINING && !(here == '\r' && following == '\n');
        return simple ? place + 1 : clusters().following(place);
    }

    /** The part that a cluster plays in words. */
    private enum Kind {
        SPACE,
        LETTER,
        DIGIT,
        KATAKANA,
        THAI,
        /** A sign, an emoji, or a character of a script without spaces; each is a piece by itself. */
        ALONE;

        static Kind of(int codePoint) {
            if (Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint)) return SPACE;
            if (codePoint < FIRST_COMBINING)
                return Character.isDigit(codePoint)
                        ? DIGIT
                        : Character.isLetter(codePoint) || codePoint == '_' ? LETTER : ALONE;
            return switch (Character.UnicodeScript.of(codePoint)) {
                case HAN, HIRAGANA, LAO, KHMER, MYANMAR, TAI_LE, NEW_TAI_LUE, TAI_THAM, TAI_VIET, AHOM -> ALONE;
                case KATAKANA -> KATAKANA;
                case THAI -> THAI;
                default -> codePoint == '\u30fc' ? KATAKANA : ofLetters(codePoint);
            };
        }

        private static Kind ofLetters(int codePoint) {
            if (Character.isDigit(codePoint)) return DIGIT;
            return Character.isLetterOrDigit(codePoint) || isMark(codePoint) ? LETTER : ALONE;
        }

        /** Whether the code point is a combining mark, which normally follows a letter. */
        private static boolean isMark(int codePoint) {
            int type = Character.getType(codePoint);
            return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
        }

        boolean isWord() {
            return this == LETTER || this == DIGIT;
        }

        boolean goesOnWith(Kind next) {
            return this != ALONE && this == next || isWord() && next.isWord();
        }
    }

    private Kind kind(int place) {
        return place < text.length() ? Kind.of(text.codePointAt(place)) : Kind.ALONE;
    }

    /** Whether the sign is a part of a word: an apostrophe or point between letters, a point or comma between digits. */
    private boolean joins(Kind before, int sign, int end) {
        if (!before.isWord() || end != sign + 1 || end >= text.length()) return false;
        var after = kind(end);
        return switch (text.charAt(sign)) {
            case '\'', '\u2019', '.' -> before == after;
            case '\u00b7' -> before == Kind.LETTER && after == Kind.LETTER;
            case ',', ';' -> before == Kind.DIGIT && after == Kind.DIGIT;
            default -> false;
        };
    }

    private List<String> words() {
        var words = new ArrayList<String>();
        for (int start = 0; start < text.length(); ) {
            var kind = kind(start);
            var last = kind;
            int end = next(start);
            while (end < text.length()) {
                var following = kind(end);
                int after = next(end);
                if (last.goesOnWith(following)) {
                    last = following;
                    end = after;
                } else if (joins(last, end, after)) {
                    last = kind(after);
                    end = next(after);
                } else break;
            }
            if (kind == Kind.THAI) thai(start, end, words);
            else words.add(text.substring(start, end));
            start = end;
        }
        return words;
    }

    private void thai(int start, int end, List<String> into) {
        var words = BreakIterator.getWordInstance(THAI);
        words.setText(text.substring(start, end));
        int from = start;
        for (int at = words.next(); at != BreakIterator.DONE; at = words.next()) {
            if (!isBoundary(start + at)) continue;
            into.add(text.substring(from, start + at));
            from = start + at;
        }
    }
}
