// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BoostAttribute;
import org.apache.lucene.search.FuzzyTermsEnum;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/** Looks up terms among those that published guides have in a field: as they are, by their beginning, or by their similarity. */
final class TermDictionary {
    private static final int MOST_SCANNED = 500;
    /** All terms with a prefix match a query, but only the most frequent ones are highlighted: at most this many. */
    private static final int MOST_COMPLETIONS = 8;

    private static final int MOST_CORRECTIONS = 10;
    private static final int TWO_ERRORS_FROM = 6;
    /** The number of letters at the beginning that must match exactly. */
    private static final int EXACT_PREFIX = 1;

    private final Terms terms;
    private final LiveTerms live;

    /**
     * Opens the dictionary.
     *
     * @param terms all terms of the field, including those that only deleted documents have
     */
    TermDictionary(IndexReader index, String field, Terms terms) throws IOException {
        this.terms = terms;
        this.live = new LiveTerms(index, field);
    }

    /** Whether a published guide has at least one of these terms. */
    boolean hasAny(List<String> words) throws IOException {
        for (String word : words) if (live.has(new BytesRef(word))) return true;
        return false;
    }

    /** Returns terms that begin with the prefix, the most frequent first. The list is empty only if there is none. */
    List<String> startingWith(String prefix) throws IOException {
        record Completion(String term, int guides) {}
        var beginning = new BytesRef(prefix);
        var all = terms.iterator();
        var found = new ArrayList<BytesRef>();
        if (all.seekCeil(beginning) == TermsEnum.SeekStatus.END) return List.of();
        for (var term = all.term();
                term != null && StringHelper.startsWith(term, beginning) && found.size() < MOST_SCANNED;
                term = all.next()) if (live.has(term)) found.add(BytesRef.deepCopyOf(term));
        var completions = new ArrayList<Completion>();
        for (var term : found)
            completions.add(
                    new Completion(term.utf8ToString(), found.size() <= MOST_COMPLETIONS ? 1 : live.guides(term)));
        return completions.stream()
                .sorted(Comparator.comparingInt(Completion::guides).reversed().thenComparing(Completion::term))
                .limit(MOST_COMPLETIONS)
                .map(Completion::term)
                .toList();
    }

    /**
     * A term that differs from a typed word by a typing error.
     *
     * @param similarity the similarity of both; 1 for the same word
     */
    record Correction(String term, float similarity) {}

    /**
     * Returns the terms that are most similar to the word, among words and joined words.
     *
     * @param inParts whether to look also among the ends of compounds
     */
    List<Correction> similarTo(String word, boolean inParts) throws IOException {
        var found = new ArrayList<Correction>();
        addSimilar(word, "", found);
        addSimilar(word, String.valueOf(ShingleMarker.MARK), found);
        if (inParts) addSimilar(word, String.valueOf(CompoundEndFilter.MARK), found);
        found.sort(Comparator.comparingDouble(Correction::similarity).reversed().thenComparing(Correction::term));
        return found.size() > MOST_CORRECTIONS ? List.copyOf(found.subList(0, MOST_CORRECTIONS)) : found;
    }

    private void addSimilar(String word, String mark, List<Correction> found) throws IOException {
        int mostErrors = word.length() < TWO_ERRORS_FROM ? 1 : 2;
        var similar =
                new FuzzyTermsEnum(terms, new Term("", mark + word), mostErrors, mark.length() + EXACT_PREFIX, true);
        var similarity = similar.attributes().addAttribute(BoostAttribute.class);
        for (var term = similar.next(); term != null; term = similar.next())
            if (live.has(term)) found.add(new Correction(term.utf8ToString(), similarity.getBoost()));
    }
}
