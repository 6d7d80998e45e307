package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.store.Numbered;
import dev.imprimatur.store.Unique;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.bson.codecs.pojo.annotations.BsonId;
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

    /** The contents of these revisions that are there, by guide and revision ({@link Numbered}). */
    Map<String, JsonNode> find(Collection<String> ids) {
        var found = new HashMap<String, JsonNode>();
        if (!ids.isEmpty()) published.find(Filters.in("_id", ids)).forEach(row -> found.put(row.id(), row.content()));
        return found;
    }
}
