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
 * Lets the embedded server use its unique indexes for queries that say more than an index holds. By itself it uses one only for a
 * query of exactly its keys, and reads the whole collection for every other, such as a version beside an id. It holds nothing: it
 * asks the real indexes for the places that part of a query leads to, and the server tests what is there against the whole of it.
 */
final class NarrowingIndex extends Index<Object> {
    private final AbstractMongoCollection<Object> collection;

    NarrowingIndex(AbstractMongoCollection<Object> collection) {
        super("narrowing", List.of(new IndexKey("narrowing", true)), true);
        this.collection = collection;
    }

    /** An index, and the part of a query that it holds. */
    private record Narrower(Index<Object> index, Document part) {}

    private Optional<Narrower> narrower(Document query) {
        var conditions = new Document();
        if (!gather(query, conditions)) return Optional.empty();
        return collection.getIndexes().stream()
                .filter(index -> index != this)
                .flatMap(index -> part(index, conditions).map(part -> new Narrower(index, part)).stream())
                .filter(it -> it.index().canHandle(it.part()))
                .findFirst();
    }

    /** Takes what must hold of single fields, also from {@code $and}; false if one field is asked for twice. */
    private static boolean gather(Document query, Document conditions) {
        for (var condition : query.entrySet()) {
            String name = condition.getKey();
            if (name.equals("$and") && condition.getValue() instanceof Collection<?> all) {
                for (Object each : all) if (!(each instanceof Document part) || !gather(part, conditions)) return false;
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
    @SuppressWarnings("NullAway") // the library knows no null-safety; null is “not here”
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

    /** Not empty: an empty index is filled from all documents. */
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
