// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Index;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Stores sessions by the hash of their secret, and seals them. A write changes only a session that is still as it was read, so no request
 * brings back a session that was ended meanwhile.
 */
@Component
class SessionStore {
    /**
     * A session as it is stored.
     *
     * @param id the hash of the secret in the cookie
     * @param lastSeenAt when the session was used last, to about a minute
     * @param notices what pages show once, encrypted
     */
    public record Row(
            @BsonId String id,
            String name,
            String account,
            String browser,
            String source,
            Instant since,
            Instant lastSeenAt,
            Instant provenAt,
            List<String> notices) {
        Row seen(Instant now) {
            return new Row(id, name, account, browser, source, since, now, provenAt, notices);
        }

        Row proven(Instant now) {
            return new Row(id, name, account, browser, source, since, now, now, notices);
        }

        Row with(List<String> kept) {
            return new Row(id, name, account, browser, source, since, lastSeenAt, provenAt, kept);
        }

        Session session() {
            return new Session(name, account, browser, source, since, provenAt);
        }
    }

    private static final String ACCOUNT = "account";
    private static final String NAME = "name";
    private static final String LAST_SEEN = "lastSeenAt";

    private final SealedCollection<Row> sessions;

    SessionStore(MongoDatabase database, Seals seals) {
        sessions = new SealedCollection<>(database, "sessions", Row.class, seals);
        Index.make(sessions.documents(), Indexes.ascending(ACCOUNT));
        Index.make(sessions.documents(), Indexes.ascending(LAST_SEEN));
    }

    void insert(Row row) {
        sessions.insert(row);
    }

    Optional<Stored<Row>> find(String id) {
        return sessions.find(id);
    }

    /** Replaces the session if it is still as it was read. Returns the session as it is now; empty if it was changed or ended meanwhile. */
    Optional<Stored<Row>> replace(Stored<Row> seen, Row row) {
        return sessions.replace(seen, row);
    }

    /** Returns the sessions of the account that are intact and were used after this instant, newest first. */
    List<Row> of(String account, Instant after) {
        var found = new ArrayList<Row>();
        try (var all = sessions.each(
                Filters.and(Filters.eq(ACCOUNT, account), Filters.gt(LAST_SEEN, after)), Sorts.descending("since"))) {
            all.forEachRemaining(stored -> stored.intact().ifPresent(found::add));
        }
        return found;
    }

    /** Deletes the session and returns it. Of all nodes that try, one gets it. */
    Optional<Stored<Row>> take(String id) {
        return sessions.take(Filters.eq("_id", id));
    }

    /** Deletes the session of this name, if it is the account's, and returns it. */
    Optional<Stored<Row>> take(String account, String name) {
        return sessions.take(Filters.and(Filters.eq(ACCOUNT, account), Filters.eq(NAME, name)));
    }

    /** Deletes one session of the account other than the named one, and returns it; empty if there is no other. */
    Optional<Stored<Row>> takeOther(String account, @Nullable String but) {
        return sessions.take(Filters.and(Filters.eq(ACCOUNT, account), Filters.ne(NAME, but)));
    }

    /** Deletes one session that was not used after this instant, and returns it; empty if there is none. */
    Optional<Stored<Row>> takeIdle(Instant since) {
        return sessions.take(Filters.lte(LAST_SEEN, since));
    }

    /** Visits all sessions, intact or not. */
    void each(Consumer<Stored<Row>> what) {
        try (var all = sessions.each(Filters.empty(), Sorts.ascending("_id"))) {
            all.forEachRemaining(what);
        }
    }
}
