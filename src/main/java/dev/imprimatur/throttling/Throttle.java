// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.problem.Refusal;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.stereotype.Component;

/**
 * Slows down repeated failed sign-ins. Failures are counted per account and source, per source, and per account over all sources. Each
 * count is a token bucket: failures empty it and time refills it.
 *
 * <p>Only wrong passwords are refused. While a bucket is empty, passwords are still checked, but one after another. So a person with the
 * right password gets in, and an attacker gains nothing by guessing faster. A source from which somebody has signed in to the account
 * before is not delayed by failures from other sources.
 */
@Component
public class Throttle {
    private static final int MAX_TRACKED = 100_000;
    private static final Duration EXPIRY = Duration.ofHours(1);
    private static final Duration REPORT_INTERVAL = Duration.ofMinutes(1);
    /** The interval between two password checks for a source or account that has failed too often. */
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);
    /** How long an attempt may wait for its turn and for a processor. Longer waits occur only in a flood of attempts. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);
    /** How many attempts may wait in total and per source. Each waiting attempt holds a thread. */
    private static final int MAX_WAITING = 96;

    private static final int MAX_WAITING_PER_SOURCE = 24;

    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MAX_TRACKED)
            .expireAfterAccess(EXPIRY)
            .build();
    private final Cache<String, Boolean> knownSources = Caffeine.newBuilder()
            .maximumSize(MAX_TRACKED)
            .expireAfterAccess(Duration.ofDays(30))
            .build();

    private final Cache<String, Boolean> reportedRefusals = Caffeine.newBuilder()
            .maximumSize(MAX_TRACKED)
            .expireAfterWrite(REPORT_INTERVAL)
            .build();

    private final Map<String, Integer> waiting = new ConcurrentHashMap<>();
    /** Limits concurrent password checks. Each check takes a processor and 16 MB for a moment, and other requests need processors, too. */
    private final Semaphore checks =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

    /**
     * Waits for the attempt's turn and then checks the password.
     *
     * @return whether the password is right
     */
    public boolean isRight(String account, String source, BooleanSupplier check) {
        int waitingOfSource = waiting.merge(source, 1, Integer::sum);
        try {
            if (waitingOfSource > MAX_WAITING_PER_SOURCE || waitingInTotal() > MAX_WAITING) throw busy();
            if (!hasTurn(account, source) || !checks.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS))
                throw busy();
            try {
                return check.getAsBoolean();
            } finally {
                checks.release();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw busy();
        } finally {
            waiting.computeIfPresent(source, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private int waitingInTotal() {
        return waiting.values().stream().mapToInt(Integer::intValue).sum();
    }

    private boolean hasTurn(String account, String source) throws InterruptedException {
        if ((isEmpty(source(source)) || isEmpty(pair(account, source))) && !awaitTurn("turn source " + source))
            return false;
        return isKnown(account, source) || !isEmpty(account(account)) || awaitTurn("turn account " + account);
    }

    private boolean awaitTurn(String turn) throws InterruptedException {
        return bucket(turn, 1, CHECK_INTERVAL).asBlocking().tryConsume(1, MAX_WAIT);
    }

    private static RuntimeException busy() {
        return Refusal.unavailable(
                        "sign-in-busy",
                        "too many attempts to sign in wait at the moment; try again",
                        Duration.ofSeconds(2))
                .raise();
    }

    private boolean isKnown(String account, String source) {
        return knownSources.getIfPresent(account + "\n" + source) != null;
    }

    private static boolean isEmpty(Bucket bucket) {
        return !bucket.estimateAbilityToConsume(1).canBeConsumed();
    }

    /** Counts a wrong password. Throws a refusal if there were too many for the account or the source. */
    public void failed(String account, String source) {
        boolean pair = pair(account, source).tryConsume(1);
        boolean all = account(account).tryConsume(1) || isKnown(account, source);
        failed(source);
        if (!pair) throw tooMany(pair(account, source));
        if (!all) throw tooMany(account(account));
    }

    /** Counts a wrong secret that identifies no account. Throws a refusal if there were too many from the source. */
    public void failed(String source) {
        var bucket = source(source);
        if (!bucket.tryConsume(1)) throw tooMany(bucket);
    }

    private static RuntimeException tooMany(Bucket bucket) {
        return Refusal.throttled(
                        "too many failed attempts; wait before the next",
                        Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()))
                .raise();
    }

    /**
     * Whether a refused attempt should be audited: once a minute for each bucket that refuses, so that an attack does not fill the audit.
     */
    public boolean isFirstRefusal(String account, String source) {
        String refusingBucket = isEmpty(source(source))
                ? "source " + source
                : isEmpty(pair(account, source)) ? "pair " + account + "\n" + source : "account " + account;
        return reportedRefusals.asMap().putIfAbsent(refusingBucket, true) == null;
    }

    public void succeeded(String account, String source) {
        buckets.invalidate("pair " + account + "\n" + source);
        knownSources.put(account + "\n" + source, true);
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

    private Bucket bucket(String key, int capacity, Duration refill) {
        return buckets.get(
                key,
                fresh -> Bucket.builder()
                        .addLimit(Bandwidth.builder()
                                .capacity(capacity)
                                .refillGreedy(1, refill)
                                .build())
                        .build());
    }
}
