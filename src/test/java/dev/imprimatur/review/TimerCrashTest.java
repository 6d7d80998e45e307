// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.GuideEffects;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.flowable.engine.ProcessEngine;
import org.flowable.job.service.impl.asyncexecutor.AsyncExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The node whose timers are due crashes between two writes, and another node continues. Every review is requested once, every guide is
 * marked overdue once, and every task that waits is passed on once.
 */
@Tag("long")
@Tag("store")
class TimerCrashTest {
    private static final int[] POINTS =
            SimulatedCrash.AT_ALL_POINTS ? IntStream.range(0, 40).toArray() : new int[] {0, 4, 9, 17};
    private static final int DUE = 3;
    /** The effects of the two timers of a guide. */
    private static final List<String> TIMED =
            List.of("logged \"review-due\"", "logged \"overdue\"", "ledger \"review-overdue\"");

    private static final Duration OVERDUE = Duration.ofDays(200);
    private static final Duration LOCK = Duration.ofSeconds(30);

    @Test
    void everyTimerHasOneEffect() {
        try (var stores = new ProxiedStores();
                var crashing = Node.start(stores.settings(
                        "imprimatur.review.reconcile-every", "1h",
                        "logging.level.dev.imprimatur", "off",
                        "logging.level.org.flowable", "off"));
                var other = crashing.beside()) {
            var undisturbed = other.guides().published();
            var undecided = other.guides().submitted();
            other.clock().forward(OVERDUE);
            soon("undisturbed")
                    .until(() -> TIMED.stream()
                            .allMatch(it -> GuideEffects.on(undisturbed.slug(), other).stream()
                                    .anyMatch(effect -> effect.startsWith(it))));
            var expected = GuideEffects.on(undisturbed.slug(), other);
            soon("undisturbed").until(() -> isPassedOn(undecided.slug(), other));
            var expectedToWait = GuideEffects.on(undecided.slug(), other);
            for (int after : POINTS) {
                var due = IntStream.range(0, DUE)
                        .mapToObj(i -> other.guides().published())
                        .toList();
                var waiting = other.guides().submitted();
                timers(other).shutdown();
                var crash = SimulatedCrash.after(after);
                crashing.bean(SimulatedCrash.Background.class).crashWith(crash);
                other.clock().forward(OVERDUE);
                other.renewTokens();
                soon("after " + after + " writes").until(crash::happened);
                timers(other).start();
                other.clock().forward(LOCK);

                for (var guide : due)
                    soon("after " + after + " writes")
                            .untilAsserted(() -> assertThat(GuideEffects.on(guide.slug(), other))
                                    .containsExactlyInAnyOrderElementsOf(expected));
                soon("after " + after + " writes")
                        .untilAsserted(() -> assertThat(GuideEffects.on(waiting.slug(), other))
                                .containsExactlyInAnyOrderElementsOf(expectedToWait));
                crashing.bean(SimulatedCrash.Background.class).end();
                crashing.restart(() -> {});
            }
            other.bean(Reconciler.class).everyMinute();
            var report = other.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            assertThat(report.unfinished()).isEmpty();
            System.out.printf(
                    "crash points of timers: %d crashes with %d timers due; 0 lost, 0 doubled, 0 violations%n",
                    POINTS.length, 2 * DUE + 1);
        }
    }

    private static boolean isPassedOn(String slug, Node node) {
        return GuideEffects.on(slug, node).stream().anyMatch(effect -> effect.startsWith("logged \"escalated\""));
    }

    private static ConditionFactory soon(String point) {
        return await(point).atMost(Duration.ofSeconds(60));
    }

    private static AsyncExecutor timers(Node node) {
        return node.bean(ProcessEngine.class).getProcessEngineConfiguration().getAsyncExecutor();
    }
}
