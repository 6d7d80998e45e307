// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractMongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets the embedded server use its unique indexes for queries that have more conditions than an index has keys, such as a version beside an
 * id. Without this index, the server uses a unique index only for a query with exactly the keys of the index, and reads the whole
 * collection for every other query. This index has no entries of its own. It passes the part of the query that a real index can answer to
 * that index, and the server then tests the documents that it finds against the whole query.
 */
final class NarrowingIndex extends Index<Object> {
    private final AbstractMongoCollection<Object> collection;

    NarrowingIndex(AbstractMongoCollection<Object> collection) {
        super("narrowing", List.of(new IndexKey("narrowing", true)), true);
        this.collection = collection;
    }

    /** An index, and the part of a query that the index can answer. */
    private record Narrower(Index<Object> index, Document part) {}

    private Optional<Narrower> narrower(Document query) {
        var conditions = new Document();
        if (!collect(query, conditions)) return Optional.empty();
        return collection.getIndexes().stream()
                .filter(index -> index != this)
                .flatMap(index -> part(index, conditions).map(part -> new Narrower(index, part)).stream())
                .filter(it -> it.index().canHandle(it.part()))
                .findFirst();
    }

    /** Collects the conditions on single fields, also from {@code $and}. Returns false if a field has two conditions. */
    private static boolean collect(Document query, Document conditions) {
        for (var condition : query.entrySet()) {
            String name = condition.getKey();
            if (name.equals("$and") && condition.getValue() instanceof Collection<?> all) {
                for (Object each : all)
                    if (!(each instanceof Document part) || !collect(part, conditions)) return false;
            } else if (!name.startsWith("$")) {
                if (conditions.containsKey(name)) return false;
                conditions.append(name, condition.getValue());
            }
        }
        return true;
    }

    private static Optional<Document> part(Index<Object> index, Document conditions) {
        var part = new Document();
        for (var key : index.getKeys()) {
            if (!conditions.containsKey(key.getKey())) return Optional.empty();
            part.append(key.getKey(), conditions.get(key.getKey()));
        }
        return Optional.of(part);
    }

    @Override
    public boolean canHandle(Document query) {
        return narrower(query).isPresent();
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        var narrower = narrower(query).orElseThrow();
        return narrower.index().getPositions(narrower.part());
    }

    @Override
    @SuppressWarnings("NullAway") // the library has no nullness annotations; null means that there is no position
    public @Nullable Object getPosition(Document document) {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway")
    public @Nullable Object remove(Document document) {
        return null;
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> to) {}

    @Override
    public void add(Document document, Object position, MongoCollection<Object> to) {}

    @Override
    public void checkUpdate(Document old, Document changed, MongoCollection<Object> in) {}

    @Override
    public void updateInPlace(Document old, Document changed, Object position, MongoCollection<Object> in) {}

    /** Returns a number above 0, because the server fills an empty index from all documents. */
    @Override
    public long getCount() {
        return 1;
    }

    @Override
    public long getDataSize() {
        return 0;
    }

    @Override
    public void drop() {}
}
