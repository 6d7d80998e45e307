// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Decoding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores personal tokens by the hash of their text. */
@Component
class TokenStore {
    /** A token as it is stored. */
    public record Row(
            @BsonId String hash,
            String account,
            String name,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant firstUsedAt,
            @Nullable List<String> scopes,
            @Nullable String madeBy,
            @Nullable String request) {
        static Row of(PersonalToken token) {
            return new Row(
                    token.hash(),
                    token.account(),
                    token.name(),
                    token.createdAt(),
                    token.expiresAt(),
                    token.firstUsedAt(),
                    token.scopes(),
                    token.madeBy(),
                    token.request());
        }

        PersonalToken token() {
            return new PersonalToken(hash, account, name, createdAt, expiresAt, firstUsedAt, scopes, madeBy, request);
        }
    }

    /** For how long this node uses a token that it has read. Changes on this node take effect at once. */
    private static final Duration USED = Duration.ofMillis(500);

    private static final int MOST_USED = 10_000;

    private final MongoCollection<Row> tokens;
    /** Tokens by the hash of their text. */
    private final Cache<String, PersonalToken> read =
            Caffeine.newBuilder().expireAfterWrite(USED).maximumSize(MOST_USED).build();

    TokenStore(MongoDatabase database) {
        tokens = database.getCollection("tokens", Row.class);
    }

    void insert(PersonalToken token) {
        tokens.insertOne(Row.of(token));
    }

    /** The token. What another node changes is seen within half a second. */
    Optional<PersonalToken> find(Secret secret) {
        return Optional.ofNullable(read.get(secret.hash(), hash -> {
            var row = tokens.find(Filters.eq("_id", hash)).first();
            return row == null ? null : row.token();
        }));
    }

    /** Records the first use of the token. Returns false if the token was used before. */
    boolean firstUsed(String hash, Instant now) {
        return change(() -> tokens.updateOne(
                                Filters.and(Filters.eq("_id", hash), Filters.eq("firstUsedAt", null)),
                                Updates.set("firstUsedAt", now)))
                        .getModifiedCount()
                == 1;
    }

    List<PersonalToken> of(String account) {
        return tokens.find(Filters.eq("account", account))
                .sort(Sorts.descending("createdAt"))
                .map(Row::token)
                .into(new ArrayList<>());
    }

    /** Deletes a token of the account and all tokens that were created with it. Returns false if the token does not exist. */
    boolean delete(String account, String hash) {
        boolean deleted =
                change(() -> tokens.deleteOne(Filters.and(Filters.eq("_id", hash), Filters.eq("account", account))))
                                .getDeletedCount()
                        > 0;
        var made = tokens.find(Filters.and(Filters.eq("account", account), Filters.eq("madeBy", hash)))
                .map(Row::hash)
                .into(new ArrayList<>());
        made.forEach(each -> delete(account, each));
        return deleted;
    }

    void deleteMadeIn(String request, String account) {
        change(() -> tokens.deleteMany(Filters.and(Filters.eq("account", account), Filters.eq("request", request))));
    }

    void deleteOf(String account) {
        change(() -> tokens.deleteMany(Filters.eq("account", account)));
    }

    private <T> T change(Supplier<T> change) {
        try {
            return change.get();
        } finally {
            // also after a failure, because the change may have been made
            read.invalidateAll();
        }
    }

    /** Visits all stored tokens by id; the token is empty if the document cannot be read. */
    void each(BiConsumer<String, Optional<PersonalToken>> what) {
        Decoding.each(tokens, (id, row) -> what.accept(id, row.map(Row::token)));
    }
}
