// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Stores the comments on all guides. */
@Component
class Comments {
    public record Row(@BsonId String id, String guide, Comment comment) {}

    /** Maps the key of a form to its comment, so that a form that is sent twice creates one comment. */
    public record Receipt(@BsonId String key, String comment) {}

    private final MongoCollection<Row> comments;
    private final MongoCollection<Receipt> receipts;

    Comments(MongoDatabase database) {
        comments = database.getCollection("comments", Row.class);
        receipts = database.getCollection("comment_receipts", Receipt.class);
        Index.make(comments, Indexes.ascending("guide"));
        Index.make(comments, Indexes.ascending("comment.at"));
    }

    List<Comment> of(String guide) {
        return comments.find(Filters.eq("guide", guide))
                .sort(Sorts.ascending("_id"))
                .map(Row::comment)
                .into(new ArrayList<>());
    }

    Optional<Comment> find(String guide, String id) {
        return Optional.ofNullable(comments.find(Filters.and(Filters.eq("_id", id), Filters.eq("guide", guide)))
                        .first())
                .map(Row::comment);
    }

    /**
     * The id of the comment with this key: the given id if the key is new, otherwise the stored one. One insert fixes key and id together,
     * so concurrent or repeated requests all create the same comment.
     */
    String idFor(String key, String id) {
        return UniqueInsert.insert(receipts, new Receipt(key, id))
                ? id
                : Objects.requireNonNull(receipts.find(Filters.eq("_id", key)).first(), "receipts are never removed")
                        .comment();
    }

    /** Adds the comment, or returns the comment that already has this id. */
    Comment add(Comment comment) {
        return UniqueInsert.insert(comments, new Row(comment.id(), comment.guide(), comment))
                ? comment
                : find(comment.guide(), comment.id()).orElseThrow();
    }

    /** Calls the consumer with the comments that are as old as the instant or newer. */
    void since(Instant from, Consumer<Comment> what) {
        comments.find(Filters.gte("comment.at", from))
                .sort(Sorts.ascending("_id"))
                .timeoutMode(TimeoutMode.ITERATION)
                .map(Row::comment)
                .forEach(what);
    }

    /** The approximate number of comments. It changes whenever somebody comments. */
    long size() {
        return comments.estimatedDocumentCount();
    }

    void save(Comment comment) {
        comments.replaceOne(
                Filters.eq("_id", comment.id()),
                new Row(comment.id(), comment.guide(), comment),
                new ReplaceOptions().upsert(true));
    }

    /** Visits all stored comments by id; the row is empty if the document cannot be read. */
    void each(BiConsumer<String, Optional<Row>> what) {
        Decoding.each(comments, what);
    }
}
