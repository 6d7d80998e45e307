package dev.imprimatur.delivery;

import java.io.Reader;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.jspecify.annotations.Nullable;

/**
 * How text becomes the words that a search compares: lower case, without accents and without what is not seen within a word, each word beside its stem in the language of
 * the field. A field's name begins with its language ({@code en/…}); a language without a stemmer is searched word by word.
 */
final class Words extends DelegatingAnalyzerWrapper {
    /** @param stemmer as Snowball names it */
    private record Language(String stemmer, CharArraySet stopWords) {}

    private static final Map<String, Language> LANGUAGES = Map.ofEntries(
            Map.entry("da", new Language("Danish", DanishAnalyzer.getDefaultStopSet())),
            Map.entry("de", new Language("German", GermanAnalyzer.getDefaultStopSet())),
            Map.entry("en", new Language("English", EnglishAnalyzer.getDefaultStopSet())),
            Map.entry("es", new Language("Spanish", SpanishAnalyzer.getDefaultStopSet())),
            Map.entry("fi", new Language("Finnish", FinnishAnalyzer.getDefaultStopSet())),
            Map.entry("fr", new Language("French", FrenchAnalyzer.getDefaultStopSet())),
            Map.entry("it", new Language("Italian", ItalianAnalyzer.getDefaultStopSet())),
            Map.entry("nl", new Language("Dutch", DutchAnalyzer.getDefaultStopSet())),
            Map.entry("no", new Language("Norwegian", NorwegianAnalyzer.getDefaultStopSet())),
            Map.entry("pt", new Language("Portuguese", PortugueseAnalyzer.getDefaultStopSet())),
            Map.entry("sv", new Language("Swedish", SwedishAnalyzer.getDefaultStopSet())));
    private static final Analyzer PLAIN = new OneLanguage(null);
    private static final Map<String, Analyzer> ANALYZERS = LANGUAGES.entrySet().stream()
            .collect(java.util.stream.Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, it -> new OneLanguage(it.getValue())));

    /** What may stand within a word and is not seen: it says where a line may break, or how letters are joined. */
    private static final NormalizeCharMap UNSEEN = unseen();

    private static NormalizeCharMap unseen() {
        var map = new NormalizeCharMap.Builder();
        for (String unseen : List.of("\u00AD", "\u034F", "\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF"))
            map.add(unseen, "");
        return map.build();
    }

    Words() {
        super(PER_FIELD_REUSE_STRATEGY);
    }

    @Override
    protected Analyzer getWrappedAnalyzer(String fieldName) {
        int slash = fieldName.indexOf('/');
        return ANALYZERS.getOrDefault(slash < 0 ? "" : fieldName.substring(0, slash), PLAIN);
    }

    private static final class OneLanguage extends Analyzer {
        private final @Nullable Language language;

        OneLanguage(@Nullable Language language) {
            this.language = language;
        }

        @Override
        protected Reader initReader(String fieldName, Reader text) {
            return new MappingCharFilter(UNSEEN, text);
        }

        @Override
        protected Reader initReaderForNormalization(@Nullable String fieldName, Reader text) {
            return new MappingCharFilter(UNSEEN, text);
        }

        @Override
        protected TokenStreamComponents createComponents(String fieldName) {
            var tokenizer = new StandardTokenizer();
            TokenStream words = new LowerCaseFilter(tokenizer);
            if (language != null) words = new StopFilter(words, language.stopWords());
            words = new ASCIIFoldingFilter(words);
            if (language != null)
                words = new RemoveDuplicatesTokenFilter(
                        new SnowballFilter(new KeywordRepeatFilter(words), language.stemmer()));
            return new TokenStreamComponents(tokenizer, words);
        }

        @Override
        protected TokenStream normalize(String fieldName, TokenStream in) {
            return new ASCIIFoldingFilter(new LowerCaseFilter(in));
        }
    }
}
