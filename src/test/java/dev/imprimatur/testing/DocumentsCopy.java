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

/** Everything in MongoDB as it was at a moment, for a restore. */
public final class DocumentsCopy {
    private final Map<String, List<Document>> collections = new HashMap<>();

    private DocumentsCopy() {}

    public static DocumentsCopy of(MongoDatabase database) {
        var copy = new DocumentsCopy();
        for (String name : database.listCollectionNames())
            copy.collections.put(name, database.getCollection(name).find().into(new ArrayList<>()));
        return copy;
    }

    /** Restores what there was of one guide, but for the ledger. */
    public void into(MongoDatabase database, Guides.Ref guide) {
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

    /** Restores it. The ledger comes last, so that a node that runs does not miss what it tells of. */
    public void into(MongoDatabase database) {
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
