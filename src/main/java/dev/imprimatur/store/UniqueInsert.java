// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;

/** The commit point that all repositories share: an insert that one of many can make. */
public final class UniqueInsert {
    private UniqueInsert() {}

    /** Inserts the document; false, with nothing changed, if one of its unique keys is taken. */
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
