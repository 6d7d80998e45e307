package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Numbered;
import dev.imprimatur.store.Unique;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Every revision ever submitted; inserted once and never changed. */
@Component
class Revisions {
    public record Row(
            @BsonId String id,
            int edition,
            String contentHash,
            JsonNode content,
            @Nullable JsonNode items,
            List<String> contributors,
            @Nullable Integer parent,
            String submittedBy,
            Instant at) {
        static Row of(Revision r) {
            return new Row(
                    Numbered.id(r.guide(), r.number()),
                    r.edition(),
                    r.hash().value(),
                    r.content(),
                    ItemIdRows.written(r.items()),
                    r.contributors(),
                    r.parent(),
                    r.submittedBy(),
                    r.at());
        }

        Revision revision() {
            return new Revision(
                    Numbered.owner(id),
                    Numbered.number(id),
                    edition,
                    new ContentHash(contentHash),
                    content,
                    ItemIdRows.read(items),
                    contributors,
                    parent,
                    submittedBy,
                    at);
        }
    }

    private final MongoCollection<Row> revisions;

    Revisions(MongoDatabase database) {
        revisions = database.getCollection("revisions", Row.class);
    }

    Optional<Revision> find(String guide, int number) {
        return Optional.ofNullable(revisions
                        .find(Filters.eq("_id", Numbered.id(guide, number)))
                        .first())
                .map(Row::revision);
    }

    Optional<Revision> last(String guide) {
        return of(guide).stream().findFirst();
    }

    /** All of a guide, the newest first. */
    List<Revision> of(String guide) {
        return Numbered.all(revisions, guide, 1).reversed().stream()
                .map(Row::revision)
                .toList();
    }

    /** Whether the number was still free. */
    boolean insert(Revision revision) {
        return Unique.insert(revisions, Row.of(revision));
    }

    /** Every revision as it is stored, by id; empty for what cannot be read. */
    void each(BiConsumer<String, Optional<Row>> what) {
        Decoding.each(revisions, what);
    }
}
