package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.imprimatur.store.Unique;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/**
 * Which ledger this is: an opaque name that is stored beside it, once. A position means something only together with it, since
 * another ledger counts from 1 as well.
 */
@Component
public class Lineage {
    private static final int ONLY = 1;

    public record Row(@BsonId int place, String lineage) {}

    private final String id;

    /** Names the ledger if no node has yet; of two nodes that start at once, one names it and both read that. */
    Lineage(MongoDatabase database) {
        MongoCollection<Row> rows = database.getCollection("ledger_lineage", Row.class);
        var known = rows.find().first();
        if (known == null) {
            Unique.insert(rows, new Row(ONLY, UUID.randomUUID().toString()));
            known = requireNonNull(rows.find().first(), "the lineage was just inserted");
        }
        id = known.lineage();
    }

    /** The same for as long as the store is the same. */
    public String id() {
        return id;
    }
}
