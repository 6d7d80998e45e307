// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.github.benmanes.caffeine.cache.AsyncCache;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value for everybody who asks for it at the same time. They share the result, and the failure too: if each of them tried again
 * after the one before it, those who ask while a store does not answer would wait for one time limit after the other.
 */
public final class SharedRead {
    private SharedRead() {}

    /**
     * Returns the value that the cache has or that somebody is reading at this moment, or else reads it. Failures and null are not kept.
     *
     * @param reader reads in the calling thread
     */
    public static <K, V> @Nullable V get(AsyncCache<K, V> cache, K key, Function<K, @Nullable V> reader) {
        var mine = new CompletableFuture<V>();
        var other = cache.asMap().putIfAbsent(key, mine);
        if (other != null) return join(other);
        try {
            var value = reader.apply(key);
            mine.complete(value);
            return value;
        } catch (RuntimeException | Error failed) {
            mine.completeExceptionally(failed);
            throw failed;
        }
    }

    private static <V> V join(CompletableFuture<V> other) {
        try {
            return other.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) throw cause;
            throw failed;
        }
    }
}
