// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.time.Instant;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * What one chat is told about one event. The text is written when it is posted.
 *
 * @param id the chat, the time and the event, so that an event is posted once, and in order
 * @param asks whether the event opened a task
 * @param open whether it has not been posted yet
 */
public record ChatMessage(
        @BsonId String id,
        String hook,
        String event,
        String guide,
        int edition,
        @Nullable String thread,
        @Nullable String by,
        boolean asks,
        Instant at,
        boolean open) {}
