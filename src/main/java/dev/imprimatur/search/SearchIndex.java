// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.SearchField;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.index.Property;
import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.DataDirectory;
import dev.imprimatur.store.Failures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.BreakIterator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.CachingTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.uhighlight.DefaultPassageFormatter;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.search.uhighlight.WholeBreakIterator;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The full-text index of the published guides. A background thread builds it from the snapshots of the catalogue and keeps it on disk, so
 * that a restart continues where it stopped. A search returns only guides of the catalogue snapshot that the index was built from, and
 * delivers the content of that snapshot.
 */
@Component
public class SearchIndex implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SearchIndex.class);
    private static final String KEY = "key";
    private static final String POSITION = "position";
    private static final String HASH = "hash";
    /** The version of the index format. Raise it when documents are built differently: an index on disk with another version is rebuilt. */
    private static final String MADE_AS = "4";

    private static final int SNIPPETS = 2;
    private static final int MOST_HIGHLIGHTED = 3;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration REOPEN = Duration.ofSeconds(2);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration COMMIT = Duration.ofSeconds(30);

    /** Stores the offsets of every word, so that highlighting need not analyze the text again. */
    private static final FieldType MARKED = new FieldType(TextField.TYPE_NOT_STORED);

    static {
        MARKED.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS);
        MARKED.freeze();
    }

    /** Maps Lucene documents to places of a {@link TypeIndex}, and back. */
    private static final class Standing {
        private static final int NOWHERE = -1;
        private final int[] places;
        private final int[] documents;

        Standing(int documents, int places) {
            this.places = new int[documents];
            this.documents = new int[places];
            Arrays.fill(this.places, NOWHERE);
        }

        void put(int document, int place) {
            places[document] = place;
            documents[place] = document;
        }

        /** The place of the document's guide; -1 if the document is of another type or was deleted. */
        int place(int document) {
            return places[document];
        }

        int document(int place) {
            return documents[place];
        }
    }

    /** A reader of the index, with the snapshot that the index was built from. */
    private record Indexed(Snapshot snapshot, DirectoryReader reader, Map<String, Standing> standings) {
        Indexed(Snapshot snapshot, DirectoryReader reader) {
            this(snapshot, reader, new ConcurrentHashMap<>());
        }

        TypeIndex index(ContentType type) {
            return snapshot.ofType(type.name()).index();
        }

        /** The mapping for a content type; created on first use. */
        Standing standing(ContentType type) {
            return standings.computeIfAbsent(type.name(), name -> {
                var typeIndex = index(type);
                var standing = new Standing(reader.maxDoc(), typeIndex.size());
                try {
                    for (var leaf : reader.leaves()) {
                        var keys = leaf.reader().getBinaryDocValues(KEY);
                        var live = leaf.reader().getLiveDocs();
                        for (int document = 0;
                                keys != null && document < leaf.reader().maxDoc();
                                document++) {
                            if (live != null && !live.get(document) || !keys.advanceExact(document)) continue;
                            var address = address(keys.binaryValue().utf8ToString());
                            var guide = address.type().equals(name)
                                    ? snapshot.find(address)
                                    : Optional.<PublishedGuide>empty();
                            if (guide.isPresent()) standing.put(leaf.docBase + document, typeIndex.place(guide.get()));
                        }
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException("reading the search index", failed);
                }
                return standing;
            });
        }
    }

    private final Catalogue catalogue;
    private final Publication publication;
    private final ContentTypes types;
    private final Path directory;
    private final Duration patience;
    private final GuideAnalyzer words = new GuideAnalyzer();
    private final Object moved = new Object();
    private volatile @Nullable Indexed indexed;
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    SearchIndex(
            Catalogue catalogue,
            Publication publication,
            ContentTypes types,
            DataDirectory data,
            @Value("${imprimatur.delivery.patience:2s}") Duration patience) {
        this.catalogue = catalogue;
        this.publication = publication;
        this.types = types;
        this.directory = data.resolve("search");
        this.patience = patience;
    }

    /**
     * Runs a search once the index has reached a snapshot; refuses with 503 if that takes longer than {@code imprimatur.delivery.patience}.
     *
     * @param asked the snapshot that the index must have reached
     * @param question the words to look for in guides of the type
     * @param before how the query was interpreted for the page before; null for the first page
     * @param locale the locale of the guides that may be found; null for all
     * @param answer makes the result from the snapshot of the index and a view of the index; the view is valid only during the call
     */
    public <T> T answer(
            Snapshot asked,
            ContentType type,
            String question,
            @Nullable QueryInterpretation before,
            @Nullable String locale,
            BiFunction<Snapshot, View, T> answer) {
        var now = acquire(asked);
        try {
            return answer.apply(now.snapshot(), new View(now, type, question, before, locale));
        } catch (IOException failed) {
            throw new UncheckedIOException("reading the search index", failed);
        } finally {
            release(now.reader());
        }
    }

    private Indexed acquire(Snapshot asked) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (; ; ) {
            var now = indexed;
            if (now != null && now.snapshot().hasReached(asked) && now.reader().tryIncRef()) return now;
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0)
                throw Refusal.unavailable(
                                "search-not-ready", "the search index has not read that far yet", Duration.ofSeconds(2))
                        .raise();
            try {
                synchronized (moved) {
                    now = indexed;
                    if (now == null || !now.snapshot().hasReached(asked)) moved.wait(left);
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                        .raise();
            }
        }
    }

    private static void release(DirectoryReader reader) {
        try {
            reader.decRef();
        } catch (IOException failed) {
            throw new UncheckedIOException("closing a view of the search index", failed);
        }
    }

    /** The results of one query, in one state of the index. */
    public final class View {
        private final Indexed reading;
        private final ContentType type;
        private final List<String> languages;
        private final SearchQuery question;

        private View(
                Indexed reading,
                ContentType type,
                String question,
                @Nullable QueryInterpretation before,
                @Nullable String locale)
                throws IOException {
            this.reading = reading;
            this.type = type;
            this.languages = languages(reading.snapshot(), type, locale);
            this.question = new SearchQuery(question, type, languages, words, reading.reader(), before);
        }

        /** All published guides that match. */
        public Hits find() {
            try {
                var standing = reading.standing(type);
                var scores = question.scores(reading.reader());
                var found = new Hits(reading.index(type).size(), question.reading());
                for (int document = 0; document < scores.length; document++)
                    if (scores[document] > 0 && standing.place(document) >= 0)
                        found.add(standing.place(document), scores[document]);
                return found;
            } catch (IOException failed) {
                throw new UncheckedIOException("reading the search index", failed);
            }
        }

        /**
         * Returns the passages that match in each of these guides, which must all be hits: HTML by field, whose only elements are
         * {@code mark}.
         */
        public List<Map<String, String>> highlights(List<PublishedGuide> found) {
            if (found.isEmpty()) return List.of();
            var highlighter = new Highlighter(reading.reader(), words);
            var inIndex = new LinkedHashMap<String, String>();
            for (String language : languages)
                type.searchFields().stream()
                        .sorted((one, other) -> Double.compare(other.weight(), one.weight()))
                        .forEach(field -> inIndex.put(GuideAnalyzer.field(language, type, field), field.name()));
            var passages = new int[inIndex.size()];
            Arrays.fill(passages, SNIPPETS);
            var typeIndex = reading.index(type);
            var standing = reading.standing(type);
            try {
                var texts = highlighter.highlightFields(
                        inIndex.keySet().toArray(String[]::new),
                        question.marks(),
                        found.stream()
                                .mapToInt(guide -> standing.document(typeIndex.place(guide)))
                                .toArray(),
                        passages);
                var all = new ArrayList<Map<String, String>>();
                for (int i = 0; i < found.size(); i++) all.add(best(inIndex, texts, i));
                return all;
            } catch (IOException failed) {
                throw new UncheckedIOException("reading the search index", failed);
            }
        }

        private Map<String, String> best(Map<String, String> inIndex, Map<String, String[]> texts, int of) {
            var best = new LinkedHashMap<String, String>();
            inIndex.forEach((field, name) -> {
                String[] snippets = texts.get(field);
                if (snippets != null && snippets[of] != null && best.size() < MOST_HIGHLIGHTED)
                    best.put(name, snippets[of]);
            });
            return best;
        }
    }

    /** Highlights matching words. Of a name it returns the whole text; of other texts it returns the sentence around the words. */
    private static final class Highlighter extends UnifiedHighlighter {
        Highlighter(DirectoryReader reader, GuideAnalyzer words) {
            super(builder(new IndexSearcher(reader), words)
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

    private static String key(GuideAddress address) {
        return address.type() + " " + address.slug() + " " + address.locale();
    }

    private static GuideAddress address(String key) {
        String[] parts = key.split(" ", 3);
        return new GuideAddress(parts[0], parts[1], parts[2]);
    }

    @Override
    public void start() {
        // set before the thread starts, which would otherwise end at once
        running = true;
        thread = Thread.ofPlatform().daemon().name("search").start(this::foldOn);
    }

    /**
     * Keeps the index up to date. If it cannot be written, for example because the disk is full, it is closed and opened again after a
     * pause; until then, searches use the last readable state.
     */
    private void foldOn() {
        try {
            while (running)
                try {
                    foldOnDisk();
                } catch (IOException | UncheckedIOException | AlreadyClosedException failed) {
                    log.warn("the search index cannot be written and is opened again shortly: {}", failed.toString());
                    for (long until = System.nanoTime() + REOPEN.toNanos(); running && System.nanoTime() < until; )
                        Thread.sleep(LOOK);
                }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            log.error("search stopped; it starts anew with the process", failed);
        }
    }

    private void foldOnDisk() throws IOException, InterruptedException {
        try {
            discardIfOfNoUse();
        } catch (IOException | RuntimeException failed) {
            log.warn("the search index on disk cannot be used: {}", failed.toString());
            clear();
        }
        try (var files = FSDirectory.open(directory);
                var writer = new IndexWriter(files, new IndexWriterConfig(words).setCommitOnClose(false))) {
            long committed = System.nanoTime();
            long saved = position(writer);
            long read = saved;
            while (running) {
                try {
                    read = fold(writer, read);
                    boolean due = System.nanoTime() - committed > COMMIT.toNanos();
                    if (read != saved && (due || saved == 0)) {
                        commit(writer, read);
                        saved = read;
                        committed = System.nanoTime();
                    }
                } catch (RuntimeException failed) {
                    if (!Failures.isOutage(failed)) throw failed;
                    log.warn("the index of the search waits for a store: {}", failed.toString());
                }
                catalogue.at(read + 1, LOOK);
            }
            if (read != saved) commit(writer, read);
        }
    }

    /**
     * Brings the index up to the current snapshot.
     *
     * @return the position that the index has reached
     */
    private long fold(IndexWriter writer, long before) throws IOException {
        var snapshot = catalogue.now();
        var last = indexed;
        long read = before;
        if (last != null && last.snapshot().isSame(snapshot)) return read;
        if (last != null && last.snapshot().reading() != snapshot.reading()) {
            writer.deleteAll();
            read = 0;
        }
        for (var history : snapshot.toldSince(read)) {
            var address = GuideAddress.of(history.last());
            var key = new Term(KEY, key(address));
            if (history.live() == null) writer.deleteDocuments(key);
            else
                writer.updateDocument(
                        key,
                        document(
                                address,
                                types.require(address.type()),
                                history.live().content(),
                                words));
            if (!running) return read;
        }
        show(writer, snapshot, last);
        return snapshot.position();
    }

    private void show(IndexWriter writer, Snapshot snapshot, @Nullable Indexed last) throws IOException {
        var reader = last == null ? DirectoryReader.open(writer) : changed(last.reader(), writer);
        synchronized (moved) {
            indexed = new Indexed(snapshot, reader);
            moved.notifyAll();
        }
        if (last != null) release(last.reader());
    }

    private static DirectoryReader changed(DirectoryReader last, IndexWriter writer) throws IOException {
        var changed = DirectoryReader.openIfChanged(last, writer);
        if (changed != null) return changed;
        last.incRef();
        return last;
    }

    /** The Lucene document of a guide. */
    static Document document(GuideAddress address, ContentType type, JsonNode content, GuideAnalyzer words) {
        var document = new Document();
        document.add(new StringField(KEY, key(address), Field.Store.NO));
        document.add(new BinaryDocValuesField(KEY, new BytesRef(key(address))));
        String language = GuideAnalyzer.language(address.locale());
        var weights = new TermWeights(language, type, words);
        for (SearchField field : type.searchFields()) {
            String text = field.text(content);
            if (text.isEmpty()) continue;
            String inIndex = GuideAnalyzer.field(language, type, field);
            var read = read(words.tokenStream(inIndex, text));
            weights.add(field, text, read);
            document.add(new StoredField(inIndex, text));
            document.add(new Field(inIndex, read, MARKED));
        }
        weights.fields().forEach(document::add);
        return document;
    }

    /** Caches the tokens of a text, so that the text is analyzed only once. */
    private static TokenStream read(TokenStream words) {
        try (words) {
            var read = new CachingTokenFilter(words);
            read.reset();
            read.incrementToken();
            return read;
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
    }

    private void commit(IndexWriter writer, long position) throws IOException {
        var said = new HashMap<String, String>();
        said.put(POSITION, Long.toString(position));
        said.put(HASH, hashAt(position));
        said.put("made", made());
        writer.setLiveCommitData(said.entrySet());
        writer.commit();
    }

    /** Deletes the index on disk if it was built from another ledger, for other content types or in another format. */
    private void discardIfOfNoUse() throws IOException {
        if (!Files.isDirectory(directory)) return;
        try (var files = FSDirectory.open(directory)) {
            if (!DirectoryReader.indexExists(files)) return;
            Map<String, String> said;
            try (var reader = DirectoryReader.open(files)) {
                said = reader.getIndexCommit().getUserData();
            }
            long position = Long.parseLong(said.getOrDefault(POSITION, "0"));
            if (made().equals(said.get("made"))
                    && catalogue.now().reading() == 0
                    && position <= catalogue.now().position()
                    && hashAt(position).equals(said.get(HASH))) return;
        }
        log.info("the search index on disk is of another ledger or other content types; it is made anew");
        clear();
    }

    private void clear() {
        try (var files = FSDirectory.open(directory)) {
            for (String file : files.listAll()) files.deleteFile(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("clearing " + directory, failed);
        }
    }

    private static long position(IndexWriter writer) {
        var said = writer.getLiveCommitData();
        if (said != null)
            for (var entry : said) if (entry.getKey().equals(POSITION)) return Long.parseLong(entry.getValue());
        return 0;
    }

    private String hashAt(long position) {
        return publication.find(List.of(position)).stream()
                .map(LedgerEntry::hash)
                .findFirst()
                .orElse("");
    }

    private String made() {
        String fields = types.all().stream()
                .map(type -> type.name() + type.searchFields())
                .sorted()
                .collect(Collectors.joining("\n"));
        return Base64.getEncoder()
                .encodeToString(Sha256.of(
                        (MADE_AS + org.apache.lucene.util.Version.LATEST + fields).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void stop() {
        running = false;
        var last = thread;
        thread = null;
        if (last == null) return;
        try {
            // not interrupted, because an interrupt closes the files of Lucene
            last.join(STOP);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
