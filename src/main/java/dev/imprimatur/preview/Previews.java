// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.history.EditionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The preview links that were made and not revoked. */
@Component
class Previews {
    public record Row(
            @BsonId String id,
            String guide,
            int edition,
            @Nullable Integer revision,
            String by,
            Instant createdAt,
            Instant expiresAt) {
        Preview preview() {
            return new Preview(id, new EditionId(guide, edition), revision, by, createdAt, expiresAt);
        }
    }

    private final MongoCollection<Row> previews;

    Previews(MongoDatabase database) {
        previews = database.getCollection("previews", Row.class);
    }

    void insert(Preview preview) {
        previews.insertOne(new Row(
                preview.id(),
                preview.edition().guide(),
                preview.edition().number(),
                preview.revision(),
                preview.by(),
                preview.createdAt(),
                preview.expiresAt()));
    }

    Optional<Preview> find(String id) {
        return Optional.ofNullable(previews.find(Filters.eq("_id", id)).first()).map(Row::preview);
    }

    /** The links of the guide, newest first. */
    List<Preview> of(String guide) {
        return previews.find(Filters.eq("guide", guide))
                .sort(Sorts.descending("createdAt"))
                .map(Row::preview)
                .into(new ArrayList<>());
    }

    boolean delete(String guide, String id) {
        return previews.deleteOne(Filters.and(Filters.eq("_id", id), Filters.eq("guide", guide)))
                        .getDeletedCount()
                == 1;
    }

    void deleteBy(String maker) {
        previews.deleteMany(Filters.eq("by", maker));
    }

    void deleteOver(Instant now) {
        previews.deleteMany(Filters.lte("expiresAt", now));
    }
}
