package dev.imprimatur.webhooks;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** What was sent to each subscriber of late, and what came of it. */
@Component
class WebhookAttempts {
    public record Row(@BsonId String id, Attempt attempt) {}

    private static final int KEPT = 200;

    private final MongoCollection<Row> attempts;

    WebhookAttempts(MongoDatabase database) {
        attempts = database.getCollection("webhook_attempts", Row.class);
        attempts.createIndex(Indexes.compoundIndex(Indexes.ascending("attempt.webhook"), Indexes.descending("_id")));
    }

    void insert(Attempt attempt) {
        attempts.insertOne(new Row(attempt.id(), attempt));
        var tooOld = attempts.find(Filters.eq("attempt.webhook", attempt.webhook()))
                .sort(Sorts.descending("_id"))
                .skip(KEPT)
                .first();
        if (tooOld != null)
            attempts.deleteMany(
                    Filters.and(Filters.eq("attempt.webhook", attempt.webhook()), Filters.lte("_id", tooOld.id())));
    }

    /** The newest first; at most one more than the limit, which tells whether there are older ones. */
    List<Attempt> page(String webhook, int offset, int limit) {
        return attempts.find(Filters.eq("attempt.webhook", webhook))
                .sort(Sorts.descending("_id"))
                .skip(offset)
                .limit(limit + 1)
                .map(Row::attempt)
                .into(new ArrayList<>());
    }

    void deleteOf(String webhook) {
        attempts.deleteMany(Filters.eq("attempt.webhook", webhook));
    }
}
