package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.store.Numbered;
import dev.imprimatur.store.Unique;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The content of every revision that has passed the gate, apart from all that has not: delivery reads nothing else. */
@Component
class PublishedContents {
    public record Row(@BsonId String id, String contentHash, JsonNode content) {}

    private final MongoCollection<Row> published;

    PublishedContents(MongoDatabase database) {
        published = database.getCollection("published", Row.class);
    }

    void insert(String guide, int revision, String contentHash, JsonNode content) {
        Unique.insert(published, new Row(Numbered.id(guide, revision), contentHash, content));
    }

    @Nullable
    JsonNode find(String guide, int revision) {
        var row =
                published.find(Filters.eq("_id", Numbered.id(guide, revision))).first();
        return row == null ? null : row.content();
    }
}
