// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.RecentReads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
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

    private final MongoCollection<Row> tokens;
    /** Tokens by the hash of their text. */
    private final RecentReads<PersonalToken> recent = new RecentReads<>();

    TokenStore(MongoDatabase database) {
        tokens = database.getCollection("tokens", Row.class);
    }

    void insert(PersonalToken token) {
        tokens.insertOne(Row.of(token));
    }

    /** The token. What another node changes is seen within half a second. */
    Optional<PersonalToken> find(Secret secret) {
        return recent.find(
                secret.hash(),
                hash -> Optional.ofNullable(tokens.find(Filters.eq("_id", hash)).first())
                        .map(Row::token));
    }

    /** Records the first use of the token. Returns false if the token was used before. */
    boolean firstUsed(String hash, Instant now) {
        return recent.changing(() -> tokens.updateOne(
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
        boolean deleted = recent.changing(() ->
                                tokens.deleteOne(Filters.and(Filters.eq("_id", hash), Filters.eq("account", account))))
                        .getDeletedCount()
                > 0;
        var made = tokens.find(Filters.and(Filters.eq("account", account), Filters.eq("madeBy", hash)))
                .map(Row::hash)
                .into(new ArrayList<>());
        made.forEach(each -> delete(account, each));
        return deleted;
    }

    void deleteMadeIn(String request, String account) {
        recent.changing(
                () -> tokens.deleteMany(Filters.and(Filters.eq("account", account), Filters.eq("request", request))));
    }

    void deleteOf(String account) {
        recent.changing(() -> tokens.deleteMany(Filters.eq("account", account)));
    }

    /** Visits all stored tokens by id; the token is empty if the document cannot be read. */
    void each(BiConsumer<String, Optional<PersonalToken>> what) {
        Decoding.each(tokens, (id, row) -> what.accept(id, row.map(Row::token)));
    }
}
