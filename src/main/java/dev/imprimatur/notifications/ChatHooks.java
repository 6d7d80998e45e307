// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of chats. A node posts to a chat only while it holds the lease. */
@Component
class ChatHooks {
    /**
     * The incoming webhook of a chat, to which events are posted.
     *
     * @param name what administrators call the chat; null if they gave it no name
     * @param url the address; whoever knows it can post to the chat
     * @param events the wanted events; empty for all
     * @param types the content types of the guides; empty for all
     * @param failures how many attempts failed in a row
     * @param error why the last attempt failed
     * @param paused whether nothing is posted until an administrator resumes it
     * @param leaseOwner the node that posts
     * @param leaseUntil when another node may take over
     */
    public record ChatHook(
            @BsonId String id,
            @Nullable String name,
            String url,
            List<String> events,
            List<String> types,
            Instant createdAt,
            int failures,
            @Nullable String error,
            boolean paused,
            Instant nextAttempt,
            String leaseOwner,
            Instant leaseUntil) {
        boolean wants(String event, String type) {
            return (events.isEmpty() || events.contains(event)) && (types.isEmpty() || types.contains(type));
        }
    }

    private final MongoCollection<ChatHook> hooks;

    ChatHooks(MongoDatabase database) {
        hooks = database.getCollection("chat_hooks", ChatHook.class);
    }

    List<ChatHook> all() {
        return hooks.find().sort(Sorts.ascending("createdAt", "_id")).into(new ArrayList<>());
    }

    Optional<ChatHook> find(String id) {
        return Optional.ofNullable(hooks.find(Filters.eq("_id", id)).first());
    }

    /** Inserts the chat, unless the same request did so before. */
    void insert(ChatHook hook) {
        UniqueInsert.insert(hooks, hook);
    }

    boolean delete(String id) {
        return hooks.deleteOne(Filters.eq("_id", id)).getDeletedCount() == 1;
    }

    /** Takes the lease. Returns empty if another node holds it, or if nothing is to be tried now. */
    Optional<ChatHook> claim(String id, String owner, Instant now, Instant until) {
        return Optional.ofNullable(hooks.findOneAndUpdate(
                Filters.and(
                        Filters.eq("_id", id),
                        Filters.eq("paused", false),
                        Filters.lte("nextAttempt", now),
                        Filters.lte("leaseUntil", now)),
                Updates.combine(Updates.set("leaseOwner", owner), Updates.set("leaseUntil", until)),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
    }

    private static Bson held(ChatHook hook) {
        return Filters.and(Filters.eq("_id", hook.id()), Filters.eq("leaseOwner", hook.leaseOwner()));
    }

    /** Records a success and extends the lease. Returns false if this node has lost the lease. */
    boolean posted(ChatHook hook, Instant leaseUntil) {
        return hooks.updateOne(
                                held(hook),
                                Updates.combine(
                                        Updates.set("failures", 0),
                                        Updates.set("error", null),
                                        Updates.set("leaseUntil", leaseUntil)))
                        .getMatchedCount()
                == 1;
    }

    void release(ChatHook hook, Instant now) {
        hooks.updateOne(held(hook), Updates.set("leaseUntil", now));
    }

    /** Records a failure and releases the lease. */
    void failed(ChatHook hook, String error, Instant nextAttempt, boolean paused, Instant now) {
        hooks.updateOne(
                held(hook),
                Updates.combine(
                        Updates.inc("failures", 1),
                        Updates.set("error", error),
                        Updates.set("nextAttempt", nextAttempt),
                        Updates.set("paused", paused),
                        Updates.set("leaseUntil", now)));
    }

    boolean resume(String id, Instant now) {
        return hooks.updateOne(
                                Filters.eq("_id", id),
                                Updates.combine(
                                        Updates.set("paused", false),
                                        Updates.set("failures", 0),
                                        Updates.set("error", null),
                                        Updates.set("nextAttempt", now)))
                        .getMatchedCount()
                == 1;
    }
}
