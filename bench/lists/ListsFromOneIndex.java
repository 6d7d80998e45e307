// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.ListValues;
import dev.imprimatur.representation.PublishedGuide;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.index.OrdinalMap;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.MultiCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.BytesRef;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Measures a list that is not cached (two filters, sorted by title, a page of twenty, the total, one facet), and the first list after a
 * publication, with our index and with Lucene's doc values. The figures in docs/adr/034 come from this program.
 */
final class ListsFromOneIndex {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ROUNDS = 4000;
    private static final int PUBLISHES = 150;

    private record Row(int number, int edition) {
        String title() {
            return "Generated Specialist " + (number * 7919L % 1_000_003) + (edition > 1 ? " again" : "");
        }

        String tag() {
            return "tag-" + number % 7;
        }

        String other() {
            return "tag-" + (number % 11 + 20);
        }

        String role() {
            return "Role " + number % 50;
        }

        int year() {
            return 2000 + number % 27;
        }

        String slug() {
            return "guide-" + number;
        }
    }

    public static void main(String[] arguments) throws Exception {
        for (String size : arguments.length == 0 ? new String[] {"200", "20000", "200000"} : arguments)
            measure(Integer.parseInt(size));
    }

    private static void measure(int size) throws IOException {
        var type = new ContentType(
                "role-guide",
                (ObjectNode) JSON.readTree(Path.of("seed-content/types/role-guide.schema.json").toFile()));
        var snapshot = Snapshot.empty(1);
        for (int number = 0; number < size; number++) snapshot = published(snapshot, type, new Row(number, 1), number + 1);
        long before = used();
        list(snapshot, type, 0);
        System.out.printf(Locale.ROOT, "%n%,d guides%nindex   memory %,d KB%n", size, (used() - before) / 1024);
        var times = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            list(snapshot, type, round);
            if (round >= ROUNDS / 2) times.add((System.nanoTime() - start) / 1e6);
        }
        report("index   list", times);
        times.clear();
        for (int publish = 0; publish < PUBLISHES; publish++) {
            snapshot = published(snapshot, type, new Row(publish * 3 % size, 2 + publish), size + publish + 1);
            long start = System.nanoTime();
            list(snapshot, type, publish);
            if (publish >= PUBLISHES / 3) times.add((System.nanoTime() - start) / 1e6);
        }
        report("index   first list after a publish", times);
        snapshot = Snapshot.empty(1);
        lucene(size);
    }

    private static Snapshot published(Snapshot snapshot, ContentType type, Row row, long position) {
        var content = JSON.createObjectNode()
                .put("title", row.title())
                .put("role", row.role())
                .put("occupationCode", "15-" + row.number() % 900);
        content.putArray("tags").add(row.tag()).add(row.other());
        content.putObject("compensation").put("region", "US").put("dataYear", row.year());
        var at = Instant.ofEpochSecond(1_780_000_000L + position);
        var review = new LedgerEntry.Review(
                LocalDate.of(2026, 5, 1 + row.number() % 28), at, List.of(), null, LocalDate.of(2026, 11, 1), false, "here", "");
        var entry = LedgerEntry.of(
                LedgerEntry.Kind.PUBLISH,
                new LedgerEntry.Subject("id" + row.number(), type.name(), row.slug(), "en-US"),
                new LedgerEntry.PublishedRevision(row.edition(), 1, "", at, at),
                review,
                null,
                at,
                LedgerEntry.Link.unsealed(position, ""));
        var live = new PublishedGuide(entry, type, ListValues.of(type, content));
        return new Snapshot.Fold(snapshot).append(entry, live).snapshot();
    }

    private static ListPage list(Snapshot snapshot, ContentType type, int round) {
        var listing = ListPage.of(
                snapshot.ofType(type.name()).index(),
                ListQuery.parse(
                        type,
                        Map.of(
                                "tag", List.of("tag-" + round % 7),
                                "compensation.dataYear.min", List.of(Integer.toString(2000 + round % 20)),
                                "sort", List.of("title"),
                                "facets", List.of("role")),
                        new FilterLimits(2000, 5, 50)));
        if (listing.total() == 0) throw new AssertionError("nothing found");
        return listing;
    }

    private static long used() {
        for (int i = 0; i < 3; i++) System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void report(String what, List<Double> times) {
        times.sort(Comparator.naturalOrder());
        System.out.printf(
                Locale.ROOT, "%s: median %.3f ms, p90 %.3f ms%n", what, times.get(times.size() / 2), times.get(times.size() * 9 / 10));
    }

    // Lucene

    private static void lucene(int size) throws IOException {
        try (var directory = new ByteBuffersDirectory();
                var writer = new IndexWriter(
                        directory,
                        new IndexWriterConfig(new KeywordAnalyzer())
                                .setIndexSort(new Sort(new SortField("title", SortField.Type.STRING))))) {
            for (int number = 0; number < size; number++) writer.addDocument(document(new Row(number, 1)));
            writer.forceMerge(1);
            var reader = DirectoryReader.open(writer);
            long bytes = 0;
            for (String file : directory.listAll()) bytes += directory.fileLength(file);
            System.out.printf(Locale.ROOT, "Lucene  memory %,d KB of index, without stored documents%n", bytes / 1024);
            var times = new ArrayList<Double>();
            var snapshot = new LuceneSnapshot(reader);
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                snapshot.list(round);
                if (round >= ROUNDS / 2) times.add((System.nanoTime() - start) / 1e6);
            }
            report("Lucene  list", times);
            times.clear();
            for (int publish = 0; publish < PUBLISHES; publish++) {
                var row = new Row(publish * 3 % size, 2 + publish);
                long start = System.nanoTime();
                writer.updateDocument(new Term("slug", row.slug()), document(row));
                var next = DirectoryReader.openIfChanged(reader, writer);
                reader.close();
                reader = next;
                snapshot = new LuceneSnapshot(reader);
                snapshot.list(publish);
                if (publish >= PUBLISHES / 3) times.add((System.nanoTime() - start) / 1e6);
            }
            report("Lucene  first list after a publish", times);
            times.clear();
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                snapshot.list(round);
                if (round >= ROUNDS / 2) times.add((System.nanoTime() - start) / 1e6);
            }
            report("Lucene  list over " + reader.leaves().size() + " segments", times);
            reader.close();
        }
    }

    private static Document document(Row row) {
        var document = new Document();
        document.add(new StringField("slug", row.slug(), Field.Store.NO));
        document.add(new SortedDocValuesField("title", new BytesRef(row.title())));
        document.add(new SortedDocValuesField("id", new BytesRef("id" + row.number())));
        document.add(new LongField("year", row.year(), Field.Store.NO));
        for (String tag : List.of(row.tag(), row.other())) {
            document.add(new StringField("tag", tag, Field.Store.NO));
            document.add(new SortedSetDocValuesField("tag", new BytesRef(tag)));
        }
        document.add(new SortedSetDocValuesField("role", new BytesRef(row.role())));
        document.add(new StringField("role", row.role(), Field.Store.NO));
        return document;
    }

    /** A Lucene reader at one position, with the ordinals that count a facet over all its segments. */
    private static final class LuceneSnapshot {
        private final DirectoryReader reader;
        private final IndexSearcher searcher;
        private final SortedSetDocValues roles;
        private final OrdinalMap ordinals;

        LuceneSnapshot(DirectoryReader reader) throws IOException {
            this.reader = reader;
            this.searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            this.roles = MultiDocValues.getSortedSetValues(reader, "role");
            this.ordinals = roles instanceof MultiDocValues.MultiSortedSetDocValues many ? many.mapping : null;
        }

        int list(int round) throws IOException {
            var query = new BooleanQuery.Builder()
                    .add(new TermQuery(new Term("tag", "tag-" + round % 7)), Occur.FILTER)
                    .add(LongField.newRangeQuery("year", 2000 + round % 20, Long.MAX_VALUE), Occur.FILTER)
                    .build();
            var sort = new Sort(new SortField("title", SortField.Type.STRING), new SortField("id", SortField.Type.STRING));
            var top = new TopFieldCollectorManager(sort, 20, null, Integer.MAX_VALUE).newCollector();
            int[] counts = new int[(int) roles.getValueCount()];
            searcher.search(query, MultiCollector.wrap(top, new Counting(counts)));
            var page = top.topDocs();
            var facets = new ArrayList<Map.Entry<String, Integer>>();
            for (int role = 0; role < counts.length; role++)
                if (counts[role] > 0) facets.add(Map.entry(roles.lookupOrd(role).utf8ToString(), counts[role]));
            facets.sort(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
            if (page.totalHits.value() == 0) throw new AssertionError("nothing found");
            return facets.size();
        }

        private final class Counting implements Collector {
            private final int[] counts;

            Counting(int[] counts) {
                this.counts = counts;
            }

            @Override
            public LeafCollector getLeafCollector(LeafReaderContext leaf) throws IOException {
                var values = leaf.reader().getSortedSetDocValues("role");
                var global = ordinals == null ? null : ordinals.getGlobalOrds(leaf.ord);
                return new LeafCollector() {
                    @Override
                    public void setScorer(Scorable scorer) {}

                    @Override
                    public void collect(int document) throws IOException {
                        if (values == null || !values.advanceExact(document)) return;
                        for (int i = 0; i < values.docValueCount(); i++) {
                            long ordinal = values.nextOrd();
                            counts[(int) (global == null ? ordinal : global.get(ordinal))]++;
                        }
                    }
                };
            }

            @Override
            public ScoreMode scoreMode() {
                return ScoreMode.COMPLETE_NO_SCORES;
            }
        }
    }
}
