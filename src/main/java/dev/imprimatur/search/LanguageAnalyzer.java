// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.Transliterator;
import java.io.Reader;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
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

/**
 * Splits texts of one language into terms. It folds case, width and accents, removes invisible characters, and puts the stem of each word
 * beside the word, by the rules of the language. Symbols that belong to a name stay part of its word ({@code C#}, {@code C++},
 * {@code .NET}).
 */
final class LanguageAnalyzer extends Analyzer {
    /** The kind of text to analyze. */
    enum TextKind {
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
        if (kind == TextKind.TEXT)
            read = new JapanesePartOfSpeechStopFilter(read, JapaneseAnalyzer.getDefaultStopTags());
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
