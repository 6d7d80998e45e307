// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.index.Property;
import dev.imprimatur.representation.PublishedGuide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.uhighlight.DefaultPassageFormatter;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.search.uhighlight.WholeBreakIterator;
import org.jspecify.annotations.Nullable;

/** Runs one query against one state of the search index, and highlights the words of the query in the guides found. */
public final class GuideSearcher {
    private static final int MOST_PASSAGES = 2;
    private static final int MOST_HIGHLIGHTED = 3;

    private final IndexedSnapshot indexed;
    private final ContentType type;
    private final GuideAnalyzer analyzer;
    private final List<String> languages;
    private final SearchQuery query;

    GuideSearcher(
            IndexedSnapshot indexed,
            ContentType type,
            GuideAnalyzer analyzer,
            String query,
            @Nullable QueryInterpretation before,
            @Nullable String locale)
            throws IOException {
        this.indexed = indexed;
        this.type = type;
        this.analyzer = analyzer;
        this.languages = languages(indexed.snapshot(), type, locale);
        this.query = new SearchQuery(query, type, languages, analyzer, indexed.reader(), before);
    }

    /**
     * The languages of the published guides of a type; only that of the locale, if there is one. The words of other languages cannot match.
     */
    private static List<String> languages(Snapshot snapshot, ContentType type, @Nullable String locale) {
        return snapshot.ofType(type.name()).index().values(Property.LOCALE).keySet().stream()
                .filter(it -> locale == null || locale.equals(it))
                .map(GuideAnalyzer::language)
                .distinct()
                .sorted()
                .toList();
    }

    /** All published guides that match. */
    public Hits find() {
        try {
            var places = indexed.places(type);
            long[] scores = query.scores(indexed.reader());
            var hits = new Hits(indexed.index(type).size(), query.interpretation());
            for (int document = 0; document < scores.length; document++)
                if (scores[document] > 0 && places.place(document) >= 0)
                    hits.add(places.place(document), scores[document]);
            return hits;
        } catch (IOException failed) {
            throw new UncheckedIOException("reading the search index", failed);
        }
    }

    /**
     * Returns the passages that match in each of these guides, which must all be hits: HTML by field, whose only elements are {@code mark}.
     */
    public List<Map<String, String>> highlights(List<PublishedGuide> guides) {
        if (guides.isEmpty()) return List.of();
        var names = fieldNames();
        var mostPassages = new int[names.size()];
        Arrays.fill(mostPassages, MOST_PASSAGES);
        var typeIndex = indexed.index(type);
        var places = indexed.places(type);
        try {
            var passages = new Highlighter(indexed.reader(), analyzer)
                    .highlightFields(
                            names.keySet().toArray(String[]::new),
                            query.highlightQuery(),
                            guides.stream()
                                    .mapToInt(guide -> places.document(typeIndex.place(guide)))
                                    .toArray(),
                            mostPassages);
            var highlights = new ArrayList<Map<String, String>>();
            for (int i = 0; i < guides.size(); i++) highlights.add(first(names, passages, i));
            return highlights;
        } catch (IOException failed) {
            throw new UncheckedIOException("reading the search index", failed);
        }
    }

    /** The names of the search fields by the index fields of each language; within a language, the heaviest field comes first. */
    private Map<String, String> fieldNames() {
        var names = new LinkedHashMap<String, String>();
        for (String language : languages)
            type.searchFields().stream()
                    .sorted((one, other) -> Double.compare(other.weight(), one.weight()))
                    .forEach(field -> names.put(GuideAnalyzer.field(language, type, field), field.name()));
        return names;
    }

    private static Map<String, String> first(Map<String, String> names, Map<String, String[]> passages, int guide) {
        var first = new LinkedHashMap<String, String>();
        names.forEach((indexField, name) -> {
            String[] texts = passages.get(indexField);
            if (texts != null && texts[guide] != null && first.size() < MOST_HIGHLIGHTED) first.put(name, texts[guide]);
        });
        return first;
    }

    /** Highlights matching words. Of a name it returns the whole text; of other texts it returns the sentence around the words. */
    private static final class Highlighter extends UnifiedHighlighter {
        Highlighter(DirectoryReader reader, GuideAnalyzer analyzer) {
            super(builder(new IndexSearcher(reader), analyzer)
                    .withFieldMatcher(field -> true)
                    // the query holds single words, so there are no phrases to match as a whole
                    .withWeightMatches(false)
                    .withFormatter(new DefaultPassageFormatter("<mark>", "</mark>", " … ", true))
                    .withMaxNoHighlightPassages(0));
        }

        @Override
        protected BreakIterator getBreakIterator(String field) {
            return GuideAnalyzer.isName(field) ? new WholeBreakIterator() : super.getBreakIterator(field);
        }
    }
}
