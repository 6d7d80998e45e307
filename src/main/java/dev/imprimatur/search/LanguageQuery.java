// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A query in one language, expressed in terms of the index.
 *
 * @param words the typed words
 * @param alternatives words that can replace some of the typed words
 * @param names terms of whole names, each with the score of a guide that has the name
 */
record LanguageQuery(List<Word> words, List<Alternative> alternatives, Map<String, Long> names) {
    private static final double STEM_BOOST = 0.8;

    /**
     * A word of the query.
     *
     * @param isCounted whether the word counts among the words of which a guide must match a share; stop words usually do not
     * @param isCharacter whether it is a single character; such words do not count when fewer words match than must
     * @param terms the terms by which the word is found; for each guide, the one with the greatest score counts
     * @param highlights the terms of published guides to highlight for the word
     */
    record Word(boolean isCounted, boolean isCharacter, List<BoostedTerm> terms, List<String> highlights) {
        /**
         * A word that matches as typed or by its stem.
         *
         * @param forms the word as typed, followed by its stem if the stem differs
         */
        static Word of(List<String> forms) {
            return new Word(true, false, boostedTerms(forms), terms(forms));
        }

        static List<BoostedTerm> boostedTerms(List<String> forms) {
            return allTerms(forms)
                    .map(term -> new BoostedTerm(term, false, term.endsWith(forms.getFirst()) ? 1 : STEM_BOOST))
                    .toList();
        }

        static List<String> terms(List<String> forms) {
            return allTerms(forms).toList();
        }

        /** Each form, and the term that the same form has when two words of a name are joined. */
        private static Stream<String> allTerms(List<String> forms) {
            return forms.stream().flatMap(form -> Stream.of(form, ShingleMarker.MARK + form));
        }
    }

    /**
     * A term of the index, or a prefix of terms.
     *
     * @param boost the share of the term's weight that counts; greater than 0 and at most 1
     */
    record BoostedTerm(String term, boolean isPrefix, double boost) {}

    /**
     * Words that can replace a range of the typed words: if all of them match a guide, each typed word of the range counts as matched.
     *
     * @param from the index of the first typed word of the range
     * @param to the index after the last typed word of the range
     */
    record Alternative(int from, int to, List<Word> words) {}

    long countedWords() {
        return words.stream().filter(Word::isCounted).count();
    }

    /** The terms to highlight in the guides found. */
    Stream<String> highlights() {
        return Stream.concat(words.stream(), alternatives.stream().flatMap(it -> it.words().stream()))
                .flatMap(word -> word.highlights().stream())
                .distinct();
    }
}
