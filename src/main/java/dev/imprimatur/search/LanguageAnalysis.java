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
 * What the words of a language need.
 *
 * @param stopWords words that say nothing of what a sentence is about
 * @param apostrophes takes off what is written together with a word by an apostrophe: the {@code d} of {@code d'équipe}
 * @param spelling makes two spellings of a word one
 * @param stemming makes the forms of a word one
 * @param shortestPart how many letters a part of a longer word has that is found by itself; 0 in languages that write words apart
 */
record LanguageAnalysis(
        Script script,
        CharArraySet stopWords,
        UnaryOperator<TokenStream> apostrophes,
        UnaryOperator<TokenStream> spelling,
        UnaryOperator<TokenStream> stemming,
        int shortestPart) {
    /** How a text is cut into words. */
    enum Script {
        /** By spaces and punctuation, or by a dictionary where a script has no spaces. */
        ANY,
        CHINESE,
        JAPANESE
    }

    /** Ends of words that are shorter than this are often no words: {@code ber} in {@code Betreiber}. */
    static final int COMPOUND = 4;

    /** One character stands at the end of too many words. */
    static final int CHARACTERS = 2;

    private static final CharArraySet ITALIAN_ELISIONS = new CharArraySet(
            List.of(
                    "l", "all", "dall", "dell", "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl",
                    "sugl", "un", "quell", "quest", "c", "d", "m", "s", "t", "v"),
            true);
    private static final CharArraySet CATALAN_ELISIONS = new CharArraySet(List.of("d", "l", "m", "n", "s", "t"), true);

    /** A language of which nothing else is known. */
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

    /** @param code as locales begin with it: {@code en} */
    static LanguageAnalysis of(String code) {
        return LANGUAGES.getOrDefault(code, PLAIN);
    }

    /** @param stemmer as Snowball names it */
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
