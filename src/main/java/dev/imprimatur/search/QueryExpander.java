// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.search.LanguageQuery.Alternative;
import dev.imprimatur.search.LanguageQuery.Word;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Expands the typed words of a query, in one language, to the terms of the index that they can match. */
final class QueryExpander {
    /** The score for a guide whose name equals the query, greater than all words together can score. */
    private static final long SAME_NAME = 4_000_000_000L;

    private static final long SAME_NAME_BY_STEMS = 2_000_000_000L;
    /** Divided among several synonyms: the first scores most. */
    private static final long SAME_NAME_BY_SYNONYM = 1_000_000_000L;

    /** The number of adjacent words that are also looked up as one word. */
    private static final int MOST_JOINED = 3;

    private final String language;
    private final ContentType type;
    private final GuideAnalyzer analyzer;
    private final TermDictionary dictionary;
    private final List<GuideAnalyzer.Word> analyzed;
    private final List<TypedWord> words = new ArrayList<>();
    private final StringBuilder fallbacks = new StringBuilder();

    QueryExpander(
            String language,
            ContentType type,
            GuideAnalyzer analyzer,
            TermDictionary dictionary,
            List<GuideAnalyzer.Word> analyzed)
            throws IOException {
        this.language = language;
        this.type = type;
        this.analyzer = analyzer;
        this.dictionary = dictionary;
        this.analyzed = analyzed;
        int shortestPart = LanguageAnalysis.of(language).shortestPart();
        boolean onlyStopWords = analyzed.stream().allMatch(GuideAnalyzer.Word::isStopWord);
        for (var word : analyzed)
            words.add(new TypedWord(dictionary, shortestPart, word.forms(), onlyStopWords || !word.isStopWord()));
    }

    /**
     * The typed words that a published guide has, each as the word itself and as its index in the query. The index is needed because
     * another language can spell the same word differently.
     */
    List<String> publishedWords() {
        var published = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++)
            if (words.get(i).isPublished()) {
                published.add(words.get(i).text());
                published.add(indexInQuery(i));
            }
        return published;
    }

    private String indexInQuery(int word) {
        return word + "/" + words.size();
    }

    /** The digit of each word's fallback, as {@link QueryInterpretation#fallbacks} keeps them; empty before {@link #expand}. */
    String fallbackDigits() {
        return fallbacks.toString();
    }

    /**
     * Returns the query in this language.
     *
     * @param published the results of {@link #publishedWords()} in all languages; these words need no fallback
     * @param before how the query was interpreted for the page before; null for the first page
     */
    LanguageQuery expand(Set<String> published, @Nullable QueryInterpretation before) throws IOException {
        var expanded = new ArrayList<Word>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            var fallback = before != null
                    ? before.fallback(language, i)
                    : published.contains(word.text()) || published.contains(indexInQuery(i))
                            ? Fallback.NONE
                            : word.firstUsefulFallback();
            fallbacks.append(fallback.digit());
            expanded.add(word.with(fallback));
        }
        var names = new LinkedHashMap<String, Long>();
        names.put(TermWeights.nameTerm(analyzed), SAME_NAME);
        names.put(TermWeights.nameTermByStems(analyzed), SAME_NAME_BY_STEMS);
        var alternatives = new ArrayList<Alternative>();
        for (int from = 0; from < analyzed.size(); from++) {
            for (int to = from + 2; to <= Math.min(analyzed.size(), from + MOST_JOINED); to++)
                addJoined(from, to, alternatives);
            addSynonyms(from, alternatives, names);
        }
        return new LanguageQuery(expanded, alternatives, names);
    }

    /** Adds {@code frontend} as an alternative of {@code front end}, if a published guide has it. */
    private void addJoined(int from, int to, List<Alternative> alternatives) throws IOException {
        var first = new StringBuilder();
        for (var word : analyzed.subList(from, to - 1)) first.append(word.typed());
        var forms =
                analyzed.get(to - 1).forms().stream().map(form -> first + form).toList();
        if (dictionary.hasAny(Word.terms(forms))) alternatives.add(new Alternative(from, to, List.of(Word.of(forms))));
    }

    /** Adds the synonyms of the phrases that begin with a word; a synonym of the whole query is a name, too. */
    private void addSynonyms(int from, List<Alternative> alternatives, Map<String, Long> names) {
        for (var synonym : analyzer.synonyms(type, language, analyzed.subList(from, analyzed.size())))
            for (var phrase : synonym.others()) {
                int to = from + synonym.phrase().size();
                alternatives.add(new Alternative(
                        from,
                        to,
                        phrase.stream().map(word -> Word.of(word.forms())).toList()));
                if (to - from == analyzed.size())
                    names.putIfAbsent(TermWeights.nameTerm(phrase), SAME_NAME_BY_SYNONYM / names.size());
            }
    }
}
