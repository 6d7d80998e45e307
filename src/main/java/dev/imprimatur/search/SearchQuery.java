// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
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
 * A search query as a reader typed it: plain words without any syntax. Three quarters of the words must match a guide, each in any field. A
 * word matches as typed, by its stem, as the beginning of a longer word or of a part of one, or by a synonym; if no published guide has it,
 * it also matches with one or two typing errors. If no guide matches that many words, the guides that match most of them are found. Results
 * depend only on the published documents of an index, never on documents deleted from it.
 */
public final class SearchQuery {
    private static final int LONGEST = 200;
    private static final int MOST_WORDS = 16;
    static final float MUST_BE_FOUND = 0.75f;
    private static final double BY_STEM = 0.8;
    private static final double AS_WRITTEN_OTHERWISE = 0.9;
    private static final double AS_PART = 0.6;
    private static final double AS_BEGINNING = 0.45;
    private static final double AS_BEGINNING_OF_A_PART = 0.35;
    /** For example, {@code welder} in a search for {@code welding}. */
    private static final double AS_BEGINNING_WITH_STEM = 0.32;

    /** For example, two of the three characters of a Chinese word. */
    private static final double AS_SOME_CHARACTERS = 0.2;

    private static final double MISSPELT = 0.3;
    private static final double LEAST_LIKENESS = 0.01;
    /** Scores are whole numbers; each unit of a word's weight counts this much. */
    private static final int SCALE = 1_000;

    /** The score for a guide whose name equals the query, greater than all words together can score. */
    private static final long SAME_NAME = 4_000_000_000L;

    private static final long SAME_NAME_BY_STEMS = 2_000_000_000L;
    /** Divided among several synonyms: the first scores most. */
    private static final long SAME_NAME_BY_SYNONYM = 1_000_000_000L;

    /** The ways in which a word is looked for if no published guide has it, tried in this order. */
    private static final int JOINED = 1;

    private static final int CHARACTERS = 2;
    private static final int SLIPS = 3;

    private static final int SHORTEST_BEGINNING = 2;
    private static final int SHORTEST_JOINED = 4;
    private static final int SHORTEST_STEM = 4;
    private static final int SHORTEST_MISSPELT = 4;
    private static final int SHORTEST_MISSPELT_PART = 6;
    private static final int TWO_SLIPS_FROM = 6;
    /** The number of letters at the beginning that must match exactly. */
    private static final int SAME_AT_LEAST = 1;

    private static final int MOST_SLIPS = 10;
    /** All longer words that begin with the typed word match, but only the most frequent ones are highlighted: at most this many. */
    private static final int MOST_BEGINNINGS = 8;

    private static final int MOST_LOOKED_AT = 500;
    /** The number of adjacent words that are also looked for as one word. */
    private static final int MOST_JOINED = 3;

    /** Checks the text of a query; refuses an empty or too long one. */
    public static String parse(String text) {
        if (text.isBlank())
            throw Refusal.malformed("q is empty; it is what to look for", List.of())
                    .raise();
        if (text.codePointCount(0, text.length()) > LONGEST)
            throw Refusal.malformed("q is what to look for, in at most " + LONGEST + " characters", List.of())
                    .raise();
        return text;
    }

    /**
     * A word of the query.
     *
     * @param isNeeded whether it counts among the words that must match
     * @param isCharacter whether it is a single character; such words do not count when fewer words match than must
     * @param ways the ways in which it matches; for each guide, the best one counts
     * @param marks the terms of published guides to highlight for it
     */
    private record Word(boolean isNeeded, boolean isCharacter, List<Way> ways, List<String> marks) {
        /** A word that matches as typed or by its stem. */
        static Word of(List<String> forms) {
            return new Word(true, false, waysOf(forms), marksOf(forms));
        }

        private static List<Way> waysOf(List<String> forms) {
            return all(forms)
                    .map(it -> new Way(it, false, it.endsWith(forms.getFirst()) ? 1 : BY_STEM))
                    .toList();
        }

        private static List<String> marksOf(List<String> forms) {
            return all(forms).toList();
        }

        /** Each form, and the term that the same form has when two words of a name are joined. */
        private static Stream<String> all(List<String> forms) {
            return forms.stream().flatMap(form -> Stream.of(form, ShingleMarker.MARK + form));
        }
    }

    /**
     * A term of the index, or a prefix of terms.
     *
     * @param isBeginning whether {@code term} is a prefix
     * @param share the share of the term's weight that counts
     */
    private record Way(String term, boolean isBeginning, double share) {}

