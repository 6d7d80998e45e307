// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Ids of documents that are numbered without gaps under an owner, such as revisions under their guide:
 * {@code OWNER#000042}. Queries name the ids, so they need no index besides that on {@code _id}.
 */
public final class NumberedIds {
    /** How many more documents a query names than are expected. */
    private static final int FIRST_READ = 8;

    private static final int GROWTH = 8;

    private NumberedIds() {}

    public static String id(String owner, int number) {
        return "%s#%06d".formatted(owner, number);
    }

    public static int number(String id) {
        return Integer.parseInt(id.substring(id.indexOf('#') + 1));
    }

    public static String owner(String id) {
        return id.substring(0, id.indexOf('#'));
    }

    /**
     * Returns the documents of several owners in one query, in no particular order: those of each owner from this number on, up to
     * {@link #named} documents of the owner.
     *
     * @param expected about how many documents each owner has
     */
    public static <T> List<T> first(MongoCollection<T> collection, Map<String, Integer> expected, int from) {
        var ids = expected.entrySet().stream()
                .flatMap(owner -> ids(owner.getKey(), from, named(owner.getValue())).stream())
                .toList();
        return collection
                .find(Filters.in("_id", ids))
                .batchSize(Math.max(1, ids.size()))
                .into(new ArrayList<>());
    }

    /** How many documents of an owner {@link #first} names, if about this many are expected. An owner with that many may have more. */
    public static int named(int expected) {
        return expected + FIRST_READ;
    }

    private static List<String> ids(String owner, int from, int size) {
        return IntStream.range(from, from + size)
                .mapToObj(number -> id(owner, number))
                .toList();
    }

    /** Returns all documents of the owner from this number on, in order. Each query names more ids than the query before. */
    public static <T> List<T> all(MongoCollection<T> collection, String owner, int from) {
        var all = new ArrayList<T>();
        int before;
        int size = FIRST_READ;
        do {
            before = all.size();
            collection
                    .find(Filters.in("_id", ids(owner, from + before, size)))
                    .sort(Sorts.ascending("_id"))
                    .into(all);
            size *= GROWTH;
        } while (all.size() == before + size / GROWTH);
        return all;
    }
}
