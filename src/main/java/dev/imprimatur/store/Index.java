// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import java.util.concurrent.TimeUnit;
import org.bson.conversions.Bson;

/** Creates the missing indexes of a collection at start. Creating an index may take minutes if the collection is large. */
public final class Index {
    private static final long MINUTES = 10;

    private Index() {}

    public static void make(MongoCollection<?> collection, Bson keys) {
        make(collection, keys, new IndexOptions());
    }

    public static void makeUnique(MongoCollection<?> collection, Bson keys) {
        make(collection, keys, new IndexOptions().unique(true));
    }

    /** Creates an index that is unique among the documents that have the field. */
    public static void makeUniqueWherePresent(MongoCollection<?> collection, Bson key) {
        make(collection, key, new IndexOptions().unique(true).sparse(true));
    }

    /** Creates an index that contains only the documents that have the field. */
    public static void makeWherePresent(MongoCollection<?> collection, Bson key) {
        make(collection, key, new IndexOptions().sparse(true));
    }

    private static void make(MongoCollection<?> collection, Bson keys, IndexOptions options) {
        collection.withTimeout(MINUTES, TimeUnit.MINUTES).createIndex(keys, options);
    }
}