    /**
     * A term that differs from the typed word by a typing error.
     *
     * @param likeness the similarity of both; 1 for the same word
     */
    private record Slip(String word, float likeness) {}

    /** Words that can replace a range of the typed words: if all of them match a guide, each typed word of the range counts as matched. */
    private record Alternative(int from, int to, List<Word> words) {}

    /**
     * The query in one language.
     *
     * @param names terms of whole names, each with the score of a guide that has the name
     */
    private record Asked(List<Word> words, List<Alternative> alternatives, Map<String, Long> names) {
        long needed() {
            return words.stream().filter(Word::isNeeded).count();
        }
    }

    /** The query in each language that published guides have. */
    private final Map<String, Asked> asked = new LinkedHashMap<>();

    private final ContentType type;

    private final float share;
    private final boolean isFirst;
    private QueryInterpretation reading;

    SearchQuery(String text, ContentType type, Collection<String> languages, GuideAnalyzer analyzer, IndexReader index)
            throws IOException {
        this(text, type, languages, analyzer, index, null);
    }

    /**
     * Interprets a query by the words of an index, once for all fields.
     *
     * @param text the query
     * @param before how the query was interpreted for the page before; null for the first page
     */
    SearchQuery(
            String text,
            ContentType type,
            Collection<String> languages,
            GuideAnalyzer analyzer,
            IndexReader index,
            @Nullable QueryInterpretation before)
            throws IOException {
        this.type = type;
        var meanings = new LinkedHashMap<String, Meaning>();
        for (String language : languages) {
            var known = MultiTerms.getTerms(index, TermWeights.everything(language, type));
            if (known == null) continue;
            var typed = analyzer.words(text, language);
            if (typed.size() > MOST_WORDS) typed = typed.subList(0, MOST_WORDS);
            if (!typed.isEmpty()) meanings.put(language, new Meaning(language, type, analyzer, index, known, typed));
        }
        var live = new HashSet<String>();
        for (var meaning : meanings.values()) live.addAll(meaning.live());
        var ways = new LinkedHashMap<String, String>();
        for (var meaning : meanings.entrySet()) {
            String language = meaning.getKey();
            asked.put(language, meaning.getValue().asked(live, before));
            String others = meaning.getValue().others();
            if (!others.matches("0*")) ways.put(language, others);
        }
        this.share = before == null ? MUST_BE_FOUND : before.share();
        this.isFirst = before == null;
        this.reading = new QueryInterpretation(share, ways);
    }

    /** How the query was interpreted; final after {@link #scores}. */
    QueryInterpretation reading() {
        return reading;
    }

    /** Interprets the words of a query in one language, by the words that published guides have. */
    private static final class Meaning {
        private final String language;
        private final ContentType type;
        private final GuideAnalyzer analyzer;
        private final Terms known;
        private final LiveTerms live;
        private final int shortestPart;
        private final List<GuideAnalyzer.Word> typed;
        private final List<Looked> looked = new ArrayList<>();
        private final StringBuilder others = new StringBuilder();

        Meaning(
                String language,
                ContentType type,
                GuideAnalyzer analyzer,
                IndexReader index,
                Terms known,
                List<GuideAnalyzer.Word> typed)
                throws IOException {
            this.language = language;
            this.type = type;
            this.analyzer = analyzer;
            this.known = known;
            this.typed = typed;
            this.live = new LiveTerms(index, TermWeights.everything(language, type));
            this.shortestPart = LanguageAnalysis.of(language).shortestPart();
            boolean onlyStopWords = typed.stream().allMatch(GuideAnalyzer.Word::isStopWord);
            for (var word : typed) looked.add(new Looked(word.forms(), onlyStopWords || !word.isStopWord()));
        }

        /**
         * The typed words that a published guide has, each as the word itself and as its index in the query. The index is needed because
         * another language can spell the same word differently.
         */
        List<String> live() {
            var words = new ArrayList<String>();
            for (int i = 0; i < looked.size(); i++)
                if (looked.get(i).isLive) {
                    words.add(looked.get(i).typed);
                    words.add(place(i));
                }
            return words;
        }

        private String place(int word) {
            return word + "/" + looked.size();
        }

        /** The way of each typed word, as the digits that {@link QueryInterpretation#ways} keeps; empty before {@link #asked}. */
        String others() {
            return others.toString();
        }

