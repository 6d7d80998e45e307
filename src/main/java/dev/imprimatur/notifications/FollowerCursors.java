// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.Objects;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Up to which instant the nodes have looked for events of which somebody is to be told. */
@Component
class FollowerCursors {
    /** @param at events before this instant have been looked at */
    public record Row(@BsonId String id, Instant at) {}

    private static final String ID = "events";

    private final MongoCollection<Row> cursors;

    FollowerCursors(MongoDatabase database) {
        cursors = database.getCollection("notification_cursors", Row.class);
    }

    /** The cursor. A store that has none gets one at this instant, so that nobody is told of what happened before. */
    Instant orBegin(Instant now) {
        UniqueInsert.insert(cursors, new Row(ID, now));
        return Objects.requireNonNull(cursors.find(Filters.eq("_id", ID)).first(), "cursors are never removed")
                .at();
    }

    /** Moves the cursor forward, never back. */
    void advance(Instant to) {
        cursors.updateOne(Filters.and(Filters.eq("_id", ID), Filters.lt("at", to)), Updates.set("at", to));
    }
}
