// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoCommandException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.publication.RestoredLedger;
import dev.imprimatur.store.StoreFormat;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonBinaryWriter;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Copies all documents of MongoDB to a stream and back. From a replica set, they are read in one snapshot, so that the copy is of
 * one moment while people work; the embedded store is open in this process only.
 */
@Component
class StoreCopy {
    /** What is of no use after a restore: people sign in again. */
    private static final Set<String> LEFT_OUT = Set.of("sessions");

    private static final String LEDGER = "ledger";
    private static final int SNAPSHOT_TOO_OLD = 239;
    private static final int SNAPSHOT_UNAVAILABLE = 246;

    private static final byte COLLECTION = 'C';
    private static final byte DOCUMENT = 'D';
    private static final byte END = 'E';
    /** The largest document of MongoDB, 16 MB, with what it adds to documents of its own. */
    private static final int MOST_BYTES = (16 << 20) + (16 << 10);

    private static final int BATCH = 500;
    private static final int BATCH_BYTES = 8 << 20;

    private final MongoClient client;
    private final MongoDatabase database;
    private final boolean isEmbedded;

    StoreCopy(
            MongoClient client,
            @Qualifier("unmigrated") MongoDatabase database,
            @Value("${spring.mongodb.uri:}") String uri) {
        this.client = client;
        this.database = database;
        this.isEmbedded = uri.isEmpty();
    }

    /** Writes all documents. */
    Summary write(DataOutputStream out) throws IOException {
        if (isEmbedded) return write(out, null);
        try (var session = client.startSession(
                ClientSessionOptions.builder().snapshot(true).build())) {
            return write(out, session);
        } catch (MongoCommandException failed) {
            if (failed.getErrorCode() != SNAPSHOT_TOO_OLD && failed.getErrorCode() != SNAPSHOT_UNAVAILABLE)
                throw failed;
            throw new BackupFailure(
                    failed.getErrorCode() == SNAPSHOT_TOO_OLD
                            ? "MongoDB did not keep the moment of the backup for long enough; raise its parameter minSnapshotHistoryWindowInSeconds"
                            : "MongoDB cannot read this moment, in which a collection was made; run the command again",
                    failed);
        }
    }

    private Summary write(DataOutputStream out, @Nullable ClientSession session) throws IOException {
        var reading = new Reading(Instant.now());
        for (String name : names()) {
            out.writeByte(COLLECTION);
            out.writeUTF(name);
            reading.collection(name);
            var collection = database.getCollection(name, RawBsonDocument.class);
            var all = session == null ? collection.find() : collection.find(session);
            try (var documents = all.sort(Sorts.ascending("_id"))
                    .timeoutMode(TimeoutMode.ITERATION)
                    .iterator()) {
                while (documents.hasNext()) {
                    var document = documents.next();
                    var bytes = document.getByteBuffer();
                    out.writeByte(DOCUMENT);
                    out.writeInt(bytes.remaining());
                    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                    reading.document(document);
                }
            }
        }
        var summary = reading.summary();
        out.writeByte(END);
        var end = new Document("at", summary.at().toString())
                .append("documents", new Document(new TreeMap<String, Object>(summary.documents())));
        byte[] encoded = encoded(end);
        out.writeInt(encoded.length);
        out.write(encoded);
        return summary;
    }

    private static byte[] encoded(Document document) {
        var buffer = new BasicOutputBuffer();
        new DocumentCodec()
                .encode(
                        new BsonBinaryWriter(buffer),
                        document,
                        EncoderContext.builder().build());
        return buffer.toByteArray();
    }

