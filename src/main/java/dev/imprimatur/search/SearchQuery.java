// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.jspecify.annotations.Nullable;

/**
 * A search query as a reader typed it: plain words without any syntax. Three quarters of the words must match a guide, each in any field. A
 * word matches as typed, by its stem, as the beginning of a longer word or of a part of one, or by a synonym; if no published guide has it,
 * it also matches with one or two typing errors. If no guide matches that many words, the guides that match most of them are found. Results
 * depend only on the published documents of an index, never on documents deleted from it.
 */
public final class SearchQuery {
    private static final int LONGEST = 200;
    private static final int MOST_WORDS = 16;
    /** The share of the words that must match. */
    static final float MINIMUM_SHARE = 0.75f;

    /** Checks the text of a query; refuses an empty or too long one. */
    public static String parse(String text) {
        if (text.isBlank())
            throw Refusal.malformed("q is empty; it holds the words to search for", List.of())
                    .raise();
        if (CleanText.length(text) > LONGEST)
            throw Refusal.malformed("q has at most " + LONGEST + " characters", List.of())
                    .raise();
        return text;
    }

    /** The query in each language that published guides have. */
    private final Map<String, LanguageQuery> byLanguage = new LinkedHashMap<>();

    private final ContentType type;
    private final float minimumShare;
    private final boolean isFirstPage;
    private QueryInterpretation interpretation;

    SearchQuery(String text, ContentType type, Collection<String> languages, GuideAnalyzer analyzer, IndexReader index)
            throws IOException {
        this(text, type, languages, analyzer, index, null);
    }

    /**
     * Interprets a query by the words of an index, once for all fields.
     *
     * @param text the query
     * @param before how the query was interpreted for the page before; null for the first page
     */
    SearchQuery(
            String text,
            ContentType type,
            Collection<String> languages,
            GuideAnalyzer analyzer,
            IndexReader index,
            @Nullable QueryInterpretation before)
            throws IOException {
        this.type = type;
        var expanders = new LinkedHashMap<String, QueryExpander>();
        for (String language : languages) {
            String field = TermWeights.wordsField(language, type);
            var terms = MultiTerms.getTerms(index, field);
            if (terms == null) continue;
            var words = analyzer.words(text, language);
            if (words.size() > MOST_WORDS) words = words.subList(0, MOST_WORDS);
            if (words.isEmpty()) continue;
            var dictionary = new TermDictionary(index, field, terms);
            expanders.put(language, new QueryExpander(language, type, analyzer, dictionary, words));
        }
        var published = new HashSet<String>();
        for (var expander : expanders.values()) published.addAll(expander.publishedWords());
        var fallbacks = new LinkedHashMap<String, String>();
        for (var expander : expanders.entrySet()) {
            String language = expander.getKey();
            byLanguage.put(language, expander.getValue().expand(published, before));
            String digits = expander.getValue().fallbackDigits();
            if (!digits.matches("0*")) fallbacks.put(language, digits);
        }
        this.minimumShare = before == null ? MINIMUM_SHARE : before.minimumShare();
        this.isFirstPage = before == null;
        this.interpretation = new QueryInterpretation(minimumShare, fallbacks);
    }

    /** How the query was interpreted; final after {@link #scores}. */
    QueryInterpretation interpretation() {
        return interpretation;
    }

    /** The score of each document of the index: the sum over the words that match; 0 if too few words match. */
    long[] scores(IndexReader index) throws IOException {
        var scores = new long[index.maxDoc()];
        var shares = new float[index.maxDoc()];
        for (var query : byLanguage.entrySet())
            score(query.getValue(), new QueryScorer(index, query.getKey(), type), scores, shares);
        float greatest = greatestShare(index, shares);
        float least = isFirstPage && greatest > 0 ? Math.min(minimumShare, greatest) : minimumShare;
        interpretation = new QueryInterpretation(least, interpretation.fallbacks());
        for (int document = 0; document < scores.length; document++) if (shares[document] < least) scores[document] = 0;
        return scores;
    }

    /** Adds the scores of the documents of one language, and the share of the words that each of them matches. */
    private static void score(LanguageQuery query, QueryScorer scorer, long[] scores, float[] shares)
            throws IOException {
        int[][] wordScores = scorer.wordScores(query);
        if (Arrays.stream(wordScores).allMatch(it -> it.length == 0)) return;
        long[] nameScores = scorer.nameScores(query);
        float counted = query.countedWords();
        for (int document = 0; document < scores.length; document++) {
            int matched = 0;
            int matchedLongerWords = 0;
            long sum = nameScores.length == 0 ? 0 : nameScores[document];
            for (int i = 0; i < wordScores.length; i++) {
                int score = wordScores[i].length == 0 ? 0 : wordScores[i][document];
                if (score == 0) continue;
                sum += score;
                var word = query.words().get(i);
                if (!word.isCounted()) continue;
                matched++;
                if (!word.isCharacter()) matchedLongerWords++;
            }
            if (matched == 0) continue;
            float share = matched / counted;
            shares[document] = share < MINIMUM_SHARE ? matchedLongerWords / counted : share;
            scores[document] = shares[document] > 0 ? sum : 0;
        }
    }

    /** The greatest share of the query's words that a published guide matches. */
    private static float greatestShare(IndexReader index, float[] shares) {
        float greatest = 0;
        for (var leaf : index.leaves()) {
            var live = leaf.reader().getLiveDocs();
            for (int document = 0; document < leaf.reader().maxDoc(); document++)
                if (live == null || live.get(document)) greatest = Math.max(greatest, shares[leaf.docBase + document]);
        }
        return greatest;
    }

    /** The query for highlighting: single terms, in whatever field they are, so that the index need not be searched again. */
    Query highlightQuery() {
        var terms = new BooleanQuery.Builder();
        byLanguage.forEach((language, query) -> query.highlights()
                .forEach(term -> terms.add(
                        new TermQuery(new Term(TermWeights.wordsField(language, type), term)), Occur.SHOULD)));
        return terms.build();
    }
}
