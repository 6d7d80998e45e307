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
 * Checks both stores. Rows are read one after the other while people continue to work, so a finding may come from a step in progress.
 * Therefore a check with findings runs again a moment later, and only findings of both runs are reported.
 */
@Component
public class Checker {
    private static final Logger log = LoggerFactory.getLogger(Checker.class);
    /** How long the caller that starts a check waits for its end. Small stores are checked by then. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    /**
     * The result of a check.
     *
     * @param violations states that no step of the application leaves behind
     * @param unfinished states that an interrupted step leaves behind
     * @param failure why the check could not be finished; null if it was
     * @param begun when the check began
     * @param took the duration of the check
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
    /** Not null while a check runs on this node; counted down when the check ends. */
    private final AtomicReference<@Nullable CountDownLatch> running = new AtomicReference<>();

    private volatile @Nullable Report last;

    /** @param pause {@code imprimatur.check.pause}: the time between the two runs of a check */
    Checker(List<Check> checks, Clock clock, @Value("${imprimatur.check.pause:1s}") Duration pause) {
        this.pause = pause;
        this.checks = List.copyOf(checks);
        this.clock = clock;
    }

    /** Returns the report of the last check on this node; null before the first one. */
    public @Nullable Report last() {
        return last;
    }

    public boolean isRunning() {
        return running.get() != null;
    }

    /** Starts a check, unless one runs on this node, and waits a moment for its end. */
    public void begin() throws InterruptedException {
        var end = new CountDownLatch(1);
        if (!running.compareAndSet(null, end)) return;
        Thread.ofPlatform().name("check").daemon().start(() -> {
            try {
                last = run();
            } finally {
                running.set(null);
                end.countDown();
            }
        });
        end.await(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Checks both stores. */
    public Report run() {
        var begun = clock.instant();
        long nanos = System.nanoTime();
        List<Finding> findings = List.of();
        String failure = null;
        try {
            findings = checks.stream().flatMap(check -> twice(check).stream()).toList();
        } catch (RuntimeException failed) {
            log.warn("the check of both stores could not be finished", failed);
            failure = failed.getMessage();
        }
        return new Report(
                findings.stream().filter(it -> !it.unfinished()).toList(),
                findings.stream().filter(Finding::unfinished).toList(),
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
            log.warn("stored data cannot be read", failed);
            findings.violation(
                    "unreadable", check.getClass().getSimpleName(), "cannot continue: " + failed.getMessage());
        }
        return findings.all();
    }
}
