// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import com.mongodb.ReadConcern;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.store.NumberedIds;
import dev.imprimatur.store.StoredJson;
import dev.imprimatur.store.UniqueInsert;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.bson.BsonDocumentReader;
import org.bson.BsonDocumentWriter;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A collection that seals its documents on write and verifies them on read. Besides its own fields, a document has {@code hash},
 * {@code signature} and, in a chain, {@code previousHash}. The hash covers all fields except {@code hash} and {@code signature}. The hash
 * includes the {@code _id}, so no document can take the place of another.
 */
public final class SealedCollection<R> {
    /** The previous hash of the first document of a chain. */
    public static final String GENESIS = "0".repeat(64);

    static final String HASH = "hash";
    static final String SIGNATURE = "signature";
    /** A field of audit records that a migration sealed. */
    static final String MIGRATED = "migrated";

    private static final String PREVIOUS = "previousHash";
    private static final Set<String> OF_SEALS = Set.of(HASH, SIGNATURE, PREVIOUS, MIGRATED);
    private static final String ID = "_id";
    private static final int BATCH = 500;

    /**
     * A document as it is stored.
     *
     * @param row the decoded document; null if it cannot be decoded
     * @param fault what is wrong with the document, as the rest of a sentence whose subject is the document; null if nothing is wrong
     */
    public record Stored<R>(
            String id,
            @Nullable R row,
            @Nullable String previousHash,
            @Nullable String hash,
            @Nullable String fault) {
        /** Returns the decoded document if nothing is wrong with it. */
        public Optional<R> intact() {
            return fault == null ? Optional.ofNullable(row) : Optional.empty();
        }
    }

    private final String name;
    private final MongoCollection<BsonDocument> documents;
    private final Codec<R> codec;
    private final Seals seals;

    public SealedCollection(MongoDatabase database, String name, Class<R> type, Seals seals) {
        this.name = name;
        this.documents = database.getCollection(name, BsonDocument.class);
        this.codec = database.getCodecRegistry().get(type);
        this.seals = seals;
    }

    /** The stored documents, for creating indexes and for queries that need no verification. */
    public MongoCollection<BsonDocument> documents() {
        return documents;
    }

    /** Inserts a document that is not part of a chain. Returns false if one of its unique keys is taken. */
    public boolean insert(R row) {
        return UniqueInsert.insert(documents, sealed(row, null));
    }

    /**
     * Inserts the next document of a chain.
     *
     * @return the document's hash; empty if one of its unique keys is taken
     */
    public Optional<String> insertAfter(String previousHash, R row) {
        var document = sealed(row, previousHash);
        return UniqueInsert.insert(documents, document)
                ? Optional.of(document.getString(HASH).getValue())
                : Optional.empty();
    }

    /**
     * A document that is sealed, but not stored yet.
     *
     * @param group documents of one group build on each other
     */
    public record Sealed(BsonDocument document, String group) {
        public String hash() {
            return document.getString(HASH).getValue();
        }
    }

    /**
     * Seals a document, to be inserted together with others.
     *
     * @param previousHash null for a document that is not part of a chain
     */
    public Sealed seal(R row, @Nullable String previousHash, String group) {
        return new Sealed(sealed(row, previousHash), group);
    }

    /**
     * Inserts the documents in this order. A document whose unique key is taken is left out, with the later ones of its group.
     *
     * @return the groups of the documents that were left out
     */
    public Set<String> insertAll(List<Sealed> sealed) {
        var groups = new IdentityHashMap<BsonDocument, String>();
        sealed.forEach(it -> groups.put(it.document(), it.group()));
        return UniqueInsert.insertAll(
                        documents, sealed.stream().map(Sealed::document).toList(), groups::get)
                .stream()
                .map(groups::get)
                .collect(Collectors.toSet());
    }

    /** Replaces many documents, each by its row. Returns false if one of the filters finds none. */
    public <T> boolean replaceAll(List<T> all, Function<T, Bson> filter, Function<T, R> row) {
        var replacements = all.parallelStream()
                .map(it -> new ReplaceOneModel<>(filter.apply(it), sealed(row.apply(it), null)))
                .toList();
        return replacements.isEmpty() || documents.bulkWrite(replacements).getMatchedCount() == replacements.size();
    }

