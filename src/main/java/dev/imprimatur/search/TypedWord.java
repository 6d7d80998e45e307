// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.problem.CleanText;
import dev.imprimatur.search.LanguageQuery.BoostedTerm;
import dev.imprimatur.search.LanguageQuery.Word;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A typed word of a query, with the usual terms to look it up by. If they find nothing, a {@link Fallback} can add further terms. */
final class TypedWord {
    private static final double PART_BOOST = 0.6;
    private static final double PREFIX_BOOST = 0.45;
    private static final double PREFIX_OF_PART_BOOST = 0.35;
    /** For example, {@code welder} in a search for {@code welding}. */
    private static final double PREFIX_BY_STEM_BOOST = 0.32;

    /** For example, two of the three characters of a Chinese word. */
    private static final double CHARACTERS_BOOST = 0.2;

    private static final double CORRECTION_BOOST = 0.3;
    private static final double LEAST_SIMILARITY = 0.01;

    private static final int SHORTEST_PREFIX = 2;
    private static final int SHORTEST_JOINED = 4;
    private static final int SHORTEST_STEM = 4;
    private static final int SHORTEST_CORRECTED = 4;
    private static final int SHORTEST_CORRECTED_PART = 6;

    private final TermDictionary dictionary;
    private final int shortestPart;
    private final List<String> forms;
    private final String text;
    /** The number of characters. */
    private final int length;

    private final boolean isCounted;
    private final boolean isPart;
    private final boolean isPublished;
    private final List<BoostedTerm> terms;
    private final List<String> highlights = new ArrayList<>();

    /**
     * Looks up the word.
     *
     * @param shortestPart see {@link LanguageAnalysis#shortestPart()}
     * @param forms the word as typed, followed by its stem if the stem differs
     * @param isCounted see {@link Word#isCounted()}
     */
    TypedWord(TermDictionary dictionary, int shortestPart, List<String> forms, boolean isCounted) throws IOException {
        this.dictionary = dictionary;
        this.shortestPart = shortestPart;
        this.forms = forms;
        this.text = forms.getFirst();
        this.length = CleanText.length(text);
        this.isCounted = isCounted;
        this.terms = new ArrayList<>(Word.boostedTerms(forms));
        int shortest = CompoundEndFilter.shortest(text, shortestPart);
        this.isPart = shortest > 0 && length >= shortest;
        if (!isCounted) {
            this.isPublished = true;
            return;
        }
        if (length >= (isWrittenWithoutSpaces() ? 1 : SHORTEST_PREFIX))
            addPrefix(text, PREFIX_BOOST, terms, highlights);
        if (isPart) {
            terms.add(new BoostedTerm(CompoundEndFilter.MARK + text, false, PART_BOOST));
            addPrefix(CompoundEndFilter.MARK + text, PREFIX_OF_PART_BOOST, terms, highlights);
        }
        this.isPublished = !highlights.isEmpty() || dictionary.hasAny(Word.terms(forms));
        String stem = forms.getLast();
        if (stem.equals(text) || stem.length() < SHORTEST_STEM) return;
        // does not affect isPublished: a word of which only the stem begins other words may still be a typing error
        addPrefix(stem, PREFIX_BY_STEM_BOOST, terms, highlights);
        if (isPart) addPrefix(CompoundEndFilter.MARK + stem, PREFIX_OF_PART_BOOST, terms, highlights);
    }

    String text() {
        return text;
    }

    /** Whether a published guide has the word, so that it needs no fallback; also true for a word that is not counted. */
    boolean isPublished() {
        return isPublished;
    }

    private boolean isWrittenWithoutSpaces() {
        return CompoundEndFilter.shortest(text, shortestPart) == LanguageAnalysis.CHARACTERS;
    }

    /** The first fallback that finds something; {@code NONE} if none does. */
    Fallback firstUsefulFallback() throws IOException {
        for (var fallback : Fallback.values()) {
            var found = new ArrayList<String>();
            addTerms(fallback, new ArrayList<>(), found);
            if (!found.isEmpty()) return fallback;
        }
        return Fallback.NONE;
    }

    /** Returns the word with its usual terms and those of the fallback. */
    Word with(Fallback fallback) throws IOException {
        var allTerms = new ArrayList<>(terms);
        var allHighlights = new ArrayList<>(highlights);
        addTerms(fallback, allTerms, allHighlights);
        allHighlights.addAll(Word.terms(forms));
        return new Word(isCounted, isCounted && length == 1, allTerms, allHighlights);
    }

    private void addTerms(Fallback fallback, List<BoostedTerm> to, List<String> highlighted) throws IOException {
        switch (fallback) {
            case NONE -> {}
            case JOINED_WORDS -> {
                if (length >= SHORTEST_JOINED) addPrefix(ShingleMarker.MARK + text, PREFIX_BOOST, to, highlighted);
            }
            case CHARACTER_PAIRS -> {
                for (int at = 0; isWrittenWithoutSpaces() && at + LanguageAnalysis.CHARACTERS < length; at++) {
                    int from = text.offsetByCodePoints(0, at);
                    String pair = text.substring(from, text.offsetByCodePoints(from, LanguageAnalysis.CHARACTERS));
                    addPrefix(pair, CHARACTERS_BOOST, to, highlighted);
                    addPrefix(CompoundEndFilter.MARK + pair, CHARACTERS_BOOST, to, highlighted);
                }
            }
            case TYPING_ERRORS -> {
                if (length < SHORTEST_CORRECTED) return;
                for (var correction : dictionary.similarTo(text, isPart && length >= SHORTEST_CORRECTED_PART)) {
                    double boost = CORRECTION_BOOST * Math.max(correction.similarity(), LEAST_SIMILARITY);
                    to.add(new BoostedTerm(correction.term(), false, boost));
                    highlighted.add(correction.term());
                }
            }
        }
    }

    private void addPrefix(String prefix, double boost, List<BoostedTerm> to, List<String> highlighted)
            throws IOException {
        var completions = dictionary.startingWith(prefix);
        if (completions.isEmpty()) return;
        to.add(new BoostedTerm(prefix, true, boost));
        highlighted.addAll(completions);
    }
}