        /** @param anywhere the results of {@link #live()} in all languages */
        Asked asked(Set<String> anywhere, @Nullable QueryInterpretation before) throws IOException {
            var words = new ArrayList<Word>();
            for (int i = 0; i < looked.size(); i++) {
                var word = looked.get(i);
                boolean isLive = anywhere.contains(word.typed) || anywhere.contains(place(i));
                int other = before != null ? before.way(language, i) : isLive ? 0 : word.other();
                others.append(other);
                words.add(word.in(other));
            }
            var names = new LinkedHashMap<String, Long>();
            names.put(TermWeights.whole(typed), SAME_NAME);
            names.put(TermWeights.wholeByStems(typed), SAME_NAME_BY_STEMS);
            var alternatives = new ArrayList<Alternative>();
            for (int from = 0; from < typed.size(); from++) {
                for (int to = from + 2; to <= Math.min(typed.size(), from + MOST_JOINED); to++)
                    joined(typed.subList(from, to), from, to, alternatives);
                for (var synonym : analyzer.synonyms(type, language, typed.subList(from, typed.size())))
                    for (var other : synonym.others()) {
                        int to = from + synonym.phrase().size();
                        alternatives.add(new Alternative(
                                from,
                                to,
                                other.stream()
                                        .map(word -> Word.of(word.forms()))
                                        .toList()));
                        if (to - from == typed.size())
                            names.putIfAbsent(TermWeights.whole(other), SAME_NAME_BY_SYNONYM / names.size());
                    }
            }
            return new Asked(words, alternatives, names);
        }

        /** A typed word, with the usual ways to look for it. Other ways are tried if those find nothing. */
        private final class Looked {
            private final List<String> forms;
            private final String typed;
            private final int length;
            private final boolean isNeeded;
            private final boolean isPart;
            private final boolean isLive;
            private final List<Way> ways;
            private final List<String> marks;

            Looked(List<String> forms, boolean isNeeded) throws IOException {
                this.forms = forms;
                this.typed = forms.getFirst();
                this.length = typed.codePointCount(0, typed.length());
                this.isNeeded = isNeeded;
                this.ways = new ArrayList<>(Word.waysOf(forms));
                this.marks = new ArrayList<>();
                int shortest = CompoundEndFilter.shortest(typed, shortestPart);
                this.isPart = shortest > 0 && length >= shortest;
                if (!isNeeded) {
                    this.isLive = true;
                    return;
                }
                if (length >= (isWrittenTogether() ? 1 : SHORTEST_BEGINNING))
                    beginning(typed, AS_BEGINNING, ways, marks);
                if (isPart) {
                    ways.add(new Way(CompoundEndFilter.MARK + typed, false, AS_PART));
                    beginning(CompoundEndFilter.MARK + typed, AS_BEGINNING_OF_A_PART, ways, marks);
                }
                this.isLive = !marks.isEmpty() || anyLive(Word.marksOf(forms));
                String stem = forms.getLast();
                if (stem.equals(typed) || stem.length() < SHORTEST_STEM) return;
                // such a word does not make the typed one known, which may still be a typing error
                beginning(stem, AS_BEGINNING_WITH_STEM, ways, marks);
                if (isPart) beginning(CompoundEndFilter.MARK + stem, AS_BEGINNING_OF_A_PART, ways, marks);
            }

            private boolean isWrittenTogether() {
                return CompoundEndFilter.shortest(typed, shortestPart) == LanguageAnalysis.CHARACTERS;
            }

            /** The first of the other ways that finds something; 0 if none does. */
            int other() throws IOException {
                for (int other = JOINED; other <= SLIPS; other++) {
                    var found = new ArrayList<String>();
                    look(other, new ArrayList<>(), found);
                    if (!found.isEmpty()) return other;
                }
                return 0;
            }

            Word in(int other) throws IOException {
                var all = new ArrayList<>(ways);
                var marked = new ArrayList<>(marks);
                look(other, all, marked);
                marked.addAll(Word.marksOf(forms));
                return new Word(isNeeded, isNeeded && length == 1, all, marked);
            }

            private void look(int other, List<Way> ways, List<String> marks) throws IOException {
                switch (other) {
                    case JOINED -> {
                        if (length >= SHORTEST_JOINED) beginning(ShingleMarker.MARK + typed, AS_BEGINNING, ways, marks);
                    }
                    case CHARACTERS -> {
                        for (int at = 0; isWrittenTogether() && at + LanguageAnalysis.CHARACTERS < length; at++) {
                            int from = typed.offsetByCodePoints(0, at);
                            String some =
                                    typed.substring(from, typed.offsetByCodePoints(from, LanguageAnalysis.CHARACTERS));
                            beginning(some, AS_SOME_CHARACTERS, ways, marks);
                            beginning(CompoundEndFilter.MARK + some, AS_SOME_CHARACTERS, ways, marks);
                        }
                    }
                    case SLIPS -> {
                        if (length < SHORTEST_MISSPELT) return;
                        for (var slip : slips(typed, isPart && length >= SHORTEST_MISSPELT_PART)) {
                            ways.add(new Way(slip.word(), false, MISSPELT * Math.max(slip.likeness(), LEAST_LIKENESS)));
                            marks.add(slip.word());
                        }
                    }
                    default -> {}
                }
            }
        }

