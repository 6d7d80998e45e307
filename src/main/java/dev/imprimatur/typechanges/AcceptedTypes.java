// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The collection {@code content_types}: for each content type, which file the nodes of this store have accepted last. */
@Component
class AcceptedTypes {
    /**
     * The accepted state of a type.
     *
     * @param version counts the accepted files from 1
     * @param hash of the schema that was accepted last
     * @param former the hashes of the schemas that were accepted before and are not any more
     */
    public record Row(@BsonId String type, int version, String hash, List<String> former, Instant acceptedAt) {
        static Row first(String type, String hash, Instant now) {
            return new Row(type, 1, hash, List.of(), now);
        }

        Row next(String nextHash, Instant now) {
            return new Row(
                    type,
                    version + 1,
                    nextHash,
                    Stream.concat(former.stream(), Stream.of(hash))
                            .filter(it -> !it.equals(nextHash))
                            .toList(),
                    now);
        }
    }

    private final MongoCollection<Row> types;

    AcceptedTypes(MongoDatabase database) {
        types = database.getCollection("content_types", Row.class);
    }

    /** The accepted states, by the name of the type. */
    Map<String, Row> all() {
        var all = new HashMap<String, Row>();
        types.find().forEach(row -> all.put(row.type(), Objects.requireNonNull(row)));
        return all;
    }

    /** Inserts the first state of a type. Returns false if another node has inserted one. */
    boolean insert(Row first) {
        return UniqueInsert.insert(types, first);
    }

    /** Replaces the state that was read. Returns false if another node has replaced it. */
    boolean replace(Row before, Row next) {
        return types.replaceOne(
                                Filters.and(
                                        Filters.eq("_id", before.type()),
                                        Filters.eq("version", before.version()),
                                        Filters.eq("hash", before.hash())),
                                next)
                        .getMatchedCount()
                == 1;
    }
}
