// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of mailboxes. A node sends to a person only while it holds the lease of the person's mailbox. */
@Component
class Mailboxes {
    /**
     * The digests to one person, of which at most one is being sent.
     *
     * @param digest the digest that is being sent or failed; null if there is none
     * @param failures how many attempts to send it failed
     * @param failingSince when the first of them failed
     * @param nextAttempt the earliest time of the next attempt
     * @param error why the last attempt failed
     * @param gaveUp whether it is not tried again until an administrator says so
     * @param leaseOwner the node that sends
     * @param leaseUntil when another node may take over
     */
    public record Mailbox(
            @BsonId String person,
            @Nullable Digest digest,
            int failures,
            @Nullable Instant failingSince,
            Instant nextAttempt,
            @Nullable String error,
            boolean gaveUp,
            String leaseOwner,
            Instant leaseUntil) {
        /**
         * A digest. Its content is fixed before it is sent, so that it is the same whenever it is tried again.
         *
         * @param id from which the Message-ID is made
         * @param notifications the ids of the notifications in it
         */
        public record Digest(String id, List<String> notifications, Instant at) {}

        static Mailbox empty(String person) {
            return new Mailbox(person, null, 0, null, Instant.EPOCH, null, false, "", Instant.EPOCH);
        }
    }

    private static final Bson FAILING = Filters.gt("failures", 0);

    private final MongoCollection<Mailbox> mailboxes;

    Mailboxes(MongoDatabase database) {
        mailboxes = database.getCollection("mailboxes", Mailbox.class);
        Index.make(mailboxes, Indexes.ascending("failures", "_id"));
        Index.makeWherePresent(mailboxes, Indexes.ascending("digest.at"));
    }

    /** The people whose digest was fixed before and is to be tried now: a node died while it sent, or an attempt failed. */
    List<String> waiting(Instant now) {
        return mailboxes
                .find(Filters.and(
                        Filters.gt("digest.at", Instant.EPOCH),
                        Filters.eq("gaveUp", false),
                        Filters.lte("nextAttempt", now),
                        Filters.lte("leaseUntil", now)))
                .map(Mailbox::person)
                .into(new ArrayList<>());
    }

    /** Takes the lease. Returns empty if another node holds it, or if nothing is to be tried now. */
    Optional<Mailbox> claim(String person, String owner, Instant now, Instant until) {
        return taken(person, owner, now, until)
                .or(() -> UniqueInsert.insert(mailboxes, Mailbox.empty(person))
                        ? taken(person, owner, now, until)
                        : Optional.empty());
    }

    private Optional<Mailbox> taken(String person, String owner, Instant now, Instant until) {
        return Optional.ofNullable(mailboxes.findOneAndUpdate(
                Filters.and(
                        Filters.eq("_id", person),
                        Filters.eq("gaveUp", false),
                        Filters.lte("nextAttempt", now),
                        Filters.lte("leaseUntil", now)),
                Updates.combine(Updates.set("leaseOwner", owner), Updates.set("leaseUntil", until)),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
    }

    private static Bson held(Mailbox box) {
        return Filters.and(
                Filters.eq("_id", box.person()),
                Filters.eq("leaseOwner", box.leaseOwner()),
                Filters.eq("leaseUntil", box.leaseUntil()));
    }

    /** Fixes the digest. Returns false if this node has lost the lease. */
    boolean fix(Mailbox box, Mailbox.Digest digest) {
        return mailboxes
                        .updateOne(Filters.and(held(box), Filters.eq("digest", null)), Updates.set("digest", digest))
                        .getMatchedCount()
                == 1;
    }

    /** Ends the digest, and releases the lease. */
    void done(Mailbox box, Instant now) {
        mailboxes.updateOne(
                held(box),
                Updates.combine(
                        Updates.set("digest", null),
                        Updates.set("failures", 0),
                        Updates.set("failingSince", null),
                        Updates.set("error", null),
                        Updates.set("leaseUntil", now)));
    }

    void release(Mailbox box, Instant now) {
        mailboxes.updateOne(held(box), Updates.set("leaseUntil", now));
    }

    /** Records a failure, and releases the lease. */
    void failed(Mailbox box, String error, Instant since, Instant nextAttempt, boolean gaveUp, Instant now) {
        mailboxes.updateOne(
                held(box),
                Updates.combine(
                        Updates.inc("failures", 1),
                        Updates.set("failingSince", since),
                        Updates.set("nextAttempt", nextAttempt),
                        Updates.set("error", error),
                        Updates.set("gaveUp", gaveUp),
                        Updates.set("leaseUntil", now)));
    }

    /** A page of the mailboxes to which the last attempt failed. */
    Page<Mailbox> failing(@Nullable String cursor, int limit) {
        return Window.of(Selection.of("undelivered"), cursor, limit)
                .page(
                        (from, back, most) -> mailboxes
                                .find(
                                        from == null
                                                ? FAILING
                                                : Filters.and(
                                                        FAILING,
                                                        back
                                                                ? Filters.lt("_id", from.id())
                                                                : Filters.gt("_id", from.id())))
                                .sort(back ? Sorts.descending("_id") : Sorts.ascending("_id"))
                                .limit(most)
                                .into(new ArrayList<>()),
                        box -> Place.of(box.person()));
    }

    /** The number of people to whom nothing is sent any more. */
    long gaveUp() {
        return mailboxes.countDocuments(Filters.and(FAILING, Filters.eq("gaveUp", true)));
    }

    /** Lets all digests that failed be tried at once. Returns how many there are. */
    long retryAll(Instant now) {
        return mailboxes.updateMany(FAILING, again(now)).getModifiedCount();
    }

    private static Bson again(Instant now) {
        return Updates.combine(
                Updates.set("failures", 1),
                Updates.set("failingSince", now),
                Updates.set("nextAttempt", now),
                Updates.set("gaveUp", false));
    }

    /** Lets the digest be tried at once, as if it had not failed yet. Returns false if there is none that failed. */
    boolean retry(String person, Instant now) {
        return mailboxes
                        .updateOne(Filters.and(Filters.eq("_id", person), FAILING), again(now))
                        .getMatchedCount()
                == 1;
    }
}
