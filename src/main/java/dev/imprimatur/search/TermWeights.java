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
 * How much each word of one guide counts, in whatever field it stands: worked out when the guide is indexed, so that a search reads
 * one number for each word instead of looking field by field. It stands in the index in the place of the word's frequency, and
 * depends on the guide alone, so that a guide published while a site pages moves no other one. A word of a name counts more than all
 * that texts can add.
 */
final class TermWeights {
    /** What a word of the heaviest name weighs, if the name has no other. */
    private static final int IN_A_NAME = 10_000;

    /** Of that, what a name of no weight would have. */
    private static final double ANY_NAME = 0.8;
    /** How much less each further word makes of a name's words. */
    private static final double LENGTH = 0.03;

    /** What words in texts come near to, the more often and the heavier they are. */
    private static final int IN_TEXTS = 3_000;

    private static final double HALF_OF_IT = 0.5;
    /** What texts add to a word that a name has. */
    private static final double BESIDE_A_NAME = 0.1;

    private static final double SATURATION = 1.2;
    /** What the other fields that a word is found in add to the best of them. */
    private static final double TIE = 0.3;

    private static final FieldType TYPE = new FieldType();

    static {
        TYPE.setTokenized(true);
        TYPE.setOmitNorms(true);
        TYPE.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        TYPE.freeze();
    }

    /** @param best what the word weighs in the text where it weighs most; of the heaviest field, as all three */
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

        int steps() {
            double all = best + TIE * (sum - best);
            double inTexts = IN_TEXTS * all / (all + HALF_OF_IT);
            return Math.max(1, (int) Math.round(name == 0 ? inTexts : IN_A_NAME * name + BESIDE_A_NAME * inTexts));
        }
    }

    private final String language;
    private final ContentType type;
    private final GuideAnalyzer words;
    private final double heaviest;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    TermWeights(String language, ContentType type, GuideAnalyzer words) {
        this.language = language;
        this.type = type;
        this.words = words;
        this.heaviest = GuideAnalyzer.heaviest(type);
    }

    /**
     * Counts the words of a field.
     *
     * @param tokens of the text as the field is read; left at their end
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
        double share = field.weight() / heaviest;
        double inAName = (ANY_NAME + (1 - ANY_NAME) * share) / (1 + LENGTH * (length - 1));
        counts.forEach((word, count) -> weights.merge(
                word,
                isName ? Weight.inAName(inAName) : Weight.inAText(share * count / (count + SATURATION)),
                Weight::and));
        if (isName) names.addAll(wholes(words.words(text, language)).toList());
    }

    /** The field that holds every word of a guide, with its weight. */
    static String everything(String language, ContentType type) {
        return language + "/words/" + type.name();
    }

    /** The field that holds the guide's names as wholes. */
    static String names(String language, ContentType type) {
        return language + "/whole/" + type.name();
    }

    /** A name as one term, as it is written; two names that differ in spaces and hyphens have the same one. */
    static String whole(List<GuideAnalyzer.Word> name) {
        var whole = new StringBuilder();
        for (var word : name) whole.append(word.typed());
        return whole.toString();
    }

    /** The same, by the stems of its words: never the term of a name as it is written. */
    static String wholeByStems(List<GuideAnalyzer.Word> name) {
        var whole = new StringBuilder().append(CompoundEndFilter.MARK);
        for (var word : name) whole.append(word.stem());
        return whole.toString();
    }

    private static Stream<String> wholes(List<GuideAnalyzer.Word> name) {
        return name.isEmpty() ? Stream.of() : Stream.of(whole(name), wholeByStems(name));
    }

    /** Everything that a search reads of the guide. */
    Stream<Field> fields() {
        return Stream.concat(
                Stream.of(new Field(everything(language, type), new Weighed(weights), TYPE)),
                names.stream().map(name -> new StringField(names(language, type), name, Field.Store.NO)));
    }

    private static final class Weighed extends TokenStream {
        private final CharTermAttribute word = addAttribute(CharTermAttribute.class);
        private final TermFrequencyAttribute weight = addAttribute(TermFrequencyAttribute.class);
        private final Iterator<Map.Entry<String, Weight>> rest;

        Weighed(Map<String, Weight> weights) {
            this.rest = weights.entrySet().iterator();
        }

        @Override
        public boolean incrementToken() {
            if (!rest.hasNext()) return false;
            clearAttributes();
            var next = rest.next();
            word.append(next.getKey());
            weight.setTermFrequency(next.getValue().steps());
            return true;
        }
    }
}
