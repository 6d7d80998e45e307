// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;

/**
 * The weight of each word of one guide, over all its fields. It is calculated when the guide is indexed, so that a search reads one number
 * for each word instead of combining fields. Lucene stores the weight as the term frequency. The weight depends on this guide alone, so
 * that a guide published while a site reads pages changes the rank of no other guide. A word in a name weighs more than a word in texts
 * ever can.
 */
final class TermWeights {
    /** The weight of the only word of a name, in the field with the greatest weight of the type. */
    private static final int IN_A_NAME = 10_000;

    /** The share of {@link #IN_A_NAME} that a name field of weight 0 would give; the rest grows with the weight of the field. */
    private static final double ANY_NAME = 0.8;
    /** How much each further word of a name lowers the weight of its words. */
    private static final double LENGTH = 0.03;

    /** The upper limit for words in texts, which frequent words in heavy fields come close to. */
    private static final int IN_TEXTS = 3_000;

    private static final double HALF_OF_IT = 0.5;
    /** The share of its weight in texts that is added to a word that is also in a name. */
    private static final double BESIDE_A_NAME = 0.1;

    private static final double SATURATION = 1.2;
    /** How much fields other than the best one add to the weight of a word in texts. */
    private static final double TIE = 0.3;

    private static final FieldType TYPE = new FieldType();

    static {
        TYPE.setTokenized(true);
        TYPE.setOmitNorms(true);
        TYPE.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        TYPE.freeze();
    }

    /**
     * The weight of a word before scaling. All three numbers are relative to the heaviest field of the type.
     *
     * @param name the greatest weight in a name; 0 if no name has the word
     * @param best the greatest weight in a text
     * @param sum the sum of the weights in texts
     */
    private record Weight(double name, double best, double sum) {
        static Weight inAName(double share) {
            return new Weight(share, 0, 0);
        }

        static Weight inAText(double share) {
            return new Weight(0, share, share);
        }

        Weight and(Weight other) {
            return new Weight(Math.max(name, other.name), Math.max(best, other.best), sum + other.sum);
        }

        int scaled() {
            double all = best + TIE * (sum - best);
            double inTexts = IN_TEXTS * all / (all + HALF_OF_IT);
            return Math.max(1, (int) Math.round(name == 0 ? inTexts : IN_A_NAME * name + BESIDE_A_NAME * inTexts));
        }
    }

    private final String language;
    private final ContentType type;
    private final GuideAnalyzer words;
    private final double greatestWeight;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    TermWeights(String language, ContentType type, GuideAnalyzer words) {
        this.language = language;
        this.type = type;
        this.words = words;
        this.greatestWeight = GuideAnalyzer.greatestWeight(type);
    }

    /**
     * Adds the words of a field.
     *
     * @param tokens the tokens of the text, analyzed for this field; consumed to their end
     */
    void add(SearchField field, String text, TokenStream tokens) {
        var counts = new HashMap<String, Integer>();
        int length = 0;
        try {
            var word = tokens.addAttribute(CharTermAttribute.class);
            var increment = tokens.addAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                counts.merge(word.toString(), 1, Integer::sum);
                length += increment.getPositionIncrement();
            }
            tokens.end();
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
        boolean isName = GuideAnalyzer.isName(type, field);
        double share = field.weight() / greatestWeight;
        double inAName = (ANY_NAME + (1 - ANY_NAME) * share) / (1 + LENGTH * (length - 1));
        counts.forEach((word, count) -> weights.merge(
                word,
                isName ? Weight.inAName(inAName) : Weight.inAText(share * count / (count + SATURATION)),
                Weight::and));
        if (isName) names.addAll(nameTerms(words.words(text, language)).toList());
    }

    /** The index field that holds every word of a guide, with its weight. */
    static String wordsField(String language, ContentType type) {
        return language + "/words/" + type.name();
    }

    /** The index field that holds the whole names of a guide. */
    static String namesField(String language, ContentType type) {
        return language + "/whole/" + type.name();
    }

    /** A whole name as one term of its words as written; names that differ only in spaces and hyphens have the same term. */
    static String nameTerm(List<GuideAnalyzer.Word> name) {
        var nameTerm = new StringBuilder();
        for (var word : name) nameTerm.append(word.typed());
        return nameTerm.toString();
    }

    /** A whole name as one term of the stems of its words; a mark makes it differ from every term of {@link #nameTerm}. */
    static String nameTermByStems(List<GuideAnalyzer.Word> name) {
        var nameTerm = new StringBuilder().append(CompoundEndFilter.MARK);
        for (var word : name) nameTerm.append(word.stem());
        return nameTerm.toString();
    }

    private static Stream<String> nameTerms(List<GuideAnalyzer.Word> name) {
        return name.isEmpty() ? Stream.of() : Stream.of(nameTerm(name), nameTermByStems(name));
    }

    /** The index fields that a search of this guide reads. */
    Stream<Field> fields() {
        return Stream.concat(
                Stream.of(new Field(wordsField(language, type), new WeightedTokens(weights), TYPE)),
                names.stream().map(name -> new StringField(namesField(language, type), name, Field.Store.NO)));
    }

    private static final class WeightedTokens extends TokenStream {
        private final CharTermAttribute word = addAttribute(CharTermAttribute.class);
        private final TermFrequencyAttribute weight = addAttribute(TermFrequencyAttribute.class);
        private final Iterator<Map.Entry<String, Weight>> rest;

        WeightedTokens(Map<String, Weight> weights) {
            this.rest = weights.entrySet().iterator();
        }

        @Override
        public boolean incrementToken() {
            if (!rest.hasNext()) return false;
            clearAttributes();
            var next = rest.next();
            word.append(next.getKey());
            weight.setTermFrequency(next.getValue().scaled());
            return true;
        }
    }
}
