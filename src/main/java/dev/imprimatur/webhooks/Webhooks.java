package dev.imprimatur.webhooks;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The subscribers. A node sends for one only while it holds its lease, and every change it makes then names the cursor it knows. */
@Component
class Webhooks {
    private final MongoCollection<Webhook> webhooks;

    Webhooks(MongoDatabase database) {
        webhooks = database.getCollection("webhooks", Webhook.class);
    }

    void insert(Webhook webhook) {
        webhooks.insertOne(webhook);
    }

    List<Webhook> all() {
        return webhooks.find().sort(Sorts.ascending("createdAt")).into(new ArrayList<>());
    }

    Optional<Webhook> find(String id) {
        return Optional.ofNullable(webhooks.find(Filters.eq("_id", id)).first());
    }

    boolean delete(String id) {
        return webhooks.deleteOne(Filters.eq("_id", id)).getDeletedCount() == 1;
    }

    /** Those that have not been told all up to the position and may be told now. */
    List<Webhook> due(long position, Instant now) {
        return webhooks.find(Filters.and(
                        Filters.eq("paused", null),
                        Filters.lt("position", position),
                        Filters.lte("nextAttempt", now),
                        Filters.lte("leaseUntil", now)))
                .into(new ArrayList<>());
    }

    /** Takes the lease; empty if somebody else has it or there is nothing to do for it now. */
    Optional<Webhook> claim(String id, String owner, Instant now, Instant until) {
        return Optional.ofNullable(webhooks.findOneAndUpdate(
                Filters.and(
                        Filters.eq("_id", id),
                        Filters.eq("paused", null),
                        Filters.lte("nextAttempt", now),
                        Filters.lte("leaseUntil", now)),
                Updates.combine(Updates.set("leaseOwner", owner), Updates.set("leaseUntil", until)),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
    }

    /** Moves the cursor on and keeps the lease; false if it is ours no longer. */
    boolean advance(Webhook held, long position, Instant leaseUntil) {
        return change(
                held,
                Updates.combine(
                        Updates.set("position", position),
                        Updates.set("failures", 0),
                        Updates.set("failingSince", null),
                        Updates.set("leaseUntil", leaseUntil)));
    }

    /** Notes a failure and gives the lease back. */
    void failed(Webhook held, Instant since, Instant nextAttempt, @Nullable String pausedBecause, Instant now) {
        change(
                held,
                Updates.combine(
                        Updates.inc("failures", 1),
                        Updates.set("failingSince", since),
                        Updates.set("nextAttempt", nextAttempt),
                        Updates.set("paused", pausedBecause),
                        Updates.set("leaseUntil", now)));
    }

    void release(Webhook held, Instant now) {
        change(held, Updates.set("leaseUntil", now));
    }

    private boolean change(Webhook held, Bson update) {
        return webhooks.updateOne(
                                Filters.and(
                                        Filters.eq("_id", held.id()),
                                        Filters.eq("leaseOwner", held.leaseOwner()),
                                        Filters.eq("position", held.position())),
                                update)
                        .getMatchedCount()
                == 1;
    }

    boolean resume(String id, Instant now) {
        return webhooks.updateOne(
                                Filters.eq("_id", id),
                                Updates.combine(
                                        Updates.set("paused", null),
                                        Updates.set("failures", 0),
                                        Updates.set("failingSince", null),
                                        Updates.set("nextAttempt", now)))
                        .getMatchedCount()
                == 1;
    }

    void setSecrets(String id, List<Webhook.Secret> secrets) {
        webhooks.updateOne(Filters.eq("_id", id), Updates.set("secrets", secrets));
    }
}
