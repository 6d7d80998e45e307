// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;

/** A copy of all documents in MongoDB, to restore them later. */
public final class MongoCopy {
    private final Map<String, List<Document>> collections = new HashMap<>();

    private MongoCopy() {}

    public static MongoCopy of(MongoDatabase database) {
        var copy = new MongoCopy();
        for (String name : database.listCollectionNames())
            copy.collections.put(name, database.getCollection(name).find().into(new ArrayList<>()));
        return copy;
    }

    /** Restores the documents of one guide, without its ledger entries. */
    public void restoreInto(MongoDatabase database, Guides.Ref guide) {
        collections.forEach((name, documents) -> {
            if (name.equals("ledger")) return;
            for (var document : documents)
                if (String.valueOf(document.get("_id")).startsWith(guide.id()))
                    database.getCollection(name)
                            .replaceOne(
                                    Filters.eq("_id", document.get("_id")),
                                    document,
                                    new ReplaceOptions().upsert(true));
        });
    }

    /** Restores all documents. The ledger comes last: a running node that reads a new entry finds the documents behind it. */
    public void restoreInto(MongoDatabase database) {
        var names = database.listCollectionNames().into(new ArrayList<>());
        names.sort(Comparator.comparing("ledger"::equals));
        for (String name : names) {
            var collection = database.getCollection(name);
            collection.deleteMany(Filters.empty());
            var documents = collections.getOrDefault(name, List.of());
            if (!documents.isEmpty()) collection.insertMany(documents);
        }
    }
}
