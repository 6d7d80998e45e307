// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.credentials.Secret;
import java.time.Instant;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The links that choose a new password, by the hash of their token; an account has one at most. */
@Component
class ResetLinks {
    public record Link(@BsonId String hash, String account, String by, Instant expiresAt) {}

    private final MongoCollection<Link> links;

    ResetLinks(MongoDatabase database) {
        links = database.getCollection("reset_links", Link.class);
    }

    void insert(Link link) {
        links.insertOne(link);
    }

    Optional<Link> find(Secret token) {
        return Optional.ofNullable(links.find(Filters.eq("_id", token.hash())).first());
    }

    /** Deletes the link and returns whether it existed. Of two concurrent calls, only one returns true. */
    boolean take(Secret token) {
        return links.deleteOne(Filters.eq("_id", token.hash())).getDeletedCount() > 0;
    }

    void deleteOf(String account) {
        links.deleteMany(Filters.eq("account", account));
    }
}
