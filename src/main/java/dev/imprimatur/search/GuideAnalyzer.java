// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.Transliterator;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.icu.ICUFoldingFilter;
import org.apache.lucene.analysis.icu.ICUNormalizer2CharFilter;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.analysis.ja.JapaneseBaseFormFilter;
import org.apache.lucene.analysis.ja.JapaneseKatakanaStemFilter;
import org.apache.lucene.analysis.ja.JapanesePartOfSpeechStopFilter;
import org.apache.lucene.analysis.ja.JapaneseTokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.shingle.ShingleFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * The Lucene analyzer of guides and queries. It folds case, width and accents, removes invisible characters, and puts the stem of each word
 * beside the word, by the rules of the language. Symbols that belong to a name stay part of its word ({@code C#}, {@code C++},
 * {@code .NET}). The name of an index field begins with its language and the kind of text ({@code en/name/…}).
 */
final class GuideAnalyzer extends DelegatingAnalyzerWrapper {
    /** The kind of text to analyze. */
    private enum TextKind {
        /** A title: every word, and also two or three words joined, since people write {@code front end} and {@code frontend}. */
        NAME,
        /** Sentences: without stop words. A word with a hyphen is also indexed as one word. */
        TEXT,
        /** A query: every word. */
        QUERY
    }

    /** The longest word in characters; nobody searches for a longer one. */
    private static final int LONGEST = 255;

    private static final int MOST_JOINED = 3;

    private static final Pattern HYPHEN = Pattern.compile("(?<=[\\p{L}\\p{N}])[-\u2010](?=[\\p{L}\\p{N}])");
    private static final Normalizer2 CASE_AND_WIDTH =
            Normalizer2.getInstance(null, "nfkc_cf", Normalizer2.Mode.COMPOSE);

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
                    byFirstStem.computeIfAbsent(phrase.getFirst().stem(), it -> new ArrayList<>())
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
            return analyzers.computeIfAbsent("/", it -> new LanguageAnalyzer(LanguageAnalysis.of(""), TextKind.TEXT));
        return analyzers.computeIfAbsent(
                parts[0] + "/" + parts[1],
                it -> new LanguageAnalyzer(
                        LanguageAnalysis.of(parts[0]),
                        switch (parts[1]) {
                            case "name" -> TextKind.NAME;
                            case "query" -> TextKind.QUERY;
                            default -> TextKind.TEXT;
                        }));
    }

    private static final class LanguageAnalyzer extends Analyzer {
        private final LanguageAnalysis language;
        private final TextKind kind;

        LanguageAnalyzer(LanguageAnalysis language, TextKind kind) {
            this.language = language;
            this.kind = kind;
        }

        @Override
        protected Reader initReader(String fieldName, Reader text) {
            Reader read = new ICUNormalizer2CharFilter(text, CASE_AND_WIDTH);
            read = new MappingCharFilter(
                    language.script() == LanguageAnalysis.Script.CHINESE ? Spellings.CHINESE : Spellings.SYMBOLS, read);
            boolean joins = kind == TextKind.TEXT && language.script() == LanguageAnalysis.Script.ANY;
            return joins ? new PatternReplaceCharFilter(HYPHEN, "_", read) : read;
        }

        @Override
        protected TokenStreamComponents createComponents(String fieldName) {
            Tokenizer tokenizer = switch (language.script()) {
                case ANY -> new ICUTokenizer();
                case CHINESE -> new HMMChineseTokenizer();
                case JAPANESE -> new JapaneseTokenizer(null, true, true, JapaneseTokenizer.Mode.SEARCH);
            };
            TokenStream words = language.apostrophes().apply(tokenizer);
            if (language.script() == LanguageAnalysis.Script.JAPANESE) words = japanese(words);
            words = parts(words);
            if (kind == TextKind.TEXT) words = new StopFilter(words, language.stopWords());
            words = language.spelling().apply(words);
            // not for Japanese, where the marks on letters distinguish words
            if (language.script() == LanguageAnalysis.Script.ANY) words = new ICUFoldingFilter(words);
            words = new LengthFilter(new ASCIIFoldingFilter(words), 1, LONGEST);
            if (kind == TextKind.NAME) words = joined(words);
            words = new RemoveDuplicatesTokenFilter(language.stemming().apply(new KeywordRepeatFilter(words)));
            if (kind == TextKind.NAME && language.shortestPart() > 0)
                words = new CompoundEndFilter(words, language.shortestPart());
            return new TokenStreamComponents(tokenizer, words);
        }

        private TokenStream japanese(TokenStream words) {
            TokenStream read = new JapaneseBaseFormFilter(words);
            if (kind == TextKind.TEXT) read = new JapanesePartOfSpeechStopFilter(read, JapaneseAnalyzer.getDefaultStopTags());
            return new JapaneseKatakanaStemFilter(read);
        }

        /** Splits {@code node.js} into {@code node} and {@code js}; in sentences, {@code nodejs} is added. */
        private TokenStream parts(TokenStream words) {
            int parts = WordDelimiterGraphFilter.GENERATE_WORD_PARTS | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS;
            if (kind != TextKind.TEXT) return new WordDelimiterGraphFilter(words, parts, null);
            return new FlattenGraphFilter(
                    new WordDelimiterGraphFilter(words, parts | WordDelimiterGraphFilter.CATENATE_ALL, null));
        }

        private static TokenStream joined(TokenStream words) {
            var joined = new ShingleFilter(words, 2, MOST_JOINED);
            joined.setTokenSeparator("");
            joined.setFillerToken("");
            return new ShingleMarker(joined);
        }
    }

    /** Character mappings that are applied before a text is split into words. */
    private static final class Spellings {
        /** Mappings of symbols. The text is in lower case already. */
        static final NormalizeCharMap SYMBOLS = symbols().build();

        static final NormalizeCharMap CHINESE = chinese();

        private static NormalizeCharMap.Builder symbols() {
            var map = new NormalizeCharMap.Builder();
            for (char letter = 'a'; letter <= 'z'; letter++) {
                map.add(letter + "#", letter + "sharp");
                map.add(letter + "\u266F", letter + "sharp");
                map.add(letter + "++", letter + "plusplus");
            }
            map.add("c #", "csharp");
            map.add("c ++", "cplusplus");
            map.add(".net", " dotnet");
            return map;
        }

        /** Also maps traditional Chinese characters to simplified ones, which are those that the tokenizer knows. */
        private static NormalizeCharMap chinese() {
            var map = symbols();
            var simplified = Transliterator.getInstance("Traditional-Simplified");
            for (char character = '\u4E00'; character <= '\u9FFF'; character++) {
                String one = String.valueOf(character);
                String other = simplified.transliterate(one);
                if (!other.equals(one) && other.length() == 1) map.add(one, other);
            }
            return map.build();
        }
    }
}
