// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.representation.Loads;
import dev.imprimatur.representation.Representation;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * A cache of the responses to lists. Until the ledger changes, the same query has the same response. A response is cached only when its
 * query is asked for the second time, so that single requests do not displace frequent ones.
 */
@Component
public class ListCache {
    /** The identity of a response: the state it was made from, and the query. */
    private record Key(int reading, long position, int corrections, String type, String query) {
        static Key of(Snapshot snapshot, String type, @Nullable String query) {
            return new Key(
                    snapshot.reading(), snapshot.position(), snapshot.corrections(), type, query == null ? "" : query);
        }
    }

    private static final int MOST_ASKED_ONCE = 10_000;

    private final ListRenderer renderer;
    /** A response that is being made is there as a future, because making it may wait for a store. */
    private final AsyncCache<Key, Representation> responses;
    /** The hash codes of queries asked once. If two queries have the same hash code, the second is cached one request too early. */
    private final Cache<Integer, Boolean> askedOnce =
            selfMaintained().maximumSize(MOST_ASKED_ONCE).build();

    /** @param size the size of all cached responses with their encoded forms, {@code imprimatur.delivery.lists} */
    ListCache(ListRenderer renderer, @Value("${imprimatur.delivery.lists:64MB}") DataSize size) {
        this.renderer = renderer;
        responses = selfMaintained()
                .maximumWeight(size.toBytes())
                .weigher((Key key, Representation response) ->
                        2 * response.size() + key.query().length())
                .buildAsync();
    }

    /** A cache that does its maintenance in the calling thread, which costs less than handing it to another thread. */
    private static Caffeine<Object, Object> selfMaintained() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }

    /**
     * Returns the cached response.
     *
     * @param query the query string as sent; null if there is none
     */
    public Optional<Representation> find(Snapshot snapshot, String type, @Nullable String query) {
        return Optional.ofNullable(responses.synchronous().getIfPresent(Key.of(snapshot, type, query)));
    }

    /**
     * Returns the response from the cache, or makes it.
     *
     * @param query the query string as sent; null if there is none
     */
    Representation get(Snapshot snapshot, String type, @Nullable String query, Supplier<Representation> maker) {
        var key = Key.of(snapshot, type, query);
        return askedOnce.asMap().putIfAbsent(key.hashCode(), true) == null ? maker.get() : shared(key, maker);
    }

    /** Makes the response, or waits for another thread that is making it. */
    private Representation shared(Key key, Supplier<Representation> maker) {
        var mine = new CompletableFuture<Representation>();
        var other = responses.asMap().putIfAbsent(key, mine);
        if (other != null) return Loads.joined(other);
        try {
            var made = maker.get();
            mine.complete(made);
            return made;
        } catch (RuntimeException | Error failed) {
            mine.completeExceptionally(failed);
            throw failed;
        }
    }

    /**
     * Returns the response to a list from the cache, or makes it.
     *
     * @param sent the query string as sent; null if there is none
     */
    public Representation get(Snapshot now, String type, @Nullable String sent, ListQuery query) {
        return get(now, type, sent, () -> renderer.render(now, now, type, query));
    }
}
