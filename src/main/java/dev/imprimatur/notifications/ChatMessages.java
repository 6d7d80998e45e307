// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of messages to chats. The id names chat and event, so an event is posted to a chat once. */
@Component
class ChatMessages {
    /**
     * What one chat is told about one event. The text is written when it is posted.
     *
     * @param id the chat, the time and the event, so that an event is posted once, and in order
     * @param parts the JSON Pointers of the parts whose review is or comes due; null if it is about the whole guide
     * @param asks whether the event opened a task
     * @param open whether it has not been posted yet
     */
    public record ChatMessage(
            @BsonId String id,
            String hook,
            String event,
            String guide,
            int edition,
            @Nullable List<String> parts,
            @Nullable String thread,
            @Nullable String by,
            boolean asks,
            Instant at,
            boolean open) {}

    private final MongoCollection<ChatMessage> messages;

    ChatMessages(MongoDatabase database) {
        messages = database.getCollection("chat_messages", ChatMessage.class);
        Index.make(messages, Indexes.ascending("hook", "open", "_id"));
        Index.make(messages, Indexes.ascending("at"));
    }

    void insertMissing(List<ChatMessage> fresh) {
        UniqueInsert.insertMissing(messages, fresh);
    }

    /** The oldest message that has not been posted to the chat. */
    Optional<ChatMessage> next(String hook) {
        return Optional.ofNullable(messages.find(Filters.and(Filters.eq("hook", hook), Filters.eq("open", true)))
                .sort(Sorts.ascending("_id"))
                .first());
    }

    void close(String id) {
        messages.updateOne(Filters.eq("_id", id), Updates.set("open", false));
    }

    void deleteBefore(Instant from) {
        messages.deleteMany(Filters.lt("at", from));
    }

    void deleteOf(String hook) {
        messages.deleteMany(Filters.eq("hook", hook));
    }
}
