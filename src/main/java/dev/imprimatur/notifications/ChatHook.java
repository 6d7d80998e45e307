// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.time.Instant;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * The incoming webhook of a chat, to which events are posted.
 *
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
