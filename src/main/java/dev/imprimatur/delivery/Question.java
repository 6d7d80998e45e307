package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostAttribute;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FuzzyTermsEnum;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * What a reader typed. Three of four words must be found, each in any field: as it is or by its stem, as the beginning of a longer
 * word, or, if nothing that is live has it, with a slip of the finger or two. It is words alone; there is no syntax to get wrong. What
 * it finds follows from the live documents of an index and not from what else that index once held.
 */
final class Question {
    private static final int LONGEST = 200;
    private static final int MOST_WORDS = 16;
    private static final double MUST_BE_FOUND = 0.75;
    private static final double BY_STEM = 0.8;
    /** With the next one below what a word found as it is counts, however rarely. */
    private static final double AS_BEGINNING = 0.2;

    private static final double MISSPELT = 0.15;
    private static final double LEAST_LIKENESS = 0.01;
    /** Scores are whole numbers: so many for each step of a word's weight. */
    private static final int SCALE = 1_000;

    private static final int SHORTEST_BEGINNING = 2;
    private static final int SHORTEST_MISSPELT = 4;
    private static final int TWO_SLIPS_FROM = 8;
    /** How many letters at the beginning no slip is in. */
    private static final int SAME_AT_LEAST = 1;

    private static final int MOST_SLIPS = 10;
    /** Of longer words that begin with one that was typed, all are found; this many are marked. */
    private static final int MOST_BEGINNINGS = 8;

    private static final int MOST_LOOKED_AT = 500;

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

    /**
     * A word that was typed.
     *
     * @param forms as it was typed, and its stem
     * @param slips words of live guides that it may be a slip for; none if one has the word itself
     * @param beginnings words of live guides that begin with it, those that most of them have
     */
    private record Word(List<String> forms, List<Slip> slips, List<String> beginnings) {
        String typed() {
            return forms.getFirst();
        }
    }

    /** @param likeness 1 for the same word */
    private record Slip(String word, float likeness) {}

    /** The words of the question in each language that guides are live in. */
    private final Map<String, List<Word>> words = new LinkedHashMap<>();

    private final ContentType type;

    /** @param text that was asked; what it may mean is looked up in the index, once for all fields */
    Question(String text, ContentType type, Collection<String> languages, Analyzer analyzer, IndexReader index)
            throws IOException {
        this.type = type;
        for (String language : languages) {
            var known = MultiTerms.getTerms(index, everything(language, type));
            var live = new LiveWords(index, everything(language, type));
            var asked = new ArrayList<Word>();
            for (var forms : words(text, language, analyzer))
                asked.add(new Word(
                        forms, slips(forms.getFirst(), known, live), beginnings(forms.getFirst(), known, live)));
            if (!asked.isEmpty()) words.put(language, asked);
        }
    }

    /** The field of the index that holds every word of a guide, with its weight. */
    static String everything(String language, ContentType type) {
        return language + "/" + type.name() + "/*";
    }

    private static List<Slip> slips(String typed, @Nullable Terms known, LiveWords live) throws IOException {
        if (known == null || typed.length() < SHORTEST_MISSPELT || live.has(new BytesRef(typed))) return List.of();
        var found = new ArrayList<Slip>();
        var near = new FuzzyTermsEnum(
                known, new Term("", typed), typed.length() < TWO_SLIPS_FROM ? 1 : 2, SAME_AT_LEAST, true);
        var likeness = near.attributes().addAttribute(BoostAttribute.class);
        for (var word = near.next(); word != null; word = near.next())
            if (live.has(word)) found.add(new Slip(word.utf8ToString(), likeness.getBoost()));
        found.sort(Comparator.comparingDouble(Slip::likeness).reversed().thenComparing(Slip::word));
        return found.size() > MOST_SLIPS ? List.copyOf(found.subList(0, MOST_SLIPS)) : found;
    }

