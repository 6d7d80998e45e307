package dev.imprimatur.access;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.bson.codecs.pojo.annotations.BsonId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The keys of sites. Every node holds them all in memory, at most a second old, so that reading asks no store. */
@Component
class SiteKeys {
    private static final Logger log = LoggerFactory.getLogger(SiteKeys.class);

    public record Row(
            @BsonId String id, String hash, String name, List<String> scopes, List<String> types, Instant createdAt) {
        SiteKey key() {
            return new SiteKey(id, name, scopes, types, createdAt);
        }
    }

    private final MongoCollection<Row> keys;
    private volatile KeyRing ring;

    SiteKeys(MongoDatabase database) {
        keys = database.getCollection("api_keys", Row.class);
        ring = read();
    }

    /** Keeps the key with its secret, in place of any that it had. */
    void save(SiteKey key, Secret secret) {
        keys.replaceOne(
                Filters.eq("_id", key.id()),
                new Row(key.id(), secret.hash(), key.name(), key.scopes(), key.types(), key.createdAt()),
                new ReplaceOptions().upsert(true));
        refresh();
    }

    KeyRing ring() {
        return ring;
    }

    boolean delete(String id) {
        boolean deleted = keys.deleteOne(Filters.eq("_id", id)).getDeletedCount() == 1;
        refresh();
        return deleted;
    }

    @Scheduled(fixedDelay = 1000)
    void everySecond() {
        try {
            refresh();
        } catch (RuntimeException down) {
            log.warn("site keys could not be read again: {}", down.toString());
        }
    }

    private void refresh() {
        ring = read();
    }

    private KeyRing read() {
        return new KeyRing(
                StreamSupport.stream(keys.find().spliterator(), false).collect(Collectors.toMap(Row::hash, Row::key)));
    }
}
