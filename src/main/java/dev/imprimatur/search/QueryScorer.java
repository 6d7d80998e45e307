// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.search.LanguageQuery.Word;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/** Calculates the scores of the documents of an index, in one language, from the weights that {@link TermWeights} has stored. */
final class QueryScorer {
    private static final double ALTERNATIVE_BOOST = 0.9;
    /** Scores are whole numbers; each unit of a word's weight counts this much. */
    private static final int SCALE = 1_000;

    private final IndexReader index;
    private final String wordsField;
    private final String namesField;

    QueryScorer(IndexReader index, String language, ContentType type) {
        this.index = index;
        this.wordsField = TermWeights.wordsField(language, type);
        this.namesField = TermWeights.namesField(language, type);
    }

    /** The score of each word in each document; an empty array for a word that no document has. */
    int[][] wordScores(LanguageQuery query) throws IOException {
        var scores = new int[query.words().size()][];
        for (int word = 0; word < scores.length; word++)
            scores[word] = score(query.words().get(word));
        for (var alternative : query.alternatives()) {
            int[] weakest = weakest(alternative.words());
            if (weakest.length == 0) continue;
            for (int word = alternative.from(); word < alternative.to(); word++) {
                if (scores[word].length == 0) scores[word] = new int[weakest.length];
                for (int i = 0; i < weakest.length; i++)
                    scores[word][i] = Math.max(scores[word][i], (int) (ALTERNATIVE_BOOST * weakest[i]));
            }
        }
        return scores;
    }

    /** The score in each document of the word that scores least there. */
    private int[] weakest(List<Word> together) throws IOException {
        int[] weakest = score(together.getFirst());
        for (var word : together.subList(1, together.size())) {
            if (weakest.length == 0) break;
            int[] scores = score(word);
            if (scores.length == 0) return scores;
            for (int i = 0; i < scores.length; i++) weakest[i] = Math.min(weakest[i], scores[i]);
        }
        return weakest;
    }

    private int[] score(Word word) throws IOException {
        var scorer = new WordScorer(index.maxDoc());
        for (var leaf : index.leaves()) {
            var terms = leaf.reader().terms(wordsField);
            if (terms != null) scorer.score(word, terms.iterator(), leaf.docBase);
        }
        return scorer.best;
    }

    /** The score of each document whose name is one of the query's names; an empty array if there is no such document. */
    long[] nameScores(LanguageQuery query) throws IOException {
        var scores = new long[0];
        for (var leaf : index.leaves())
            for (var name : query.names().entrySet()) {
                var documents = leaf.reader().postings(new Term(namesField, name.getKey()), PostingsEnum.NONE);
                if (documents == null) continue;
                if (scores.length == 0) scores = new long[index.maxDoc()];
                for (int document = documents.nextDoc();
                        document != DocIdSetIterator.NO_MORE_DOCS;
                        document = documents.nextDoc())
                    scores[leaf.docBase + document] = Math.max(scores[leaf.docBase + document], name.getValue());
            }
        return scores;
    }

    /** Calculates the score of a word in each document: the greatest of the scores of its terms. */
    private static final class WordScorer {
        private final int documents;
        /** Empty until something is found: a query is searched in all languages, but most words exist in only one of them. */
        private int[] best = new int[0];

        private @Nullable PostingsEnum reusable;

        WordScorer(int documents) {
            this.documents = documents;
        }

        /** @param firstDocument the number of the first document of this segment */
        void score(Word word, TermsEnum terms, int firstDocument) throws IOException {
            reusable = null;
            for (var wanted : word.terms()) {
                var bytes = new BytesRef(wanted.term());
                if (!wanted.isPrefix()) {
                    if (terms.seekExact(bytes)) scoreCurrent(terms, firstDocument, wanted.boost());
                } else if (terms.seekCeil(bytes) != TermsEnum.SeekStatus.END)
                    for (var term = terms.term();
                            term != null && StringHelper.startsWith(term, bytes);
                            term = terms.next()) scoreCurrent(terms, firstDocument, wanted.boost());
            }
        }

        private void scoreCurrent(TermsEnum terms, int firstDocument, double boost) throws IOException {
            if (best.length == 0) best = new int[documents];
            int scale = (int) Math.max(1, boost * SCALE);
            var postings = terms.postings(reusable, PostingsEnum.FREQS);
            reusable = postings;
            for (int document = postings.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS;
                    document = postings.nextDoc())
                best[firstDocument + document] = Math.max(best[firstDocument + document], postings.freq() * scale);
        }
    }
}
