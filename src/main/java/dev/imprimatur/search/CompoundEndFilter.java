// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.io.IOException;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Puts the ends of a long word beside it, so that {@code entwickler} is found in {@code softwareentwickler}, and, as what begins an
 * end, {@code software} in {@code systemsoftwareentwickler}. Ends are marked, so that they are no words of their own. They belong to words, not to words that were joined.
 */
final class CompoundEndFilter extends TokenFilter {
    /** Begins the end of a word in the index. */
    static final char MARK = '\u0001';

    /** Longer ends are not told apart from the word itself. */
    private static final int LONGEST = 40;

    private final int shortest;
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private State word = captureState();
    private String letters = "";
    private int next;
    private int end;

    /** @param shortest how many letters an end has at least; what is before it has nearly as many */
    CompoundEndFilter(TokenStream words, int shortest) {
        super(words);
        this.shortest = shortest;
    }

    /**
     * How many letters an end of the word has at least.
     *
     * @param ofLanguage in words of its own; words of other languages among them are as long as in other languages
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
