package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;

/**
 * How much each word of one guide counts, in whatever field it stands: worked out when the guide is indexed, so that a search reads
 * one number for each word instead of looking field by field. It stands in the index in the place of the word's frequency, and
 * depends on the guide alone, so that a guide published while a site pages moves no other one.
 */
final class WordWeights {
    /** What a word in the heaviest field weighs, if it stood there without end. */
    private static final int STEPS = 10_000;

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

    private record Weight(double best, double sum) {
        Weight and(Weight other) {
            return new Weight(Math.max(best, other.best), sum + other.sum);
        }

        int steps(double heaviest) {
            return Math.max(1, (int) Math.round((best + TIE * (sum - best)) / heaviest * STEPS));
        }
    }

    private final Map<String, Weight> weights = new HashMap<>();
    private final double heaviest;
    private final Analyzer analyzer;

    WordWeights(ContentType type, Analyzer analyzer) {
        this.analyzer = analyzer;
        this.heaviest = type.searchFields().stream()
                .mapToDouble(SearchField::weight)
                .max()
                .orElse(1);
    }

    /**
     * Counts the words of a field.
     *
     * @param inIndex the name that the field has there
     */
    void add(SearchField field, String inIndex, String text) {
        var counts = new HashMap<String, Integer>();
        try (var words = analyzer.tokenStream(inIndex, text)) {
            var word = words.addAttribute(CharTermAttribute.class);
            words.reset();
            while (words.incrementToken()) counts.merge(word.toString(), 1, Integer::sum);
            words.end();
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
        counts.forEach((word, count) -> {
            double weight = field.weight() * count / (count + SATURATION);
            weights.merge(word, new Weight(weight, weight), Weight::and);
        });
    }

    /** All words with their weights, as a field of the index with that name. */
    Field field(String name) {
        return new Field(name, new Weighed(weights, heaviest), TYPE);
    }

    private static final class Weighed extends TokenStream {
        private final CharTermAttribute word = addAttribute(CharTermAttribute.class);
        private final TermFrequencyAttribute weight = addAttribute(TermFrequencyAttribute.class);
        private final Iterator<Map.Entry<String, Weight>> rest;
        private final double heaviest;

        Weighed(Map<String, Weight> weights, double heaviest) {
            this.rest = weights.entrySet().iterator();
            this.heaviest = heaviest;
        }

        @Override
        public boolean incrementToken() {
            if (!rest.hasNext()) return false;
            clearAttributes();
            var next = rest.next();
            word.append(next.getKey());
            weight.setTermFrequency(next.getValue().steps(heaviest));
            return true;
        }
    }
}
