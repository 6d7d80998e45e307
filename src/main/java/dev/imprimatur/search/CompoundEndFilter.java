// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.io.IOException;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Adds the ends of a long word as further terms, so that a search for {@code entwickler} finds {@code softwareentwickler}. A search for
 * {@code software} finds {@code systemsoftwareentwickler}, because one of its ends begins with that word. A mark at the beginning
 * distinguishes an end from a word. Joined words ({@link ShingleMarker}) get no ends.
 */
final class CompoundEndFilter extends TokenFilter {
    /** The first character of every end in the index. */
    static final char MARK = '\u0001';

    /** The longest end in characters; the filter adds no longer ones. */
    private static final int LONGEST = 40;

    private final int shortest;
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private State word = captureState();
    private String letters = "";
    private int next;
    private int end;

    /** @param shortest the least number of letters of an end; at least {@code shortest} − 1 letters of the word must precede the end */
    CompoundEndFilter(TokenStream words, int shortest) {
        super(words);
        this.shortest = shortest;
    }

    /**
     * The least number of letters of an end of the word.
     *
     * @param ofLanguage the least number for words in the script of the language; words in Latin letters within such a text use
     *     {@link LanguageAnalysis#COMPOUND}
     */
    static int shortest(String word, int ofLanguage) {
        boolean isForeign =
                ofLanguage > 0 && Character.UnicodeScript.of(word.codePointAt(0)) == Character.UnicodeScript.LATIN;
        return isForeign ? LanguageAnalysis.COMPOUND : ofLanguage;
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (next > 0 && next < end) {
            restoreState(word);
            term.setEmpty().append(MARK).append(letters, next, letters.length());
            increment.setPositionIncrement(0);
            next = letters.offsetByCodePoints(next, 1);
            return true;
        }
        next = 0;
        if (!input.incrementToken()) return false;
        if (term.isEmpty() || term.charAt(0) == ShingleMarker.MARK) return true;
        letters = term.toString();
        int least = shortest(letters, shortest);
        int first = Math.max(1, least - 1);
        if (letters.length() >= first + least) {
            word = captureState();
            next = Math.max(first, letters.length() - LONGEST);
            end = letters.length() - least + 1;
            if (Character.isLowSurrogate(letters.charAt(next))) next++;
        }
        return true;
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        next = 0;
    }
}
