// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What this node has read of a collection within the last half second, by id. Changes on this node take effect at once; those of other
 * nodes take effect when the time is over. What does not exist is not remembered.
 */
public final class RecentReads<V> {
    private static final Duration USED = Duration.ofMillis(500);
    private static final int MOST_USED = 10_000;

    /** A value is only used until the next change, also if it was being read when the change was made. */
    private record Key(String id, long changes) {}

    private final AsyncCache<Key, V> read =
            Caffeine.newBuilder().expireAfterWrite(USED).maximumSize(MOST_USED).buildAsync();
    private final AtomicLong changes = new AtomicLong();

    /** Returns the value as this node read it at most half a second ago, or else reads it. */
    public Optional<V> find(String id, Function<String, Optional<V>> reader) {
        return Optional.ofNullable(SharedRead.get(
                read, new Key(id, changes.get()), key -> reader.apply(key.id()).orElse(null)));
    }

    /** Makes a change. What was read before is not used afterwards, also if the change fails, because it may have been made. */
    public <T> T changing(Supplier<T> change) {
        try {
            return change.get();
        } finally {
            changes.incrementAndGet();
        }
    }
}