    private static List<String> beginnings(String typed, @Nullable Terms known, LiveWords live) throws IOException {
        record Beginning(String word, int guides) {}
        if (known == null || typed.length() < SHORTEST_BEGINNING) return List.of();
        var prefix = new BytesRef(typed);
        var all = known.iterator();
        var words = new ArrayList<BytesRef>();
        if (all.seekCeil(prefix) == TermsEnum.SeekStatus.END) return List.of();
        for (var word = all.term();
                word != null && StringHelper.startsWith(word, prefix) && words.size() < MOST_LOOKED_AT;
                word = all.next()) if (live.has(word)) words.add(BytesRef.deepCopyOf(word));
        var found = new ArrayList<Beginning>();
        for (var word : words)
            found.add(new Beginning(word.utf8ToString(), words.size() <= MOST_BEGINNINGS ? 1 : live.guides(word)));
        return found.stream()
                .sorted(Comparator.comparingInt(Beginning::guides).reversed().thenComparing(Beginning::word))
                .limit(MOST_BEGINNINGS)
                .map(Beginning::word)
                .toList();
    }

    /** What each document of the index scores: the words found in it added up, or 0 where too few are. */
    long[] scores(IndexReader index) throws IOException {
        var scores = new long[index.maxDoc()];
        for (var asked : words.entrySet()) {
            var sums = new long[index.maxDoc()];
            var counts = new byte[index.maxDoc()];
            for (var word : asked.getValue()) {
                var best = new int[index.maxDoc()];
                for (var leaf : index.leaves()) {
                    var known = leaf.reader().terms(everything(asked.getKey(), type));
                    if (known != null) new Weighing(known, leaf.docBase, best).weigh(word);
                }
                for (int document = 0; document < best.length; document++)
                    if (best[document] > 0) {
                        sums[document] += best[document];
                        counts[document]++;
                    }
            }
            int needed = (int) Math.ceil(asked.getValue().size() * MUST_BE_FOUND);
            for (int document = 0; document < scores.length; document++)
                if (counts[document] >= needed) scores[document] = sums[document];
        }
        return scores;
    }

    /** What a word counts in each document of a part of the index: the best of the ways in which it is found there. */
    private static final class Weighing {
        private final TermsEnum known;
        private final int from;
        private final int[] best;
        private @Nullable PostingsEnum postings;

        Weighing(Terms known, int from, int[] best) throws IOException {
            this.known = known.iterator();
            this.from = from;
            this.best = best;
        }

        void weigh(Word word) throws IOException {
            for (String form : word.forms()) exactly(form, form.equals(word.typed()) ? 1 : BY_STEM);
            for (var slip : word.slips()) exactly(slip.word(), MISSPELT * Math.max(slip.likeness(), LEAST_LIKENESS));
            if (word.typed().length() >= SHORTEST_BEGINNING) beginningWith(new BytesRef(word.typed()));
        }

        private void exactly(String word, double share) throws IOException {
            if (known.seekExact(new BytesRef(word))) found(share);
        }

        private void beginningWith(BytesRef prefix) throws IOException {
            if (known.seekCeil(prefix) == TermsEnum.SeekStatus.END) return;
            for (var word = known.term(); word != null && StringHelper.startsWith(word, prefix); word = known.next())
                found(AS_BEGINNING);
        }

        private void found(double share) throws IOException {
            int scale = (int) Math.max(1, share * SCALE);
            var documents = known.postings(postings, PostingsEnum.FREQS);
            postings = documents;
            for (int document = documents.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS;
                    document = documents.nextDoc())
                best[from + document] = Math.max(best[from + document], documents.freq() * scale);
        }
    }

    /** What is marked in the guides that were found: words alone, in whatever field, so that nothing is looked through again. */
    org.apache.lucene.search.Query marks() {
        var any = new BooleanQuery.Builder();
        words.forEach((language, asked) -> asked.stream()
                .flatMap(word -> Stream.of(
                                word.forms().stream(),
                                word.beginnings().stream(),
                                word.slips().stream().map(Slip::word))
                        .flatMap(it -> it))
                .distinct()
                .forEach(word -> any.add(new TermQuery(new Term(everything(language, type), word)), Occur.SHOULD)));
        return any.build();
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
