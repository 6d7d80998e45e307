// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.notifications.Notifications.Notification.Mail;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of notifications. The id names event and person, so whoever derives a notification again inserts nothing. */
@Component
public class Notifications {
    /**
     * What one person is told about one event. It holds no text of a guide: titles are read when it is shown or sent.
     *
     * @param id the time, the event and the person, so that a person is told of an event once
     * @param person the username of the account
     * @param event what happened: the kind of the log entry such as {@code submitted}, or that somebody wrote a comment
     * @param parts the JSON Pointers of the parts whose review is or comes due; null if it is about the whole guide
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
            @Nullable List<String> parts,
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

    private final MongoCollection<Notification> notifications;

    Notifications(MongoDatabase database) {
        notifications = database.getCollection("notifications", Notification.class);
        Index.make(notifications, Indexes.ascending("person", "bell", "read", "_id"));
        Index.make(notifications, Indexes.ascending("mail", "mailAt"));
        Index.make(notifications, Indexes.ascending("guide", "edition"));
        Index.make(notifications, Indexes.ascending("person", "mail", "_id"));
    }

    void insertMissing(List<Notification> fresh) {
        UniqueInsert.insertMissing(notifications, fresh);
    }

    private static Bson listed(String person, boolean unread) {
        return unread
                ? Filters.and(Filters.eq("person", person), Filters.eq("bell", true), Filters.eq("read", false))
                : Filters.and(Filters.eq("person", person), Filters.eq("bell", true));
    }

    /** The number of unread notifications, at most {@code most}. */
    int unread(String person, int most) {
        return Math.toIntExact(notifications.countDocuments(listed(person, true), new CountOptions().limit(most)));
    }

    /** A page of the person's notifications, the newest first. */
    Page<Notification> page(String person, boolean unread, @Nullable String cursor, int limit) {
        return Window.of(Selection.of("notifications", person, unread), cursor, limit)
                .page((from, back, most) -> rows(person, unread, from, back, most), it -> Place.of(it.id()));
    }

    private List<Notification> rows(String person, boolean unread, @Nullable Place from, boolean back, int most) {
        var filter = listed(person, unread);
        if (from != null)
            filter = Filters.and(filter, back ? Filters.gt("_id", from.id()) : Filters.lt("_id", from.id()));
        return notifications
                .find(filter)
                .sort(back ? Sorts.ascending("_id") : Sorts.descending("_id"))
                .limit(most)
                .into(new ArrayList<>());
    }

    /** Marks notifications of the person as read. Those of others stay as they are. */
    void read(String person, Collection<String> ids) {
        notifications.updateMany(
                Filters.and(Filters.in("_id", ids), Filters.eq("person", person)), Updates.set("read", true));
    }

    /** Marks the person's notifications of this instant and of earlier ones as read. */
    void readUntil(String person, Instant until) {
        notifications.updateMany(
                Filters.and(listed(person, true), Filters.lte("at", until)), Updates.set("read", true));
    }

    /**
     * Marks what people were told, up to an instant, of tasks of an edition as read, unless the task is still open.
     *
     * @param open the ids of the open tasks
     * @return the people who had unread ones
     */
    Set<String> readOfClosedTasks(String guide, int edition, Collection<String> open, Instant until) {
        var closed = Filters.and(
                Filters.eq("guide", guide),
                Filters.eq("edition", edition),
                Filters.ne("task", null),
                Filters.nin("task", open),
                Filters.eq("read", false),
                Filters.lte("at", until));
        var people = notifications.distinct("person", closed, String.class).into(new TreeSet<>());
        if (!people.isEmpty()) notifications.updateMany(closed, Updates.set("read", true));
        return people;
    }

    /** The people for whom a digest is due. */
    Set<String> peopleWithMail(Instant now) {
        return notifications
                .distinct("person", Filters.and(Filters.eq("mail", Mail.DUE), Filters.lte("mailAt", now)), String.class)
                .into(new TreeSet<>());
    }

    /** The notifications that the person's next digest holds, the oldest first. */
    List<Notification> toMail(String person, int most) {
        return notifications
                .find(Filters.and(Filters.eq("person", person), Filters.eq("mail", Mail.DUE)))
                .sort(Sorts.ascending("_id"))
                .limit(most)
                .into(new ArrayList<>());
    }

    List<Notification> find(Collection<String> ids) {
        return notifications
                .find(Filters.in("_id", ids))
                .sort(Sorts.ascending("_id"))
                .into(new ArrayList<>());
    }

    /** Records the outcome of a digest for its notifications. */
    void mailed(Collection<String> ids, Mail outcome) {
        notifications.updateMany(Filters.in("_id", ids), Updates.set("mail", outcome));
    }

    /** Moves the person's next digest to another time; null gives up what it would have held. */
    void moveMail(String person, @Nullable Instant at) {
        notifications.updateMany(
                Filters.and(Filters.eq("person", person), Filters.eq("mail", Mail.DUE)),
                at == null ? Updates.set("mail", Mail.NONE) : Updates.set("mailAt", at));
    }

    /** Deletes notifications from before the instant. */
    void deleteBefore(Instant from) {
        notifications.deleteMany(Filters.lt("at", from));
    }

    /** Deletes the oldest notifications of each person who has more than so many, but none since the instant. */
    void deleteBeyond(int most, Instant since) {
        for (String person : notifications.distinct("person", String.class).into(new ArrayList<>())) {
            var last = notifications
                    .find(Filters.eq("person", person))
                    .sort(Sorts.descending("_id"))
                    .skip(most)
                    .first();
            if (last != null)
                notifications.deleteMany(Filters.and(
                        Filters.eq("person", person), Filters.lte("_id", last.id()), Filters.lt("at", since)));
        }
    }
}
