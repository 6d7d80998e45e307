package dev.imprimatur.access;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Personal tokens, by the hash of what their holder sends. */
@Component
class Tokens {
    public record Token(@BsonId String hash, String account, String name, Instant createdAt, Instant expiresAt) {}

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

    void deleteOf(String account) {
        tokens.deleteMany(Filters.eq("account", account));
    }
}
