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
    private record Segment(TermsEnum terms, @Nullable Bits live) {}

    private final List<Segment> segments = new ArrayList<>();

    LiveTerms(IndexReader index, String field) throws IOException {
        for (var leaf : index.leaves()) {
            var terms = leaf.reader().terms(field);
            if (terms != null)
                segments.add(new Segment(terms.iterator(), leaf.reader().getLiveDocs()));
        }
    }

    boolean has(BytesRef term) throws IOException {
        return guides(term, 1) > 0;
    }

    /** The number of published guides that have the term. */
    int guides(BytesRef term) throws IOException {
        return guides(term, Integer.MAX_VALUE);
    }

    /** @param most counting may stop once this number is reached */
    private int guides(BytesRef term, int most) throws IOException {
        int count = 0;
        PostingsEnum postings = null;
        for (var segment : segments) {
            if (count >= most) break;
            if (!segment.terms().seekExact(term)) continue;
            var live = segment.live();
            if (live == null) {
                count += segment.terms().docFreq();
                continue;
            }
            postings = segment.terms().postings(postings, PostingsEnum.NONE);
            for (int document = postings.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS && count < most;
                    document = postings.nextDoc()) if (live.get(document)) count++;
        }
        return count;
    }
}
