// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import dev.imprimatur.credentials.Secret;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The links in mails with which people end mails without signing in. Each mail has its own. Only the hash of its token is stored. */
@Component
class UnsubscribeLinks {
    public record Link(@BsonId String hash, String person, Instant madeAt) {}

    private final MongoCollection<Link> links;

    UnsubscribeLinks(MongoDatabase database) {
        links = database.getCollection("unsubscribe_links", Link.class);
        Index.make(links, Indexes.ascending("madeAt"));
    }

    /** Makes a link that ends the mails to a person. Returns its token. */
    String make(String person, Instant now) {
        var secret = Secret.fresh(Secret.UNSUBSCRIBE);
        UniqueInsert.insert(links, new Link(secret.hash(), person, now));
        return secret.text();
    }

    /** The person whose mails the token ends; empty if there is no such token. */
    Optional<String> person(String token) {
        return token.startsWith(Secret.UNSUBSCRIBE)
                ? Optional.ofNullable(links.find(Filters.eq("_id", new Secret(token).hash()))
                                .first())
                        .map(Link::person)
                : Optional.empty();
    }

    void deleteBefore(Instant from) {
        links.deleteMany(Filters.lt("madeAt", from));
    }
}
