package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.TermQuery;

/**
 * What a reader typed, as a query. Three of four words must be found, each in any field: as it is or by its stem, as the
 * beginning of a longer word, or with a slip of the finger or two. Built from words alone; there is no syntax to get wrong.
 */
final class Question {
    private static final int LONGEST = 200;
    private static final int MOST_WORDS = 16;
    private static final double MUST_BE_FOUND = 0.75;
    /** What the other fields and ways in which a word is found add to the best of them. */
    private static final float TIE = 0.3f;
    /** Below the score of a word found as it is, however rarely. */
    private static final float AS_BEGINNING = 0.2f;

    private static final float MISSPELT = 0.15f;
    private static final int SHORTEST_BEGINNING = 2;
    private static final int SHORTEST_MISSPELT = 4;
    private static final int TWO_SLIPS_FROM = 8;
    private static final int MOST_EXPANSIONS = 20;

    private Question() {}

    /** The name of a field in the index. */
    static String field(String language, ContentType type, SearchField field) {
        return language + "/" + type.name() + "/" + field.name();
    }

    /** The language of a locale: {@code en} of {@code en-US}. */
    static String language(String locale) {
        int hyphen = locale.indexOf('-');
        return hyphen < 0 ? locale : locale.substring(0, hyphen);
    }

    /** What was asked, or a refusal. */
    static String parse(String text) {
        if (text.isBlank() || text.length() > LONGEST)
            throw Refusal.malformed("q is what to look for, in at most " + LONGEST + " characters", List.of())
                    .raise();
        return text;
    }

    static org.apache.lucene.search.Query query(
            String text, ContentType type, Collection<String> languages, Analyzer words) {
        var any = new DisjunctionMaxQuery(
                languages.stream()
                        .map(language -> query(text, type, language, words))
                        .toList(),
                0);
        return languages.isEmpty() ? new MatchNoDocsQuery("nothing is live") : any;
    }

    private static org.apache.lucene.search.Query query(
            String text, ContentType type, String language, Analyzer analyzer) {
        var asked = words(text, language, analyzer);
        var all = new BooleanQuery.Builder().setMinimumNumberShouldMatch((int) Math.ceil(asked.size() * MUST_BE_FOUND));
        for (var word : asked)
            all.add(
                    new DisjunctionMaxQuery(
                            type.searchFields().stream()
                                    .flatMap(field ->
                                            ways(word, field(language, type, field), (float) field.weight()).stream())
                                    .toList(),
                            TIE),
                    Occur.SHOULD);
        return asked.isEmpty() ? new MatchNoDocsQuery("no words") : all.build();
    }

    private static List<org.apache.lucene.search.Query> ways(List<String> word, String field, float weight) {
        var ways = new ArrayList<org.apache.lucene.search.Query>();
        for (String form : word) ways.add(new BoostQuery(new TermQuery(new Term(field, form)), weight));
        String typed = word.getFirst();
        if (typed.length() >= SHORTEST_BEGINNING)
            ways.add(new BoostQuery(new PrefixQuery(new Term(field, typed)), weight * AS_BEGINNING));
        if (typed.length() >= SHORTEST_MISSPELT)
            ways.add(new BoostQuery(
                    new FuzzyQuery(
                            new Term(field, typed), typed.length() < TWO_SLIPS_FROM ? 1 : 2, 1, MOST_EXPANSIONS, true),
                    weight * MISSPELT));
        return ways;
    }

    /** The words in order, each as it was typed and then by its stem. */
    private static List<List<String>> words(String text, String language, Analyzer analyzer) {
        var words = new ArrayList<List<String>>();
        try (var tokens = analyzer.tokenStream(language + "/", text)) {
            var term = tokens.addAttribute(CharTermAttribute.class);
            var increment = tokens.addAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            while (tokens.incrementToken() && words.size() <= MOST_WORDS) {
                if (increment.getPositionIncrement() > 0) words.add(new ArrayList<>());
                words.getLast().add(term.toString());
            }
            tokens.end();
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
        return words.size() > MOST_WORDS ? words.subList(0, MOST_WORDS) : words;
    }
}
