// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;

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
}
