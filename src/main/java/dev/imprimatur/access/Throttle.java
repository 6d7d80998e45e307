package dev.imprimatur.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.problem.Refusal;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * Slows down who keeps failing to sign in: per account and source, per source, and per account over all sources. Each is a
 * bucket that failures empty and time refills, so nobody is locked out for good; a source from which somebody has signed
 * in to the account before is not slowed down by what other sources do to it.
 */
@Component
class Throttle {
    private static final int MOST_TRACKED = 100_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);
    private static final Duration TOLD_AGAIN_AFTER = Duration.ofMinutes(1);

    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST_TRACKED)
            .expireAfterAccess(FORGOTTEN_AFTER)
            .build();
    private final Cache<String, Boolean> known = Caffeine.newBuilder()
            .maximumSize(MOST_TRACKED)
            .expireAfterAccess(Duration.ofDays(30))
            .build();

    private final Cache<String, Boolean> told = Caffeine.newBuilder()
            .maximumSize(MOST_TRACKED)
            .expireAfterWrite(TOLD_AGAIN_AFTER)
            .build();

    /** Refuses an attempt while a bucket is empty. */
    void check(String account, String source) {
        check(pair(account, source));
        check(source(source));
        if (known.getIfPresent(account + "\n" + source) == null) check(account(account));
    }

    /** Whether a refused attempt is the first of late that the same bucket refused, so that an attack does not fill the audit. */
    boolean isNews(String account, String source) {
        String slowed = isEmpty(source(source))
                ? "source " + source
                : isEmpty(pair(account, source)) ? "pair " + account + "\n" + source : "account " + account;
        return told.asMap().putIfAbsent(slowed, true) == null;
    }

    private static boolean isEmpty(Bucket bucket) {
        return !bucket.estimateAbilityToConsume(1).canBeConsumed();
    }

    /** Refuses an attempt with a secret that names no account. */
    void check(String source) {
        check(source(source));
    }

    private static void check(Bucket bucket) {
        var estimate = bucket.estimateAbilityToConsume(1);
        if (!estimate.canBeConsumed())
            throw Refusal.throttled(
                            "too many failed attempts; wait before the next",
                            Duration.ofNanos(estimate.getNanosToWaitForRefill()))
                    .raise();
    }

    void failed(String account, String source) {
        pair(account, source).tryConsume(1);
        account(account).tryConsume(1);
        failed(source);
    }

    void failed(String source) {
        source(source).tryConsume(1);
    }

    void succeeded(String account, String source) {
        buckets.invalidate("pair " + account + "\n" + source);
        known.put(account + "\n" + source, true);
    }

    private Bucket pair(String account, String source) {
        return bucket("pair " + account + "\n" + source, 5, Duration.ofSeconds(15));
    }

    private Bucket source(String source) {
        return bucket("source " + source, 50, Duration.ofSeconds(2));
    }

    private Bucket account(String account) {
        return bucket("account " + account, 50, Duration.ofSeconds(10));
    }

    private Bucket bucket(String key, int failures, Duration refill) {
        return buckets.get(
                key,
                fresh -> Bucket.builder()
                        .addLimit(Bandwidth.builder()
                                .capacity(failures)
                                .refillGreedy(1, refill)
                                .build())
                        .build());
    }
}
