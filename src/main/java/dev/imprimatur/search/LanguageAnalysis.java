// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.cz.CzechAnalyzer;
import org.apache.lucene.analysis.cz.CzechStemFilter;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.de.GermanNormalizationFilter;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.et.EstonianAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ScandinavianFoldingFilter;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;
import org.apache.lucene.analysis.util.ElisionFilter;

/**
 * The rules by which the words of a language are analyzed.
 *
 * @param script how a text is split into words
 * @param stopWords words without a meaning of their own, such as articles
 * @param apostrophes removes what an apostrophe joins to a word: the {@code d} of {@code d'équipe}
 * @param spelling maps alternative spellings of a word to one
 * @param stemming maps the forms of a word to one stem
 * @param shortestPart the least number of letters of a part of a compound that is found by itself; 0 for languages that write compounds
 *     apart
 */
record LanguageAnalysis(
        Script script,
        CharArraySet stopWords,
        UnaryOperator<TokenStream> apostrophes,
        UnaryOperator<TokenStream> spelling,
        UnaryOperator<TokenStream> stemming,
        int shortestPart) {
    /** How a text is split into words. */
    enum Script {
        /** At spaces and punctuation; by a dictionary where a script has no spaces. */
        ANY,
        CHINESE,
        JAPANESE
    }

    /**
     * The least length of a part in languages with compounds; shorter ends of words are often no words: {@code ber} in {@code Betreiber}.
     */
    static final int COMPOUND = 4;

    /** The least length of a part in languages that are written without spaces; a single character ends too many words. */
    static final int CHARACTERS = 2;

    private static final CharArraySet ITALIAN_ELISIONS = new CharArraySet(
            List.of(
                    "l", "all", "dall", "dell", "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl",
                    "sugl", "un", "quell", "quest", "c", "d", "m", "s", "t", "v"),
            true);
    private static final CharArraySet CATALAN_ELISIONS = new CharArraySet(List.of("d", "l", "m", "n", "s", "t"), true);

    /** The rules for a language without special support. */
    private static final LanguageAnalysis PLAIN = new LanguageAnalysis(
            Script.ANY,
            CharArraySet.EMPTY_SET,
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            0);

    private static final Map<String, LanguageAnalysis> LANGUAGES = Map.ofEntries(
            Map.entry(
                    "ar", stemmed("Arabic", ArabicAnalyzer.getDefaultStopSet()).spelt(ArabicNormalizationFilter::new)),
            Map.entry(
                    "ca",
                    stemmed("Catalan", CatalanAnalyzer.getDefaultStopSet())
                            .apart(words -> new ElisionFilter(words, CATALAN_ELISIONS))),
            Map.entry("cs", PLAIN.without(CzechAnalyzer.getDefaultStopSet()).stemmed(CzechStemFilter::new)),
            Map.entry("da", scandinavian("Danish", DanishAnalyzer.getDefaultStopSet())),
            Map.entry(
                    "de",
                    stemmed("German", GermanAnalyzer.getDefaultStopSet())
                            .spelt(GermanNormalizationFilter::new)
                            .compounding(COMPOUND)),
            Map.entry("el", stemmed("Greek", GreekAnalyzer.getDefaultStopSet())),
            Map.entry(
                    "en",
                    stemmed("English", EnglishAnalyzer.getDefaultStopSet()).apart(EnglishPossessiveFilter::new)),
            Map.entry("es", stemmed("Spanish", SpanishAnalyzer.getDefaultStopSet())),
            Map.entry(
                    "et",
                    stemmed("Estonian", EstonianAnalyzer.getDefaultStopSet()).compounding(COMPOUND)),
            Map.entry(
                    "fi",
                    stemmed("Finnish", FinnishAnalyzer.getDefaultStopSet()).compounding(COMPOUND)),
            Map.entry(
                    "fr",
                    stemmed("French", FrenchAnalyzer.getDefaultStopSet())
                            .apart(words -> new ElisionFilter(words, FrenchAnalyzer.DEFAULT_ARTICLES))),
            Map.entry("hi", stemmed("Hindi", HindiAnalyzer.getDefaultStopSet())),
            Map.entry(
                    "hu",
                    stemmed("Hungarian", HungarianAnalyzer.getDefaultStopSet()).compounding(COMPOUND)),
            Map.entry(
                    "it",
                    stemmed("Italian", ItalianAnalyzer.getDefaultStopSet())
                            .apart(words -> new ElisionFilter(words, ITALIAN_ELISIONS))),
            Map.entry("ja", written(Script.JAPANESE, JapaneseAnalyzer.getDefaultStopSet())),
            Map.entry("ko", PLAIN.compounding(CHARACTERS)),
            Map.entry("nb", scandinavian("Norwegian", NorwegianAnalyzer.getDefaultStopSet())),
            Map.entry("nl", stemmed("Dutch", DutchAnalyzer.getDefaultStopSet()).compounding(COMPOUND)),
            Map.entry("nn", scandinavian("Norwegian", NorwegianAnalyzer.getDefaultStopSet())),
            Map.entry("no", scandinavian("Norwegian", NorwegianAnalyzer.getDefaultStopSet())),
            Map.entry("pt", stemmed("Portuguese", PortugueseAnalyzer.getDefaultStopSet())),
            Map.entry("ro", stemmed("Romanian", RomanianAnalyzer.getDefaultStopSet())),
            Map.entry("ru", stemmed("Russian", RussianAnalyzer.getDefaultStopSet())),
            Map.entry("sv", scandinavian("Swedish", SwedishAnalyzer.getDefaultStopSet())),
            Map.entry("th", PLAIN.compounding(CHARACTERS)),
            Map.entry("tr", stemmed("Turkish", TurkishAnalyzer.getDefaultStopSet())),
            Map.entry("zh", written(Script.CHINESE, SmartChineseAnalyzer.getDefaultStopSet())));

    /**
     * Returns the rules of a language; the plain ones if the language is not supported.
     *
     * @param code the language code that begins a locale: {@code en}
     */
    static LanguageAnalysis of(String code) {
        return LANGUAGES.getOrDefault(code, PLAIN);
    }

    /** @param stemmer the name of the stemmer in Snowball */
    private static LanguageAnalysis stemmed(String stemmer, CharArraySet stopWords) {
        return PLAIN.without(stopWords).stemmed(words -> new SnowballFilter(words, stemmer));
    }

    private static LanguageAnalysis scandinavian(String stemmer, CharArraySet stopWords) {
        return stemmed(stemmer, stopWords).spelt(ScandinavianFoldingFilter::new).compounding(COMPOUND);
    }

    private static LanguageAnalysis written(Script script, CharArraySet stopWords) {
        return new LanguageAnalysis(
                script,
                stopWords,
                UnaryOperator.identity(),
                UnaryOperator.identity(),
                UnaryOperator.identity(),
                CHARACTERS);
    }

    private LanguageAnalysis without(CharArraySet words) {
        return new LanguageAnalysis(script, words, apostrophes, spelling, stemming, shortestPart);
    }

    private LanguageAnalysis apart(UnaryOperator<TokenStream> filter) {
        return new LanguageAnalysis(script, stopWords, filter, spelling, stemming, shortestPart);
    }

    private LanguageAnalysis spelt(UnaryOperator<TokenStream> filter) {
        return new LanguageAnalysis(script, stopWords, apostrophes, filter, stemming, shortestPart);
    }

    private LanguageAnalysis stemmed(UnaryOperator<TokenStream> filter) {
        return new LanguageAnalysis(script, stopWords, apostrophes, spelling, filter, shortestPart);
    }

    private LanguageAnalysis compounding(int shortest) {
        return new LanguageAnalysis(script, stopWords, apostrophes, spelling, stemming, shortest);
    }
}
