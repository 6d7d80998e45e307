// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.paging.Place;
import java.time.Instant;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * What one person is told about one event. It holds no text of a guide: titles are read when it is shown or sent.
 *
 * @param id the time, the event and the person, so that a person is told of an event once
 * @param person the username of the account
 * @param event what happened: the kind of the log entry such as {@code submitted}, or that somebody wrote a comment
 * @param task the id of the task; null if it is about none
 * @param comment the id of the comment; null if it is about none
 * @param thread the id of the comment that begins the thread; null if it is about no comment
 * @param by the username of the person who did it; null if nobody did, as when a timer reminds
 * @param at when it happened
 * @param bell whether it is listed in the studio
 * @param mail whether it is or was mailed
 * @param mailAt from when on it is mailed
 */
public record Notification(
        @BsonId String id,
        String person,
        NotificationKind kind,
        String event,
        String guide,
        int edition,
        @Nullable String task,
        @Nullable String comment,
        @Nullable String thread,
        @Nullable String by,
        Instant at,
        boolean bell,
        boolean read,
        Mail mail,
        @Nullable Instant mailAt) {
    /** Whether a notification is mailed. */
    public enum Mail {
        /** The person does not want it, or read it before it was mailed. */
        NONE,
        /** It is in the person's next digest. */
        DUE,
        /** It was mailed. */
        SENT
    }

    static String id(Instant at, String event, String person) {
        return Place.key(at) + "." + event + "." + person;
    }
}
