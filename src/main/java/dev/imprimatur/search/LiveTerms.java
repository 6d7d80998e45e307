// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The terms that published guides have in a field. Lucene's dictionary keeps the terms of deleted documents until segments are merged, at
 * some later time; search results must not depend on them.
 */
final class LiveTerms {
    /**
     * A segment of the index.
     *
     * @param live the documents that are not deleted; null if none was deleted
     */
    private record Part(TermsEnum words, @Nullable Bits live) {}

    private final List<Part> parts = new ArrayList<>();

    LiveTerms(IndexReader index, String field) throws IOException {
        for (var leaf : index.leaves()) {
            var words = leaf.reader().terms(field);
            if (words != null)
                parts.add(new Part(words.iterator(), leaf.reader().getLiveDocs()));
        }
    }

    boolean has(BytesRef word) throws IOException {
        return guides(word, 1) > 0;
    }

    /** The number of published guides that have the term. */
    int guides(BytesRef word) throws IOException {
        return guides(word, Integer.MAX_VALUE);
    }

    /** @param most counting may stop once this number is reached */
    private int guides(BytesRef word, int most) throws IOException {
        int count = 0;
        PostingsEnum postings = null;
        for (var part : parts) {
            if (count >= most) break;
            if (!part.words().seekExact(word)) continue;
            var live = part.live();
            if (live == null) {
                count += part.words().docFreq();
                continue;
            }
            postings = part.words().postings(postings, PostingsEnum.NONE);
            for (int document = postings.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS && count < most;
                    document = postings.nextDoc()) if (live.get(document)) count++;
        }
        return count;
    }
}
