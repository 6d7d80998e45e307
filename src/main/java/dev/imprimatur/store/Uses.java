// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;

/**
 * Stores which guides name which things of one kind, such as assets. A use is recorded before the draft or the revision that it is of, so
 * none is missing after a crash; there may be uses of a draft that does not name the thing any more.
 */
public abstract class Uses {
    public record Row(@BsonId String id) {}

    /**
     * A guide that names something.
     *
     * @param revision the number of the revision that names it; {@link #DRAFT} for drafts
     */
    public record Use(String guide, int revision) {
        public boolean isOfDraft() {
            return revision == DRAFT;
        }
    }

    /** Stands for the drafts of a guide, in place of the number of a revision. */
    public static final int DRAFT = 0;

    private static final String BETWEEN = "/";
    /** The character after the one between the parts of an id. */
    private static final String AFTER = "0";

    private static final int REMEMBERED = 10_000;

    private final MongoCollection<Row> uses;
    /** Uses that this node has recorded, so that it does not record them again with each save of a draft. None is ever removed. */
    private final Cache<Row, Boolean> recorded = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    /** @param collection the name of the collection */
    protected Uses(MongoDatabase database, String collection) {
        uses = database.getCollection(collection, Row.class);
    }

    /** Records that a guide names these things. */
    public final void record(Collection<String> named, String guide, int revision) {
        var unknown = named.stream()
                .map(id -> new Row(id + BETWEEN + guide + BETWEEN + revision))
                .filter(row -> recorded.getIfPresent(row) == null)
                .toList();
        UniqueInsert.insertMissing(uses, unknown);
        unknown.forEach(row -> recorded.put(row, true));
    }

    /** The guides that name the thing with this id. */
    public final List<Use> of(String id) {
        return uses.find(Filters.and(Filters.gte("_id", id + BETWEEN), Filters.lt("_id", id + AFTER)))
                .sort(Sorts.ascending("_id"))
                .map(Uses::use)
                .into(new ArrayList<>());
    }

    private static Use use(Row row) {
        int first = row.id().indexOf(BETWEEN);
        int last = row.id().lastIndexOf(BETWEEN);
        return new Use(
                row.id().substring(first + 1, last), Integer.parseInt(row.id().substring(last + 1)));
    }
}