        /** Adds {@code frontend} as an alternative of {@code front end}, if a published guide has it. */
        private void joined(List<GuideAnalyzer.Word> typed, int from, int to, List<Alternative> alternatives)
                throws IOException {
            var first = new StringBuilder();
            for (var word : typed.subList(0, typed.size() - 1)) first.append(word.typed());
            var forms =
                    typed.getLast().forms().stream().map(form -> first + form).toList();
            if (anyLive(Word.marksOf(forms))) alternatives.add(new Alternative(from, to, List.of(Word.of(forms))));
        }

        private void beginning(String typed, double share, List<Way> ways, List<String> marks) throws IOException {
            var words = beginnings(typed);
            if (words.isEmpty()) return;
            ways.add(new Way(typed, true, share));
            marks.addAll(words);
        }

        private boolean anyLive(List<String> words) throws IOException {
            for (String word : words) if (live.has(new BytesRef(word))) return true;
            return false;
        }

        private List<Slip> slips(String typed, boolean inParts) throws IOException {
            var found = new ArrayList<Slip>();
            slips(typed, "", found);
            slips(typed, String.valueOf(ShingleMarker.MARK), found);
            if (inParts) slips(typed, String.valueOf(CompoundEndFilter.MARK), found);
            found.sort(Comparator.comparingDouble(Slip::likeness).reversed().thenComparing(Slip::word));
            return found.size() > MOST_SLIPS ? List.copyOf(found.subList(0, MOST_SLIPS)) : found;
        }

        private void slips(String typed, String mark, List<Slip> found) throws IOException {
            int most = typed.length() < TWO_SLIPS_FROM ? 1 : 2;
            var near = new FuzzyTermsEnum(known, new Term("", mark + typed), most, mark.length() + SAME_AT_LEAST, true);
            var likeness = near.attributes().addAttribute(BoostAttribute.class);
            for (var word = near.next(); word != null; word = near.next())
                if (live.has(word)) found.add(new Slip(word.utf8ToString(), likeness.getBoost()));
        }

        private List<String> beginnings(String typed) throws IOException {
            record Beginning(String word, int guides) {}
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
                    .sorted(Comparator.comparingInt(Beginning::guides)
                            .reversed()
                            .thenComparing(Beginning::word))
                    .limit(MOST_BEGINNINGS)
                    .map(Beginning::word)
                    .toList();
        }
    }

    /** The score of each document of the index: the sum over the words that match; 0 if too few words match. */
    long[] scores(IndexReader index) throws IOException {
        var scores = new long[index.maxDoc()];
        var shares = new float[index.maxDoc()];
        for (var one : asked.entrySet()) {
            var question = one.getValue();
            var found = found(index, one.getKey(), question);
            if (Arrays.stream(found).allMatch(weights -> weights.length == 0)) continue;
            var names = names(index, one.getKey(), question);
            float all = question.needed();
            for (int document = 0; document < scores.length; document++) {
                int count = 0;
                int wordsOfMoreCharacters = 0;
                long sum = names.length == 0 ? 0 : names[document];
                for (int word = 0; word < found.length; word++) {
                    int weight = found[word].length == 0 ? 0 : found[word][document];
                    if (weight == 0) continue;
                    sum += weight;
                    if (!question.words().get(word).isNeeded()) continue;
                    count++;
                    if (!question.words().get(word).isCharacter()) wordsOfMoreCharacters++;
                }
                if (count == 0) continue;
                float ofAll = count / all;
                shares[document] = ofAll < MUST_BE_FOUND ? wordsOfMoreCharacters / all : ofAll;
                scores[document] = shares[document] > 0 ? sum : 0;
            }
        }
        float most = mostFound(index, shares);
        float least = isFirst && most > 0 ? Math.min(share, most) : share;
        reading = new QueryInterpretation(least, reading.ways());
        for (int document = 0; document < scores.length; document++) if (shares[document] < least) scores[document] = 0;
        return scores;
    }