    /** Replaces the document that the filter finds. Returns false if the filter finds none. */
    public boolean replace(Bson filter, R row) {
        return documents.replaceOne(filter, sealed(row, null)).getMatchedCount() == 1;
    }

    /** Returns a filter for the document that has exactly the fields of the row. */
    public Bson is(R row) {
        return Filters.and(encoded(row).entrySet().stream()
                .map(field -> is(field.getKey(), field.getValue()))
                .toList());
    }

    /** A document in a filter is compared with an operator, because its own fields may be named like operators. */
    private static Bson is(String field, BsonValue value) {
        return value.isDocument() ? new BsonDocument(field, new BsonDocument("$eq", value)) : Filters.eq(field, value);
    }

    /**
     * Replaces a document that is still as it was read.
     *
     * @return the document as it is stored now; empty if it was changed or deleted meanwhile
     */
    public Optional<Stored<R>> replace(Stored<R> read, R row) {
        var document = sealed(row, null);
        var unchanged = Filters.and(Filters.eq(ID, read.id()), Filters.eq(HASH, read.hash()));
        return documents.replaceOne(unchanged, document).getMatchedCount() == 1
                ? Optional.of(stored(document))
                : Optional.empty();
    }

    /** Deletes one document that the filter finds, and returns it. Of several concurrent calls, one gets the document. */
    public Optional<Stored<R>> take(Bson filter) {
        return Optional.ofNullable(documents.findOneAndDelete(filter)).map(this::stored);
    }

    /** Whether a document with this id exists, intact or not. */
    public boolean exists(String id) {
        return documents
                        .find(Filters.eq(ID, id))
                        .projection(Projections.include(ID))
                        .first()
                != null;
    }

    public Optional<Stored<R>> find(String id) {
        return Optional.ofNullable(documents.find(Filters.eq(ID, id)).first()).map(this::stored);
    }

    /** Returns all documents of the owner from this number on, in order ({@link NumberedIds}). */
    public List<Stored<R>> numbered(String owner, int from) {
        return NumberedIds.all(documents, owner, from).stream()
                .map(this::stored)
                .toList();
    }

    /**
     * Returns the documents of several owners from this number on, by owner and in order ({@link NumberedIds}). One query reads
     * them all, unless an owner has many more documents than expected.
     *
     * @param expected about how many documents each owner has
     */
    public Map<String, List<Stored<R>>> numbered(Map<String, Integer> expected, int from) {
        var found = new HashMap<String, List<Stored<R>>>();
        expected.keySet().forEach(owner -> found.put(owner, new ArrayList<>()));
        NumberedIds.first(documents, expected, from).parallelStream()
                .map(this::stored)
                .sorted(Comparator.comparing(Stored::id))
                .toList()
                .forEach(stored -> Objects.requireNonNull(found.get(NumberedIds.owner(stored.id())))
                        .add(stored));
        expected.forEach((owner, about) -> {
            var some = Objects.requireNonNull(found.get(owner));
            if (some.size() == NumberedIds.named(about)) some.addAll(numbered(owner, from + some.size()));
        });
        return found;
    }

    /** Returns the documents with these ids, by id. */
    public Map<String, Stored<R>> find(Collection<String> ids) {
        return documents.find(Filters.in(ID, ids)).batchSize(BATCH).into(new ArrayList<>()).parallelStream()
                .map(this::stored)
                .collect(Collectors.toMap(Stored::id, Function.identity()));
    }

    /** Returns at most {@code most} documents that the filter finds, sorted. */
    public List<Stored<R>> find(Bson filter, Bson sort, int most) {
        return documents.find(filter).sort(sort).limit(most).map(this::stored).into(new ArrayList<>());
    }