    private List<String> names() {
        return database.listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> !name.startsWith("system.") && !LEFT_OUT.contains(name))
                .sorted()
                .toList();
    }

    /** What is known of the documents that were read so far. */
    private static final class Reading {
        private Instant at;
        private final TreeMap<String, Long> documents = new TreeMap<>();
        private String name = "";
        private long position;

        Reading(Instant at) {
            this.at = at;
        }

        void collection(String next) {
            name = next;
            documents.put(next, 0L);
        }

        void document(RawBsonDocument document) {
            documents.merge(name, 1L, Long::sum);
            if (name.equals(LEDGER))
                position = Math.max(position, document.getNumber("_id").longValue());
        }

        Summary summary() {
            return new Summary(at, documents, position);
        }
    }

    /** Takes the documents of a backup, in their order. */
    interface Target {
        void document(String collection, RawBsonDocument document);
    }

    /** Reads all documents and compares their numbers with those that the backup names at its end. */
    static Summary read(DataInputStream in, Target target) throws IOException {
        var reading = new Reading(Instant.EPOCH);
        for (; ; ) {
            byte kind = in.readByte();
            switch (kind) {
                case COLLECTION -> reading.collection(in.readUTF());
                case DOCUMENT -> {
                    var document = new RawBsonDocument(bytes(in));
                    reading.document(document);
                    target.document(reading.name, document);
                }
                case END -> {
                    var end = new RawBsonDocument(bytes(in));
                    reading.at = Instant.parse(end.getString("at").getValue());
                    var counted = new TreeMap<String, Long>();
                    end.getDocument("documents")
                            .forEach((name, count) ->
                                    counted.put(name, count.asNumber().longValue()));
                    if (!counted.equals(reading.documents))
                        throw new BackupFailure("the backup has other documents than it says at its end");
                    return reading.summary();
                }
                default ->
                    throw new BackupFailure(
                            "the backup has a record of an unknown kind; it was made by another release");
            }
        }
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 5 || length > MOST_BYTES)
            throw new BackupFailure("the backup has a document of an impossible size");
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /**
     * Prepares the database for a restore: until {@link Inserts#finish}, no server starts with it. Documents of a restore that did not end are
     * removed. Throws a {@link BackupFailure} if the database has any other documents.
     */
    void begin() {
        var formats = database.getCollection(StoreFormat.COLLECTION);
        boolean isRestoring =
                formats.find(Filters.eq(StoreFormat.RESTORING, true)).first() != null;
        var filled = new ArrayList<String>();
        for (String name : database.listCollectionNames().into(new ArrayList<>())) {
            if (name.startsWith("system.") || name.equals(StoreFormat.COLLECTION) && isRestoring) continue;
            if (isRestoring) database.getCollection(name).deleteMany(Filters.empty());
            else if (database.getCollection(name).find().first() != null) filled.add(name);
        }
        if (!filled.isEmpty())
            throw new BackupFailure("the database " + database.getName() + " is not empty (it has documents in "
                    + String.join(", ", filled.stream().sorted().limit(5).toList())
                    + "); restore into an empty one");
        formats.replaceOne(
                Filters.eq("_id", StoreFormat.ID), StoreFormat.whileRestoring(), new ReplaceOptions().upsert(true));
    }

    /** Inserts documents in batches. */
    final class Inserts implements Target {
        private final List<RawBsonDocument> batch = new ArrayList<>();
        private @Nullable RawBsonDocument format;
        private String collection = "";
        private int bytes;

        @Override
        public void document(String name, RawBsonDocument document) {
            if (name.equals(StoreFormat.COLLECTION)) {
                format = document;
                return;
            }
            if (!name.equals(collection) || batch.size() >= BATCH || bytes >= BATCH_BYTES) insert();
            collection = name;
            batch.add(document);
            bytes += document.getByteBuffer().remaining();
        }

        private void insert() {
            if (!batch.isEmpty())
                database.getCollection(collection, RawBsonDocument.class).insertMany(batch);
            batch.clear();
            bytes = 0;
        }

        /**
         * Makes the store one that servers start with, and that lacks entries.
         *
         * @param position the last position of the ledger
         */
        void finish(long position) {
            insert();
            database.getCollection(RestoredLedger.COLLECTION)
                    .replaceOne(Filters.empty(), RestoredLedger.after(position), new ReplaceOptions().upsert(true));
            if (format == null) throw new BackupFailure("the backup has no format of the store");
            MongoCollection<RawBsonDocument> formats =
                    database.getCollection(StoreFormat.COLLECTION, RawBsonDocument.class);
            formats.replaceOne(Filters.eq("_id", StoreFormat.ID), format);
        }
    }
}
