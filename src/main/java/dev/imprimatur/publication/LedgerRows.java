// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDocumentWrapper;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.Codec;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of ledger entries. Entries that are read here are not verified yet. */
@Component
class LedgerRows {
    private static final int FIRST_READ = 4;
    private static final int GROWTH = 8;
    /** Field of the first document of a release: the documents of its other entries. */
    private static final String FOLLOWERS = "followers";

    private static final Bson WITHOUT_FOLLOWERS = Projections.exclude(FOLLOWERS);

    /** @param audit the anchor of the audit; absent in entries from releases before anchors */
    public record Row(
            @BsonId long position,
            String cause,
            LedgerEntry entry,
            @Nullable AuditAnchor audit) {}

    /**
     * A stored document of the ledger.
     *
     * @param entry the decoded entry; null if it cannot be decoded
     * @param hash the hash that the entry states
     * @param signature the signature that the entry states
     * @param anchor the anchor that is stored beside the entry
     */
    record Stored(
            long position,
            @Nullable LedgerEntry entry,
            @Nullable String hash,
            @Nullable String signature,
            @Nullable AuditAnchor anchor) {}

    private final MongoCollection<Row> rows;
    private final MongoCollection<RawBsonDocument> raw;
    private final Codec<Row> codec;
    private final Codec<Document> documentCodec;

    LedgerRows(MongoDatabase database) {
        rows = database.getCollection("ledger", Row.class);
        raw = database.getCollection("ledger", RawBsonDocument.class);
        codec = rows.getCodecRegistry().get(Row.class);
        documentCodec = rows.getCodecRegistry().get(Document.class);
        Index.makeUnique(rows, Indexes.ascending("cause"));
    }

    /** Inserts entries in order, up to the first whose position or cause is taken. Returns how many were inserted. */
    int insert(List<Row> entries) {
        return entries.size()
                - UniqueInsert.insertAll(rows, entries, entry -> "ledger").size();
    }

    /**
     * Inserts the entries of a release as one commit point: the document of the first entry contains all others, from which anybody can
     * insert the documents of the others.
     *
     * @return whether they were inserted; false if the first position or its cause is taken
     */
    boolean insertRelease(List<Row> entries) {
        var first = encoded(entries.getFirst());
        first.put(
                FOLLOWERS,
                new BsonArray(entries.stream().skip(1).map(this::encoded).toList()));
        if (!UniqueInsert.insert(raw.withDocumentClass(BsonDocument.class), first)) return false;
        UniqueInsert.insertMissing(rows, entries.subList(1, entries.size()));
        return true;
    }

    /** Inserts the documents of a release that a crash left out. */
    void completeRelease(LedgerEntry.Release release) {
        if (rows.countDocuments(Filters.in("_id", release.positions())) < release.size())
            UniqueInsert.insertMissing(raw, followers(release.first()).toList());
    }

    private Stream<RawBsonDocument> followers(long first) {
        var document = raw.find(Filters.eq("_id", first))
                .projection(Projections.include(FOLLOWERS))
                .first();
        if (document == null || !(document.get(FOLLOWERS) instanceof BsonArray followers)) return Stream.empty();
        return followers.stream()
                .filter(BsonDocument.class::isInstance)
                .map(follower -> new RawBsonDocument((BsonDocument) follower, new BsonDocumentCodec()));
    }

    private BsonDocument encoded(Row row) {
        return BsonDocumentWrapper.asBsonDocument(row, rows.getCodecRegistry()).clone();
    }

    /** Replaces the anchor beside the entry. */
    void anchor(long position, AuditAnchor anchor) {
        rows.updateOne(Filters.eq("_id", position), Updates.set("audit", anchor));
    }

    /** Returns the last stored entry. The embedded store reads the whole collection for this query. */
    Optional<Stored> last() {
        return Optional.ofNullable(raw.find()
                        .projection(WITHOUT_FOLLOWERS)
                        .sort(Sorts.descending("_id"))
                        .first())
                .map(this::stored);
    }

    /** The positions of the entries with these causes, by cause. */
    Map<String, Long> byCauses(Set<String> causes) {
        var positions = new HashMap<String, Long>();
        raw.find(Filters.in("cause", causes))
                .projection(Projections.include("_id", "cause"))
                .forEach(row -> positions.put(
                        row.getString("cause").getValue(), row.getNumber("_id").longValue()));
        return positions;
    }

    /** Returns the stored entries at these positions, in order. */
    List<Stored> at(Collection<Long> positions) {
        return raw.find(Filters.in("_id", positions))
                .projection(WITHOUT_FOLLOWERS)
                .sort(Sorts.ascending("_id"))
                .map(this::stored)
                .into(new ArrayList<>());
    }

    /**
     * Returns the stored entries above the position, in order, up to the first gap. Positions have no gaps, so the query names them:
     * first a few, because a regular reader finds few new entries, then larger batches. Entries of a release that have no document of their
     * own yet are taken from the document of its first entry.
     */
    List<Stored> after(long position, int limit) {
        var stored = new ArrayList<Stored>();
        for (int size = FIRST_READ; stored.size() < limit; size *= GROWTH) {
            long from = position + stored.size();
            int named = Math.min(size, limit - stored.size());
            var read = at(LongStream.rangeClosed(from + 1, from + named).boxed().toList());
            stored.addAll(read);
            if (read.size() < named && !addFollowers(stored, limit)) break;
        }
        return stored;
    }

    /** Adds entries of a release after its stored ones, up to the limit; returns whether the release is complete then. */
    private boolean addFollowers(List<Stored> stored, int limit) {
        var last = stored.isEmpty() ? null : stored.getLast().entry();
        if (last == null || !last.isContinued()) return false;
        var release = requireNonNull(last.release());
        var missing = followers(release.first())
                .map(this::stored)
                .filter(follower -> follower.position() > last.position() && follower.position() <= release.last())
                .limit(limit - stored.size())
                .toList();
        stored.addAll(missing);
        return !missing.isEmpty();
    }

    /** Returns stored entries anywhere above the position, in order. The embedded store reads the whole collection for this query. */
    List<Stored> beyond(long position, int limit) {
        return raw.find(Filters.gt("_id", position))
                .projection(WITHOUT_FOLLOWERS)
                .sort(Sorts.ascending("_id"))
                .limit(limit)
                .map(this::stored)
                .into(new ArrayList<>());
    }

    /** Visits every entry, with its position and its cause; the cause is empty if the entry cannot be read. */
    void eachCause(BiConsumer<String, Optional<String>> visitor) {
        Decoding.each(rows, (position, row) -> visitor.accept(position, row.map(Row::cause)));
    }

    private Stored stored(RawBsonDocument document) {
        long position = document.getNumber("_id").longValue();
        var read = Decoding.of(document, codec);
        if (read.isPresent()) {
            var entry = read.get().entry();
            return new Stored(
                    position, entry, entry.hash(), entry.signature(), read.get().audit());
        }
        var entry = document.decode(documentCodec).get("entry") instanceof Document stored ? stored : new Document();
        return new Stored(position, null, text(entry.get("hash")), text(entry.get("signature")), null);
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }
}
