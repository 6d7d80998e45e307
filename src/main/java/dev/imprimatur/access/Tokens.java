package dev.imprimatur.access;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Decoding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Personal tokens, by the hash of what their holder sends. */
@Component
public class Tokens {
    /**
     * A token.
     *
     * @param firstUsedAt null until somebody came in by it
     * @param scopes what it may do, within what its account may; null for all of that
     * @param madeBy the hash of the token with scopes that made it; null if a password did, or a token without
     * @param request what the request that made it is known by; null if it carried no idempotency key
     */
    public record Token(
            @BsonId String hash,
            String account,
            String name,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant firstUsedAt,
            @Nullable List<String> scopes,
            @Nullable String madeBy,
            @Nullable String request) {
        private static final int ID = 16;

        /** What it is known by where the hash would say too much. */
        public String id() {
            return hash.substring(0, ID);
        }

        /** Whether it may do less than its account. */
        public boolean isNarrowed() {
            return scopes != null;
        }

        /** Its scopes; of a word that is none any more, nothing. */
        public Set<Scope> scopeSet() {
            return scopes == null
                    ? Set.of()
                    : scopes.stream()
                            .flatMap(name -> Scope.spelt(name).stream())
                            .collect(Collectors.toSet());
        }

        /** What it may do, as pages say it. */
        public String may() {
            return scopes == null ? "all that you may" : Scope.spelt(scopeSet());
        }
    }

    private final MongoCollection<Token> tokens;

    Tokens(MongoDatabase database) {
        tokens = database.getCollection("tokens", Token.class);
    }

    void insert(Token token) {
        tokens.insertOne(token);
    }

    Optional<Token> find(Secret secret) {
        return Optional.ofNullable(tokens.find(Filters.eq("_id", secret.hash())).first());
    }

    /** Whether this is the first use of the token. */
    boolean firstUsed(String hash, Instant now) {
        return tokens.updateOne(
                                Filters.and(Filters.eq("_id", hash), Filters.eq("firstUsedAt", null)),
                                Updates.set("firstUsedAt", now))
                        .getModifiedCount()
                == 1;
    }

    List<Token> of(String account) {
        return tokens.find(Filters.eq("account", account))
                .sort(Sorts.descending("createdAt"))
                .into(new ArrayList<>());
    }

    /** Deletes it, and those that were made by it. */
    boolean delete(String account, String hash) {
        boolean deleted = tokens.deleteOne(Filters.and(Filters.eq("_id", hash), Filters.eq("account", account)))
                        .getDeletedCount()
                > 0;
        var made = tokens.find(Filters.and(Filters.eq("account", account), Filters.eq("madeBy", hash)))
                .map(Token::hash)
                .into(new ArrayList<>());
        made.forEach(each -> delete(account, each));
        return deleted;
    }

    void deleteMadeIn(String request, String account) {
        tokens.deleteMany(Filters.and(Filters.eq("account", account), Filters.eq("request", request)));
    }

    void deleteOf(String account) {
        tokens.deleteMany(Filters.eq("account", account));
    }

    /** Every token as it is stored, by id; empty for what cannot be read. */
    void each(BiConsumer<String, Optional<Token>> what) {
        Decoding.each(tokens, what);
    }
}
