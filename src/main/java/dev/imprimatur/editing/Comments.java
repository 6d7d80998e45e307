package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Comments of all guides. */
@Component
class Comments {
    public record Row(@BsonId String id, String guide, Comment comment) {}

    private final MongoCollection<Row> comments;

    Comments(MongoDatabase database) {
        comments = database.getCollection("comments", Row.class);
        comments.createIndex(Indexes.ascending("guide"));
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

    void save(Comment comment) {
        comments.replaceOne(
                Filters.eq("_id", comment.id()),
                new Row(comment.id(), comment.guide(), comment),
                new ReplaceOptions().upsert(true));
    }
}
