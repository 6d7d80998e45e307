// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.publication.Witness;
import dev.imprimatur.store.Decoding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of subscribers. A node sends to a subscriber only while it holds the lease; its updates name the cursor that the node has read. */
@Component
class Webhooks implements Witness {
    public record Row(@BsonId String id, Webhook webhook) {}

    private final MongoCollection<Row> webhooks;

    Webhooks(MongoDatabase database) {
        webhooks = database.getCollection("webhooks", Row.class);
    }

    void insert(Webhook webhook) {
        webhooks.insertOne(new Row(webhook.id(), webhook));
    }

    List<Webhook> all() {
        return webhooks.find()
                .sort(Sorts.ascending("webhook.createdAt"))
                .map(Row::webhook)
                .into(new ArrayList<>());
    }

    Optional<Webhook> find(String id) {
        return Optional.ofNullable(webhooks.find(Filters.eq("_id", id)).first()).map(Row::webhook);
    }

    boolean delete(String id) {
        return webhooks.deleteOne(Filters.eq("_id", id)).getDeletedCount() == 1;
    }

    @Override
    public String name() {
        return "the webhooks";
    }

    @Override
    public long furthest() {
        return Optional.ofNullable(webhooks.find()
                        .sort(Sorts.descending("webhook.position"))
                        .first())
                .map(row -> row.webhook().position())
                .orElse(0L);
    }

    @Override
    public void forget(long end) {
        webhooks.updateMany(Filters.gt("webhook.position", end), Updates.set("webhook.position", end));
    }

    /** Returns the subscribers that are behind this position and may receive messages now. */
    List<Webhook> due(long position, Instant now) {
        return webhooks.find(Filters.and(
                        Filters.eq("webhook.paused", null),
                        Filters.lt("webhook.position", position),
                        Filters.lte("webhook.nextAttempt", now),
                        Filters.lte("webhook.leaseUntil", now)))
                .map(Row::webhook)
                .into(new ArrayList<>());
    }

    /** Takes the lease. Returns empty if another node holds the lease or the subscriber needs nothing now. */
    Optional<Webhook> claim(String id, String owner, Instant now, Instant until) {
        return Optional.ofNullable(webhooks.findOneAndUpdate(
                        Filters.and(
                                Filters.eq("_id", id),
                                Filters.eq("webhook.paused", null),
                                Filters.lte("webhook.nextAttempt", now),
                                Filters.lte("webhook.leaseUntil", now)),
                        Updates.combine(
                                Updates.set("webhook.leaseOwner", owner), Updates.set("webhook.leaseUntil", until)),
                        new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)))
                .map(Row::webhook);
    }

    /** Advances the cursor and extends the lease. Returns false if this node has lost the lease. */
    boolean advance(Webhook held, long position, Instant leaseUntil) {
        return change(
                held,
                Updates.combine(
                        Updates.set("webhook.position", position),
                        Updates.set("webhook.failures", 0),
                        Updates.set("webhook.failingSince", null),
                        Updates.set("webhook.leaseUntil", leaseUntil)));
    }

    /** Records a failure and releases the lease. */
    void failed(Webhook held, Instant since, Instant nextAttempt, @Nullable String pausedBecause, Instant now) {
        change(
                held,
                Updates.combine(
                        Updates.inc("webhook.failures", 1),
                        Updates.set("webhook.failingSince", since),
                        Updates.set("webhook.nextAttempt", nextAttempt),
                        Updates.set("webhook.paused", pausedBecause),
                        Updates.set("webhook.leaseUntil", now)));
    }

    void release(Webhook held, Instant now) {
        change(held, Updates.set("webhook.leaseUntil", now));
    }

    private boolean change(Webhook held, Bson update) {
        return webhooks.updateOne(
                                Filters.and(
                                        Filters.eq("_id", held.id()),
                                        Filters.eq("webhook.leaseOwner", held.leaseOwner()),
                                        Filters.eq("webhook.position", held.position())),
                                update)
                        .getMatchedCount()
                == 1;
    }

    boolean resume(String id, Instant now) {
        return webhooks.updateOne(
                                Filters.eq("_id", id),
                                Updates.combine(
                                        Updates.set("webhook.paused", null),
                                        Updates.set("webhook.failures", 0),
                                        Updates.set("webhook.failingSince", null),
                                        Updates.set("webhook.nextAttempt", now)))
                        .getMatchedCount()
                == 1;
    }

    void setSecrets(String id, List<Webhook.Secret> secrets) {
        webhooks.updateOne(Filters.eq("_id", id), Updates.set("webhook.secrets", secrets));
    }

    /** Visits every stored subscriber, by id; the subscriber is empty if it cannot be read. */
    void each(BiConsumer<String, Optional<Row>> visitor) {
        Decoding.each(webhooks, visitor);
    }
}
