// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.RecentReads;
import dev.imprimatur.store.UniqueInsert;
import dev.imprimatur.throttling.Throttle;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The secret links with which people subscribe to the calendar in a program of their own. An account has at most one. */
@Component
public class CalendarLinks {
    /** @param hash the hash of the token in the link */
    public record Link(@BsonId String account, String hash, Instant createdAt) {}

    private final MongoCollection<Link> links;
    /** Links by the hash of their token. What another node changes is seen within half a second. */
    private final RecentReads<Link> recent = new RecentReads<>();

    private final Throttle throttle;
    private final Audit audit;
    private final Clock clock;

    CalendarLinks(MongoDatabase database, Throttle throttle, Audit audit, Clock clock) {
        this.throttle = throttle;
        this.audit = audit;
        this.clock = clock;
        links = database.getCollection("calendar_links", Link.class);
        Index.makeUnique(links, Indexes.ascending("hash"));
    }

    /** The link of the account; empty if it has none. */
    public Optional<Link> of(String username) {
        return Optional.ofNullable(links.find(Filters.eq("_id", username)).first());
    }

    /** Makes a link in place of any earlier one, which stops working. Returns the token in it, which is shown once. */
    public String make(String username) {
        var secret = Secret.fresh(Secret.CALENDAR);
        var link = new Link(username, secret.hash(), clock.instant());
        while (!UniqueInsert.insert(links, link) && !replaces(link)) {
            // somebody revoked the earlier link in between
        }
        audit.record(username, "calendar-link-made", null, null);
        return secret.text();
    }

    private boolean replaces(Link link) {
        return recent.changing(() -> links.replaceOne(Filters.eq("_id", link.account()), link))
                        .getMatchedCount()
                == 1;
    }

    /** Revokes the link of the account. Revoking it again changes nothing. */
    public void revoke(String username) {
        if (delete(username)) audit.record(username, "calendar-link-revoked", null, null);
    }

    /** Deletes the link of an account that ends, or whose password changes. */
    public void deleteOf(String username) {
        delete(username);
    }

    private boolean delete(String username) {
        return recent.changing(() -> links.deleteOne(Filters.eq("_id", username)))
                        .getDeletedCount()
                == 1;
    }

    /** The account whose link has this token; empty if there is none. */
    public Optional<String> accountOf(String token) {
        if (!token.startsWith(Secret.CALENDAR)) return Optional.empty();
        return recent.find(
                        new Secret(token).hash(),
                        hash -> Optional.ofNullable(
                                links.find(Filters.eq("hash", hash)).first()))
                .map(Link::account);
    }

    /** Counts a wrong token against the network address that sent it, and returns the refusal. */
    public Refused wrong(String source) {
        throttle.failed(source);
        return Refusal.missing("there is no calendar here").raise();
    }
}
