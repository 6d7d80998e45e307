// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import org.bson.Document;
import org.springframework.stereotype.Component;

/**
 * Remembers that the ledger was restored from a backup. Nobody knows what was published or unpublished since the backup, so
 * the ledger counts as one that lacks its next entry, until an administrator decides that it continues without what is lost.
 */
@Component
public class RestoredLedger implements Witness {
    /** The name of the collection, which a restore fills. */
    public static final String COLLECTION = "ledger_restores";

    private static final String POSITION = "position";
    private static final int ONLY = 1;

    private final MongoCollection<Document> restores;

    RestoredLedger(MongoDatabase database) {
        restores = database.getCollection(COLLECTION);
    }

    /**
     * The one document of the collection after a restore.
     *
     * @param position the last position that was restored; 0 if the ledger was empty
     */
    public static Document after(long position) {
        return new Document("_id", ONLY).append(POSITION, position + 1);
    }

    @Override
    public String name() {
        return "the restore of a backup";
    }

    @Override
    public long furthest() {
        var restore = restores.find(Filters.eq("_id", ONLY)).first();
        return restore == null ? 0 : restore.getLong(POSITION);
    }

    @Override
    public void forget(long end) {
        restores.deleteOne(Filters.gt(POSITION, end));
    }
}
