// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * The Lucene analyzer of guides and queries. The name of an index field begins with its language and the kind of its text ({@code en/name/…});
 * both decide which {@link LanguageAnalyzer} is used. This class also splits queries into words, and finds the synonyms of these words.
 */
final class GuideAnalyzer extends DelegatingAnalyzerWrapper {
    private final Map<String, Analyzer> analyzers = new ConcurrentHashMap<>();
    /** The stop words by language, in the form that a query's words have, so without accents. */
    private final Map<String, Set<String>> stopWords = new ConcurrentHashMap<>();

    /** The synonyms by language and content type, then by the stem of the first word of each phrase. */
    private final Map<String, Map<String, List<Synonym>>> synonyms = new ConcurrentHashMap<>();

    GuideAnalyzer() {
        super(PER_FIELD_REUSE_STRATEGY);
    }

    /** Whether the field names what a guide is about: it is short and has at least half of the greatest weight of the type. */
    static boolean isName(ContentType type, SearchField field) {
        return field.isShort() && 2 * field.weight() >= greatestWeight(type);
    }

    /** The greatest weight of all search fields of the type. */
    static double greatestWeight(ContentType type) {
        return type.searchFields().stream()
                .mapToDouble(SearchField::weight)
                .max()
                .orElse(1);
    }

    /**
     * Whether an index field holds names.
     *
     * @param indexField the name of the field in the index
     */
    static boolean isName(String indexField) {
        return indexField.contains("/name/");
    }

    /** The name of a field in the index. */
    static String field(String language, ContentType type, SearchField field) {
        return language + (isName(type, field) ? "/name/" : "/text/") + type.name() + "/" + field.name();
    }

    /** The language of a locale: {@code en} for {@code en-US}. */
    static String language(String locale) {
        int hyphen = locale.indexOf('-');
        return hyphen < 0 ? locale : locale.substring(0, hyphen);
    }

    /**
     * A word of a query.
     *
     * @param forms the word as typed, followed by its stem if the stem differs
     */
    record Word(List<String> forms, boolean isStopWord) {
        String typed() {
            return forms.getFirst();
        }

        String stem() {
            return forms.getLast();
        }
    }

    /** Splits a text into words as a query, in their order. */
    List<Word> words(String text, String language) {
        var languageStopWords = stopWords.computeIfAbsent(
                language,
                it -> LanguageAnalysis.of(language).stopWords().stream()
                        .flatMap(word -> forms(new String((char[]) word), language).stream())
                        .map(List::getFirst)
                        .collect(Collectors.toUnmodifiableSet()));
        return forms(text, language).stream()
                .map(forms -> new Word(forms, languageStopWords.contains(forms.getFirst())))
                .toList();
    }

    /**
     * Synonyms of a phrase in a query.
     *
     * @param phrase the words of the phrase
     * @param others the phrases with the same meaning
     */
    record Synonym(List<Word> phrase, List<List<Word>> others) {
        private boolean isAtTheBeginningOf(List<Word> words) {
            if (words.size() < phrase.size()) return false;
            for (int i = 0; i < phrase.size(); i++)
                if (!phrase.get(i).stem().equals(words.get(i).stem())) return false;
            return true;
        }
    }

    /** The synonyms, for guides of the type, of phrases that these words begin with. */
    List<Synonym> synonyms(ContentType type, String language, List<Word> words) {
        return synonyms
                .computeIfAbsent(language + "/" + type.name(), it -> synonyms(type, language))
                .getOrDefault(words.getFirst().stem(), List.of())
                .stream()
                .filter(synonym -> synonym.isAtTheBeginningOf(words))
                .toList();
    }

    private Map<String, List<Synonym>> synonyms(ContentType type, String language) {
        var byFirstStem = new HashMap<String, List<Synonym>>();
        for (var group : type.synonyms().of(language)) {
            var phrases = group.stream()
                    .map(term -> words(term, language))
                    .filter(phrase -> !phrase.isEmpty())
                    .distinct()
                    .toList();
            for (var phrase : phrases) {
                var others = phrases.stream().filter(it -> !it.equals(phrase)).toList();
                if (!others.isEmpty())
                    byFirstStem
                            .computeIfAbsent(phrase.getFirst().stem(), it -> new ArrayList<>())
                            .add(new Synonym(phrase, others));
            }
        }
        return byFirstStem;
    }

    private List<List<String>> forms(String text, String language) {
        var words = new ArrayList<List<String>>();
        try (var tokens = tokenStream(language + "/query/", text)) {
            var term = tokens.addAttribute(CharTermAttribute.class);
            var increment = tokens.addAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                if (increment.getPositionIncrement() > 0 || words.isEmpty()) words.add(new ArrayList<>());
                words.getLast().add(term.toString());
            }
            tokens.end();
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
        return words;
    }

    @Override
    protected Analyzer getWrappedAnalyzer(String fieldName) {
        String[] parts = fieldName.split("/", 3);
        if (parts.length < 3)
            return analyzers.computeIfAbsent(
                    "/", it -> new LanguageAnalyzer(LanguageAnalysis.of(""), LanguageAnalyzer.TextKind.TEXT));
        return analyzers.computeIfAbsent(
                parts[0] + "/" + parts[1],
                it -> new LanguageAnalyzer(
                        LanguageAnalysis.of(parts[0]),
                        switch (parts[1]) {
                            case "name" -> LanguageAnalyzer.TextKind.NAME;
                            case "query" -> LanguageAnalyzer.TextKind.QUERY;
                            default -> LanguageAnalyzer.TextKind.TEXT;
                        }));
    }
}
