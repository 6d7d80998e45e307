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
import java.util.function.BiConsumer;
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
     * @param request what the request that made it is known by; null if it carried no idempotency key
     */
    public record Token(
            @BsonId String hash,
            String account,
            String name,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant firstUsedAt,
            @Nullable String request) {}

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

    boolean delete(String account, String hash) {
        return tokens.deleteOne(Filters.and(Filters.eq("_id", hash), Filters.eq("account", account)))
                        .getDeletedCount()
                > 0;
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
