// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.GuideEffects;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.flowable.engine.ProcessEngine;
import org.flowable.job.service.impl.asyncexecutor.AsyncExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The node whose timers are due crashes between two writes, and another node continues. Every review is requested once, and every
 * guide is marked overdue once.
 */
@Tag("long")
@Tag("store")
class TimerCrashTest {
    private static final int[] POINTS =
            SimulatedCrash.AT_ALL_POINTS ? IntStream.range(0, 40).toArray() : new int[] {0, 9};
    private static final int DUE = 3;
    /** The effects of the two timers of a guide. */
    private static final List<String> TIMED =
            List.of("logged \"review-due\"", "logged \"overdue\"", "ledger \"review-overdue\"");

    private static final List<String> SCHEDULED_EFFECTS =
            List.of("logged \"published\"", "logged \"unpublished\"", "ledger \"publish\"", "ledger \"unpublish\"");

    private static final Duration SCHEDULED = Duration.ofHours(1);
    private static final Duration OVERDUE = Duration.ofDays(200);
    private static final Duration LOCK = Duration.ofSeconds(30);

    @Test
    void everyTimerHasOneEffect() {
        crash(node -> node.guides().published(), OVERDUE, TIMED, node -> {});
    }

    @Test
    void everyTaskThatNobodyDecidesIsPassedOnOnce() {
        crash(node -> node.guides().submitted(), OVERDUE, List.of("logged \"escalated\""), node -> {});
    }

    /** The next pass of the reconciler sets the timer for the end of a publication, if the node crashed after the publication. */
    @Test
    void everyScheduledPublicationHappensOnce() {
        crash(
                TimerCrashTest::scheduled,
                SCHEDULED.multipliedBy(2),
                SCHEDULED_EFFECTS,
                node -> node.bean(Reconciler.class).everyMinute());
    }

    /** An approved guide whose publication is scheduled, and the end of it soon afterwards. */
    private static Guides.Ref scheduled(Node node) {
        var guide = node.guides().submitted();
        var at = node.clock().instant().plus(SCHEDULED);
        node.as("publisher")
                .put(
                        guide.path() + "/schedule",
                        Map.of(
                                "publishAt",
                                at.toString(),
                                "unpublishAt",
                                at.plusSeconds(60).toString()))
                .ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        return guide;
    }

    private static void crash(
            Function<Node, Guides.Ref> guideWithTimers, Duration wait, List<String> timed, Consumer<Node> meanwhile) {
        try (var stores = new ProxiedStores();
                var crashing = Node.start(stores.settings(
                        "imprimatur.review.reconcile-every", "1h",
                        "logging.level.dev.imprimatur", "off",
                        "logging.level.org.flowable", "off"));
                var other = crashing.beside()) {
            var undisturbed = guideWithTimers.apply(other);
            other.clock().forward(wait);
            soon("undisturbed")
                    .until(() -> timed.stream()
                            .allMatch(it -> GuideEffects.on(undisturbed.slug(), other).stream()
                                    .anyMatch(effect -> effect.startsWith(it))));
            var expected = GuideEffects.on(undisturbed.slug(), other);
            for (int after : POINTS) {
                other.renewTokens();
                var due = IntStream.range(0, DUE)
                        .mapToObj(i -> guideWithTimers.apply(other))
                        .toList();
                timers(other).shutdown();
                var crash = SimulatedCrash.after(after);
                crashing.bean(SimulatedCrash.Background.class).crashWith(crash);
                other.clock().forward(wait);
                other.renewTokens();
                soon("after " + after + " writes").until(crash::happened);
                timers(other).start();
                other.clock().forward(LOCK);

                for (var guide : due)
                    soon("after " + after + " writes").untilAsserted(() -> {
                        meanwhile.accept(other);
                        assertThat(GuideEffects.on(guide.slug(), other)).containsExactlyInAnyOrderElementsOf(expected);
                    });
                crashing.bean(SimulatedCrash.Background.class).end();
                crashing.restart(() -> {});
            }
            other.bean(Reconciler.class).everyMinute();
            var report = other.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            assertThat(report.unfinished()).isEmpty();
            System.out.printf(
                    "crash points of timers: %d crashes with %d timers due; 0 lost, 0 doubled, 0 violations%n",
                    POINTS.length, 2 * DUE);
        }
    }

    private static ConditionFactory soon(String point) {
        return await(point).atMost(Duration.ofSeconds(60));
    }

    private static AsyncExecutor timers(Node node) {
        return node.bean(ProcessEngine.class).getProcessEngineConfiguration().getAsyncExecutor();
    }
}
