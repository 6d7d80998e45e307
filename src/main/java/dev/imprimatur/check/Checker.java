// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.check;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Findings;
import dev.imprimatur.store.Findings.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Walks both stores. Rows are read one after the other while people go on working, so a check that finds something is run again a moment
 * later, and only what is found both times is told.
 */
@Component
public class Checker {
    private static final Logger log = LoggerFactory.getLogger(Checker.class);
    /** How long whoever begins a walk waits for its end: small stores are done by then. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * What a walk has found.
     *
     * @param violations what no step of the application leaves behind
     * @param unfinished what an interrupted step leaves behind
     * @param failure why it came to no end; null if it did
     * @param begun when the walk began
     */
    public record Report(
            List<Finding> violations,
            List<Finding> unfinished,
            @Nullable String failure,
            Instant begun,
            Duration took) {}

    private final List<Check> checks;
    private final Clock clock;
    private final Duration pause;
    /** Open while a walk runs on this node. */
    private final AtomicReference<@Nullable CountDownLatch> running = new AtomicReference<>();

    private volatile @Nullable Report last;

    /** @param pause {@code imprimatur.check.pause}: how long after it was found a thing must still be there to be told */
    Checker(List<Check> checks, Clock clock, @Value("${imprimatur.check.pause:1s}") Duration pause) {
        this.pause = pause;
        this.checks = List.copyOf(checks);
        this.clock = clock;
    }

    /** The report of the last walk of this node; null before the first. */
    public @Nullable Report last() {
        return last;
    }

    public boolean isRunning() {
        return running.get() != null;
    }

    /** Begins a walk, unless one runs on this node, and waits a moment for its end. */
    public void begin() throws InterruptedException {
        var ends = new CountDownLatch(1);
        if (!running.compareAndSet(null, ends)) return;
        Thread.ofPlatform().name("check").daemon().start(() -> {
            try {
                last = run();
            } finally {
                running.set(null);
                ends.countDown();
            }
        });
        ends.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Walks both stores. */
    public Report run() {
        var begun = clock.instant();
        long nanos = System.nanoTime();
        List<Finding> found = List.of();
        String failure = null;
        try {
            found = checks.stream().flatMap(check -> twice(check).stream()).toList();
        } catch (RuntimeException failed) {
            log.warn("the check of both stores came to no end", failed);
            failure = failed.getMessage();
        }
        return new Report(
                found.stream().filter(it -> !it.unfinished()).toList(),
                found.stream().filter(Finding::unfinished).toList(),
                failure,
                begun,
                Duration.ofNanos(System.nanoTime() - nanos));
    }

    private List<Finding> twice(Check check) {
        var first = once(check);
        if (first.isEmpty()) return first;
        LockSupport.parkNanos(pause.toNanos());
        var second = new HashSet<>(once(check));
        return first.stream().filter(second::contains).toList();
    }

    private static List<Finding> once(Check check) {
        var findings = new Findings();
        try {
            check.run(findings);
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed) || Failures.isSqlOutage(failed)) throw failed;
            log.warn("what is stored cannot be read", failed);
            findings.violation("unreadable", check.getClass().getSimpleName(), "cannot go on: " + failed.getMessage());
        }
        return findings.all();
    }
}
