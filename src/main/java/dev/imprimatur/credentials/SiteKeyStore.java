// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.ClockReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Stores the site keys. Every node holds all keys in memory and rereads them every second, so that reading published content needs no query
 * for the key. The keys are read on a thread of their own, because delivery stops when nothing confirms them; no other scheduled work may
 * delay them.
 */
@Component
class SiteKeyStore implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SiteKeyStore.class);

    private static final Duration EVERY = Duration.ofSeconds(1);

    /** @param origins null in rows of releases that did not know origins */
    public record Row(
            @BsonId String id,
            String hash,
            String name,
            List<String> scopes,
            List<String> types,
            @Nullable List<String> origins,
            Instant createdAt) {
        SiteKey key() {
            return new SiteKey(id, name, scopes, types, origins == null ? List.of() : origins, createdAt);
        }
    }

    private final MongoCollection<Row> keys;
    private volatile KeyRing ring;
    private volatile boolean running;
    private volatile @Nullable Thread reader;

    SiteKeyStore(MongoDatabase database) {
        keys = database.getCollection("api_keys", Row.class);
        ring = read();
    }

    /** Saves the key with its secret and replaces the previous secret, if any. */
    void save(SiteKey key, Secret secret) {
        keys.replaceOne(
                Filters.eq("_id", key.id()),
                new Row(key.id(), secret.hash(), key.name(), key.scopes(), key.types(), key.origins(), key.createdAt()),
                new ReplaceOptions().upsert(true));
        refresh();
    }

    KeyRing ring() {
        return ring;
    }

    /** Replaces the origins of a key; empty if the key does not exist. */
    Optional<SiteKey> changeOrigins(String id, List<String> origins) {
        var changed = Optional.ofNullable(keys.findOneAndUpdate(
                Filters.eq("_id", id),
                Updates.set("origins", origins),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
        refresh();
        return changed.map(Row::key);
    }

    boolean delete(String id) {
        boolean deleted = keys.deleteOne(Filters.eq("_id", id)).getDeletedCount() == 1;
        refresh();
        return deleted;
    }

    /** Rereads the keys. Of two concurrent reads, the one that began later wins, because it knows of keys that were revoked in between. */
    private void refresh() {
        var read = read();
        synchronized (this) {
            if (read.readAt().nanos() - ring.readAt().nanos() > 0) ring = read;
        }
    }

    private KeyRing read() {
        var began = ClockReading.now();
        return new KeyRing(
                StreamSupport.stream(keys.find().spliterator(), false).collect(Collectors.toMap(Row::hash, Row::key)),
                began);
    }

    /** Starts before the web server accepts requests. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public void start() {
        // Set before the thread starts, because a thread that sees false would end for good.
        running = true;
        reader = Thread.ofPlatform().daemon().name("site-keys").start(() -> {
            while (running) {
                refreshQuietly();
                try {
                    Thread.sleep(EVERY);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        });
    }

    private void refreshQuietly() {
        try {
            refresh();
        } catch (RuntimeException down) {
            if (running) log.warn("site keys could not be read again: {}", down.toString());
        }
    }

    @Override
    public void stop() {
        running = false;
        var last = reader;
        reader = null;
        if (last != null) last.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
