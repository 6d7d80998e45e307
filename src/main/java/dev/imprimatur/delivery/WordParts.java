package dev.imprimatur.delivery;

import java.io.IOException;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Puts the ends of a long word beside it, so that {@code entwickler} is found in {@code softwareentwickler}, and, as what begins an
 * end, {@code software} in {@code systemsoftwareentwickler}. Ends are marked, so that they are no words of their own. They belong to words, not to words that were joined.
 */
final class WordParts extends TokenFilter {
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

    /** @param shortest how many letters an end has at least; what is before it has nearly as many */
    WordParts(TokenStream words, int shortest) {
        super(words);
        this.shortest = shortest;
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (next > 0 && next <= letters.length() - shortest) {
            restoreState(word);
            term.setEmpty().append(MARK).append(letters, next, letters.length());
            increment.setPositionIncrement(0);
            next = letters.offsetByCodePoints(next, 1);
            return true;
        }
        next = 0;
        if (!input.incrementToken()) return false;
        int first = Math.max(1, shortest - 1);
        if (term.length() >= first + shortest && term.charAt(0) != JoinedWords.MARK) {
            letters = term.toString();
            word = captureState();
            next = Math.max(first, letters.length() - LONGEST);
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
