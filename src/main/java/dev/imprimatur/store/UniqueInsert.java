// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.InsertManyOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The commit point of all repositories: of several concurrent inserts with the same unique key, one succeeds. */
public final class UniqueInsert {
    private UniqueInsert() {}

    /** Inserts the document. Returns false, and changes nothing, if one of its unique keys is taken. */
    public static <T> boolean insert(MongoCollection<T> collection, T document) {
        try {
            collection.insertOne(document);
            return true;
        } catch (MongoWriteException taken) {
            if (Failures.isDuplicateKey(taken)) return false;
            throw taken;
        }
    }

    /**
     * Inserts the documents in this order. If a unique key of a document is taken, that document and the later ones of its group are left
     * out, and all others are inserted. Each document is a commit point of its own: after a crash, the first ones are stored.
     *
     * @param group tells which documents build on each other
     * @return the documents that were left out
     */
    public static <T> Set<T> insertAll(MongoCollection<T> collection, List<T> documents, Function<T, Object> group) {
        Set<T> leftOut = Collections.newSetFromMap(new IdentityHashMap<>());
        List<T> open = documents;
        while (!open.isEmpty())
            try {
                collection.insertMany(open);
                return leftOut;
            } catch (MongoBulkWriteException failed) {
                var errors = failed.getWriteErrors();
                if (errors.isEmpty() || errors.getFirst().getCategory() != ErrorCategory.DUPLICATE_KEY) throw failed;
                int taken = errors.getFirst().getIndex();
                var without = group.apply(open.get(taken));
                var rest = new ArrayList<T>();
                for (T document : open.subList(taken, open.size()))
                    (group.apply(document).equals(without) ? leftOut : rest).add(document);
                open = rest;
            }
        return leftOut;
    }

    /** Inserts the documents whose unique keys are not taken yet. */
    public static <T> void insertMissing(MongoCollection<T> collection, List<? extends T> documents) {
        if (documents.isEmpty()) return;
        try {
            collection.insertMany(documents, new InsertManyOptions().ordered(false));
        } catch (MongoBulkWriteException failed) {
            boolean isOtherFault = failed.getWriteConcernError() != null
                    || failed.getWriteErrors().stream()
                            .anyMatch(error -> error.getCategory() != ErrorCategory.DUPLICATE_KEY);
            if (isOtherFault) throw failed;
        }
    }
}