    /** The greatest share of the query's words that a published guide matches. */
    private static float mostFound(IndexReader index, float[] shares) {
        float most = 0;
        for (var leaf : index.leaves()) {
            var live = leaf.reader().getLiveDocs();
            for (int document = 0; document < leaf.reader().maxDoc(); document++)
                if (live == null || live.get(document)) most = Math.max(most, shares[leaf.docBase + document]);
        }
        return most;
    }

    /** The score of each word in each document; an empty array for a word that no document has. */
    private int[][] found(IndexReader index, String language, Asked question) throws IOException {
        var found = new int[question.words().size()][];
        for (int word = 0; word < found.length; word++)
            found[word] = weigh(index, language, question.words().get(word));
        for (var alternative : question.alternatives()) {
            int[] weakest = weakest(index, language, alternative.words());
            if (weakest.length == 0) continue;
            for (int word = alternative.from(); word < alternative.to(); word++) {
                if (found[word].length == 0) found[word] = new int[weakest.length];
                for (int i = 0; i < weakest.length; i++)
                    found[word][i] = Math.max(found[word][i], (int) (AS_WRITTEN_OTHERWISE * weakest[i]));
            }
        }
        return found;
    }

    /** The score in each document of the word that scores least there. */
    private int[] weakest(IndexReader index, String language, List<Word> words) throws IOException {
        int[] weakest = weigh(index, language, words.getFirst());
        for (var word : words.subList(1, words.size())) {
            if (weakest.length == 0) break;
            int[] weights = weigh(index, language, word);
            if (weights.length == 0) return weights;
            for (int i = 0; i < weights.length; i++) weakest[i] = Math.min(weakest[i], weights[i]);
        }
        return weakest;
    }

    private int[] weigh(IndexReader index, String language, Word word) throws IOException {
        var weighing = new Weighing(index.maxDoc());
        for (var leaf : index.leaves()) {
            var known = leaf.reader().terms(TermWeights.everything(language, type));
            if (known != null) weighing.weigh(word, known.iterator(), leaf.docBase);
        }
        return weighing.best;
    }

    private long[] names(IndexReader index, String language, Asked question) throws IOException {
        var names = new long[0];
        for (var leaf : index.leaves())
            for (var name : question.names().entrySet()) {
                var documents = leaf.reader()
                        .postings(new Term(TermWeights.names(language, type), name.getKey()), PostingsEnum.NONE);
                if (documents == null) continue;
                if (names.length == 0) names = new long[index.maxDoc()];
                for (int document = documents.nextDoc();
                        document != DocIdSetIterator.NO_MORE_DOCS;
                        document = documents.nextDoc())
                    names[leaf.docBase + document] = Math.max(names[leaf.docBase + document], name.getValue());
            }
        return names;
    }

    /** Calculates the score of a word in each document: that of the best way in which the word matches. */
    private static final class Weighing {
        private final int documents;
        /** Empty until something is found: a query is searched in all languages, but most words exist in only one of them. */
        private int[] best = new int[0];

        private @Nullable PostingsEnum postings;

        Weighing(int documents) {
            this.documents = documents;
        }

        /** @param from the number of the first document of this segment */
        void weigh(Word word, TermsEnum known, int from) throws IOException {
            postings = null;
            for (var way : word.ways()) {
                var term = new BytesRef(way.term());
                if (!way.isBeginning()) {
                    if (known.seekExact(term)) found(known, from, way.share());
                } else if (known.seekCeil(term) != TermsEnum.SeekStatus.END)
                    for (var next = known.term();
                            next != null && StringHelper.startsWith(next, term);
                            next = known.next()) found(known, from, way.share());
            }
        }

        private void found(TermsEnum known, int from, double share) throws IOException {
            if (best.length == 0) best = new int[documents];
            int scale = (int) Math.max(1, share * SCALE);
            var found = known.postings(postings, PostingsEnum.FREQS);
            postings = found;
            for (int document = found.nextDoc(); document != DocIdSetIterator.NO_MORE_DOCS; document = found.nextDoc())
                best[from + document] = Math.max(best[from + document], found.freq() * scale);
        }
    }

    /** The query for highlighting: single terms, in whatever field they are, so that the index need not be searched again. */
    org.apache.lucene.search.Query marks() {
        var any = new BooleanQuery.Builder();
        asked.forEach((language, question) -> Stream.concat(
                        question.words().stream(),
                        question.alternatives().stream().flatMap(it -> it.words().stream()))
                .flatMap(word -> word.marks().stream())
                .distinct()
                .forEach(word ->
                        any.add(new TermQuery(new Term(TermWeights.everything(language, type), word)), Occur.SHOULD)));
        return any.build();
    }
}
