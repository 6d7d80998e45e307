// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.history.Revision;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.NumberedIds;
import dev.imprimatur.store.UniqueInsert;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.bson.RawBsonDocument;
import org.bson.codecs.Codec;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The content of every revision that has passed the gate, kept apart from unpublished content. Delivery reads only this content. */
@Component
class PublishedContents {
    public record Row(@BsonId String id, String contentHash, JsonNode content) {}

    private final MongoCollection<Row> published;
    private final MongoCollection<RawBsonDocument> raw;
    private final Codec<Row> codec;

    PublishedContents(MongoDatabase database) {
        published = database.getCollection("published", Row.class);
        raw = database.getCollection("published", RawBsonDocument.class);
        codec = published.getCodecRegistry().get(Row.class);
    }

    /** Inserts the contents. Returns the ids of the revisions that already have a content, the same or another. */
    Set<String> insert(Collection<Revision> revisions) {
        return UniqueInsert.insertAll(
                        published,
                        revisions.stream().map(PublishedContents::row).toList(),
                        Row::id)
                .stream()
                .map(Row::id)
                .collect(Collectors.toSet());
    }

    private static Row row(Revision revision) {
        return new Row(
                NumberedIds.id(revision.guide(), revision.number()),
                revision.hash().value(),
                revision.content());
    }

    /** Returns the readable contents of these revisions, by guide and revision ({@link NumberedIds}). */
    Map<String, JsonNode> find(Collection<String> ids) {
        var contents = new HashMap<String, JsonNode>();
        if (ids.isEmpty()) return contents;
        for (var document : raw.find(Filters.in("_id", ids))) {
            var row = Decoding.of(document, codec);
            row.map(Row::content).ifPresent(content -> contents.put(row.get().id(), content));
        }
        return contents;
    }

    /** Visits every stored content, by guide and revision ({@link NumberedIds}); empty for contents that cannot be read. */
    void each(BiConsumer<String, Optional<Row>> visitor) {
        Decoding.each(published, visitor);
    }
}
