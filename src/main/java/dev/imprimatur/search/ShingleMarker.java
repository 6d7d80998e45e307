// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.io.IOException;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.shingle.ShingleFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/** Marks terms that a {@link ShingleFilter} made by joining words, so that they differ from words that are written as one. */
final class ShingleMarker extends TokenFilter {
    /** The first character of every joined term in the index. */
    static final char MARK = '\u0002';

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final TypeAttribute type = addAttribute(TypeAttribute.class);

    ShingleMarker(ShingleFilter words) {
        super(words);
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (!input.incrementToken()) return false;
        if (type.type().equals(ShingleFilter.DEFAULT_TOKEN_TYPE)) {
            String joined = term.toString();
            term.setEmpty().append(MARK).append(joined);
        }
        return true;
    }
}