    /**
     * Returns the first document that the filter finds in this order, even if a majority does not have the document yet. That is safe
     * for a writer that chains to the document: the next write is acknowledged only together with this one.
     */
    public Optional<Stored<R>> newest(Bson filter, Bson sort) {
        return Optional.ofNullable(documents
                        .withReadConcern(ReadConcern.LOCAL)
                        .find(filter)
                        .sort(sort)
                        .first())
                .map(this::stored);
    }

    /** Returns a cursor over all documents that the filter finds, sorted. The caller closes the cursor. */
    public MongoCursor<Stored<R>> each(Bson filter, Bson sort) {
        return all(filter, sort).map(this::stored).iterator();
    }

    /**
     * Visits every document, intact or not, in the order of ids.
     *
     * @param what receives the id and the document; the document is empty if it cannot be decoded
     */
    public void each(BiConsumer<String, Optional<R>> what) {
        try (var all = each(Filters.empty(), Sorts.ascending(ID))) {
            all.forEachRemaining(stored -> what.accept(stored.id(), Optional.ofNullable(stored.row())));
        }
    }

    private FindIterable<BsonDocument> all(Bson filter, Bson sort) {
        return documents.find(filter).sort(sort).batchSize(BATCH).timeoutMode(TimeoutMode.ITERATION);
    }

    /**
     * Seals a document that has no seal yet. If another node seals the document first, that seal stays.
     *
     * @param previousHash null for a document that is not part of a chain
     * @param change a change to the document before sealing
     * @return the document as it is stored afterwards
     */
    BsonDocument sealOnce(String id, @Nullable String previousHash, Consumer<BsonDocument> change) {
        var document = Objects.requireNonNull(documents.find(Filters.eq(ID, id)).first());
        if (document.containsKey(HASH)) return document;
        change.accept(document);
        seal(document, previousHash);
        var open = Filters.and(Filters.eq(ID, id), Filters.exists(HASH, false));
        if (documents.replaceOne(open, document).getMatchedCount() == 1) return document;
        return Objects.requireNonNull(documents.find(Filters.eq(ID, id)).first());
    }

    private BsonDocument sealed(R row, @Nullable String previousHash) {
        var document = encoded(row);
        seal(document, previousHash);
        return document;
    }

    private BsonDocument encoded(R row) {
        var document = new BsonDocument();
        codec.encode(
                new BsonDocumentWriter(document), row, EncoderContext.builder().build());
        return document;
    }

    private void seal(BsonDocument document, @Nullable String previousHash) {
        if (previousHash != null) document.put(PREVIOUS, new BsonString(previousHash));
        var json = StoredJson.of(document);
        String hash = seals.hash(json);
        document.put(HASH, new BsonString(hash));
        document.put(SIGNATURE, new BsonString(seals.sign(name, json.get(ID), hash)));
    }

    private Stored<R> stored(BsonDocument document) {
        BsonValue id = Objects.requireNonNull(document.get(ID), "every document has an id");
        String hash = text(document, HASH);
        String fault = fault(document, hash);
        R row = null;
        try {
            var own = new BsonDocument();
            document.forEach((field, value) -> {
                if (!OF_SEALS.contains(field)) own.put(field, value);
            });
            row = codec.decode(
                    new BsonDocumentReader(own), DecoderContext.builder().build());
        } catch (RuntimeException unreadable) {
            if (fault == null) fault = "cannot be read";
        }
        return new Stored<>(
                id.isString() ? id.asString().getValue() : id.toString(), row, text(document, PREVIOUS), hash, fault);
    }

    private @Nullable String fault(BsonDocument document, @Nullable String hash) {
        String signature = text(document, SIGNATURE);
        if (hash == null || signature == null) return "is not sealed";
        JsonNode id;
        try {
            var json = StoredJson.of(document);
            id = json.get(ID);
            if (!seals.hash(json).equals(hash)) return "is not what was sealed";
        } catch (IllegalArgumentException strange) {
            return "is not what was sealed";
        }
        return seals.isSigned(name, id, hash, signature) ? null : "is not sealed with a key of this server";
    }

    private static @Nullable String text(BsonDocument document, String field) {
        return document.get(field) instanceof BsonString text ? text.getValue() : null;
    }
}
