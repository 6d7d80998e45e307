package dev.imprimatur.signing;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The mark that everything in the store is sealed; sealed itself. */
@Component
class SealMark {
    private static final String ID = "sealed";

    public record Row(@BsonId String id, int version) {}

    private final SealedCollection<Row> marks;

    SealMark(MongoDatabase database, Seals seals) {
        marks = new SealedCollection<>(database, "seals", Row.class, seals);
    }

    boolean isSet() {
        return marks.find(ID).flatMap(SealedCollection.Stored::intact).isPresent();
    }

    /** @param version of the data */
    void set(int version) {
        var mark = new Row(ID, version);
        if (!marks.insert(mark)) marks.replace(Filters.eq("_id", ID), mark);
    }
}
