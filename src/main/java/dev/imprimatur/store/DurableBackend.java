// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * Durable storage for the embedded server. Unlike the stock backend, this one writes each command to disk before the server answers, and
 * writes it completely or not at all. Each write ends with a commit of the store, and nothing else commits, so a crash cannot leave half a
 * command. The file is compacted when it has grown by a fixed number of bytes.
 */
final class DurableBackend extends H2Backend {
    private static final Set<String> READS = Set.of(
            "find",
            "count",
            "distinct",
            "aggregate",
            "getmore",
            "killcursors",
            "ping",
            "ismaster",
            "buildinfo",
            "endsessions",
            "listcollections",
            "listindexes",
            "serverstatus");
    /** Bytes that the file may grow before it is compacted. */
    private static final long COMPACT_EVERY = 16L << 20;
    /**
     * How long, in milliseconds, the store keeps a dead chunk before it may overwrite the chunk. Zero is safe, because after a kill the
     * next process reads the writes in order. With a few seconds the file grew to twenty times its size.
     */
    private static final int RETENTION = 0;

    private static final BsonType<Document> DOCUMENTS = new BsonType.OfDocuments();
    private static final BsonType<KeyValue> KEYS = new BsonType.OfKeys();

    private final Compaction compaction;

    DurableBackend(Path file) {
        super(open(file));
        compaction = new Compaction(getMvStore(), COMPACT_EVERY);
    }

    private static MVStore open(Path file) {
        var store = new MVStore.Builder()
                .fileName(file.toString())
                .autoCommitDisabled()
                // no automatic commit, neither by time nor by size
                .autoCommitBufferSize(0)
                .cacheSize(16)
                .compress()
                .open();
        store.setVersionsToKeep(0);
        store.setRetentionTime(RETENTION);
        return store;
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new H2Database(name, getMvStore(), getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
                // the types of a map are set when it is opened for the first time
                getMvStore()
                        .openMap(
                                "databases." + getFullCollectionNamespace(collection),
                                new MVMap.Builder<Object, Document>().valueType(DOCUMENTS));
                var opened = super.openOrCreateCollection(collection, options);
                if (opened instanceof AbstractMongoCollection<Object> indexed)
                    indexed.addIndex(new NarrowingIndex(indexed));
                return opened;
            }

            @Override
            protected Index<Object> openOrCreateUniqueIndex(
                    String collection, String index, List<IndexKey> keys, boolean sparse) {
                getMvStore()
                        .openMap(
                                getFullCollectionNamespace(collection) + "._index_" + index,
                                new MVMap.Builder<KeyValue, Object>().keyType(KEYS));
                return super.openOrCreateUniqueIndex(collection, index, keys, sparse);
            }
        };
    }

    /** Whether the command of the message only reads. */
    static boolean isRead(MongoMessage message) {
        String command = message.getDocument().keySet().iterator().next();
        return READS.contains(command.toLowerCase(Locale.ROOT));
    }

    /** Handles a command. The caller must pass writes one at a time. */
    @Override
    public Document handleMessage(MongoMessage message) {
        if (isRead(message)) return super.handleMessage(message);
        try {
            var answer = super.handleMessage(message);
            commit();
            return answer;
        } catch (MongoServerException refused) {
            // the documents before the refused one are written
            commit();
            throw refused;
        }
    }

    /** Makes a tiny write, to find out whether the disk accepts writes. */
    Document touch() {
        var store = getMvStore();
        store.setStoreVersion(1 - store.getStoreVersion());
        commit();
        return new Document();
    }

    void compact() {
        compaction.ifGrown();
    }

    /** Whether the store is closed because a write failed. Its contents in memory may then differ from the file. */
    boolean isClosed() {
        return getMvStore().isClosed();
    }

    /** Closes the file without writing to it. */
    void discard() {
        getMvStore().closeImmediately();
    }
}
