// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.store.Migration;
import dev.imprimatur.store.NumberedIds;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/**
 * Seals the documents of releases before seals: revisions, working copies, edition logs and finally the audit. Afterwards no document is
 * accepted without a seal. The migration must therefore never run again, even if somebody sets the format of the store back: otherwise it
 * would seal forged documents. If the last record of the audit was sealed by anything but this migration, the migration has run before.
 */
@Component
class SealMigration implements Migration {
    private static final Pattern ENTRY = Pattern.compile("[^.#]+[.][1-9][0-9]{0,8}#[0-9]{6,9}");
    private static final String POSITION = "position";

    private final MongoDatabase database;
    private final Seals seals;
    private final Signer signer;
    private final Clock clock;
    private final SealedCollection<BsonDocument> audit;

    SealMigration(@Qualifier("unmigrated") MongoDatabase database, Seals seals, Signer signer, Clock clock) {
        this.database = database;
        this.seals = seals;
        this.signer = signer;
        this.clock = clock;
        this.audit = collection("audit");
    }

    private SealedCollection<BsonDocument> collection(String name) {
        return new SealedCollection<>(database, name, BsonDocument.class, seals);
    }

    @Override
    public int to() {
        return 2;
    }

    @Override
    public void run() {
        var last = audit.documents()
                .find(Filters.gt(POSITION, 0L))
                .sort(Sorts.descending(POSITION))
                .first();
        if (last != null && !last.containsKey(SealedCollection.MIGRATED)) return;
        boolean empty = audit.documents().find().limit(1).first() == null;
        if (empty && collection("edition_log").documents().find().limit(1).first() == null) return;
        mustHaveLedgerKeys();
        sealEach(collection("revisions"));
        sealEach(collection("working_copies"));
        sealLogs(collection("edition_log"));
        sealAudit();
    }

    /** Stops if this node lacks a key of the ledger: seals with another key could not be verified later. */
    private void mustHaveLedgerKeys() {
        var keys = database.getCollection("signing_keys").find().first();
        if (keys != null
                && !keys.getList("keys", String.class, List.of()).stream().allMatch(signer::knows))
            throw new IllegalStateException(
                    "the ledger in this store is signed with keys that this node does not have, so the node seals"
                            + " nothing; see “Keys” in docs/operations.md");
    }

    private static List<String> ids(SealedCollection<BsonDocument> collection) {
        return collection
                .documents()
                .withDocumentClass(Document.class)
                .find()
                .projection(Projections.include("_id"))
                .sort(Sorts.ascending("_id"))
                .map(document -> document.get("_id"))
                .into(new ArrayList<>())
                .stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    private static void sealEach(SealedCollection<BsonDocument> collection) {
        ids(collection).forEach(id -> collection.sealOnce(id, null, document -> {}));
    }

    /** Seals the edition logs guide by guide, in the order of the chain. */
    private static void sealLogs(SealedCollection<BsonDocument> log) {
        String guide = "";
        String hash = SealedCollection.GENESIS;
        var ids = ids(log).stream()
                .filter(id -> ENTRY.matcher(id).matches())
                .sorted(Comparator.comparing(SealMigration::guide)
                        .thenComparingInt(SealMigration::edition)
                        .thenComparingInt(NumberedIds::number))
                .toList();
        for (String id : ids) {
            if (!guide(id).equals(guide)) hash = SealedCollection.GENESIS;
            guide = guide(id);
            hash = log.sealOnce(id, hash, document -> {})
                    .getString(SealedCollection.HASH)
                    .getValue();
        }
    }

    private static String guide(String entry) {
        return entry.substring(0, entry.indexOf('.'));
    }

    private static int edition(String entry) {
        return Integer.parseInt(NumberedIds.owner(entry).substring(entry.indexOf('.') + 1));
    }

    /** Seals the audit in the order of time, which becomes the order of the chain. A final record prevents a second run. */
    private void sealAudit() {
        long position = 0;
        String hash = SealedCollection.GENESIS;
        for (String id : ids(audit)) {
            long next = position + 1;
            var sealed = audit.sealOnce(
                    id,
                    hash,
                    document -> document.append(POSITION, new BsonInt64(next))
                            .append(SealedCollection.MIGRATED, BsonBoolean.TRUE));
            // a record that was written in the meantime gets its position after these records
            if (!sealed.containsKey(SealedCollection.MIGRATED)) continue;
            position = next;
            hash = sealed.getString(SealedCollection.HASH).getValue();
        }
        var now = clock.instant();
        audit.insertAfter(
                hash,
                new BsonDocument(
                                "_id",
                                new BsonString("%013d-000000-%s".formatted(now.toEpochMilli(), UUID.randomUUID())))
                        .append("at", new BsonDateTime(now.toEpochMilli()))
                        .append("actor", new BsonString("imprimatur"))
                        .append("action", new BsonString("audit-sealed"))
                        .append(POSITION, new BsonInt64(position + 1)));
    }
}
