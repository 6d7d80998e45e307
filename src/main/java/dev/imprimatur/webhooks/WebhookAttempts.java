// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.store.Index;
import java.util.ArrayList;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The recent attempts for each subscriber, with their results. */
@Component
class WebhookAttempts {
    public record Row(@BsonId String id, Attempt attempt) {}

    private static final int KEPT = 200;

    private final MongoCollection<Row> attempts;

    WebhookAttempts(MongoDatabase database) {
        attempts = database.getCollection("webhook_attempts", Row.class);
        Index.make(attempts, Indexes.compoundIndex(Indexes.ascending("attempt.webhook"), Indexes.descending("_id")));
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

    /** Returns a page of attempts, newest first. */
    Page<Attempt> page(String webhook, @Nullable String cursor, int limit) {
        return Window.of(Selection.of("attempts", webhook), cursor, limit)
                .page((from, back, most) -> rows(webhook, from, back, most), attempt -> Place.of(attempt.id()));
    }

    private List<Attempt> rows(String webhook, @Nullable Place from, boolean back, int most) {
        var filters = new ArrayList<Bson>();
        filters.add(Filters.eq("attempt.webhook", webhook));
        if (from != null) filters.add(back ? Filters.gt("_id", from.id()) : Filters.lt("_id", from.id()));
        return attempts.find(Filters.and(filters))
                .sort(back ? Sorts.ascending("_id") : Sorts.descending("_id"))
                .limit(most)
                .map(Row::attempt)
                .into(new ArrayList<>());
    }

    void deleteOf(String webhook) {
        attempts.deleteMany(Filters.eq("attempt.webhook", webhook));
    }
}
