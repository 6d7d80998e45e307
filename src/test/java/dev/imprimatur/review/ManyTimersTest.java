// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.LedgerFeed;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Publications and their ends that were due while no server ran happen at the start, each once and in order, and sites are answered
 * meanwhile; and a large release is published as a whole. {@code -Dtimers.guides=500} makes a thousand timers, and
 * {@code -Drelease.guides=1000} a release of a thousand guides.
 */
@Tag("long")
@Tag("store")
class ManyTimersTest {
    /** Each guide has two timers. */
    private static final int GUIDES = Integer.getInteger("timers.guides", 50);

    private static final int RELEASED = Integer.getInteger("release.guides", 60);
    private static final int AT_ONCE = 8;
    private static final int BASELINE = 500;
    private static final Duration SOON = Duration.ofSeconds(60 + GUIDES);
    private static final Duration DOWN = Duration.ofHours(2);
    /** The site reads as fast as it can. */
    private static final String[] UNLIMITED = {
        "imprimatur.delivery.rate", "10000000", "imprimatur.delivery.burst", "10000000"
    };
    /** How long the engine keeps what a node that stopped has locked. */
    private static final Duration LOCK = Duration.ofSeconds(30);

    @Test
    void everyTimerThatWasDueDuringADowntimeHasOneEffect() throws Exception {
        try (var node = Node.start(UNLIMITED)) {
            var read = node.guides().published();
            var due = inParallel(GUIDES, number -> scheduled(node, number));

            node.restart(() -> node.clock().forward(DOWN));

            long began = System.nanoTime();
            try (var site = new Reader(node, read)) {
                await().atMost(SOON).until(() -> kinds(node, due).size() == 2 * GUIDES);
                long took = System.nanoTime() - began;
                double during = site.stop();
                everyGuideWasPublishedAndUnpublishedOnce(node, due);
                double baseline = percentile(BASELINE, node, read);
                System.out.printf(
                        "%d timers due after %s of downtime: all done in %d ms; the 99th percentile of reads meanwhile is %.1f ms,"
                                + " %.1f times that of a node at rest%n",
                        2 * GUIDES, DOWN, took / 1_000_000, during, during / baseline);
            }
        }
    }

    /** Of two nodes that start after the downtime, one stops working between two writes. */
    @Test
    void anotherNodeDoesWhatANodeThatStopsLeavesUndone() throws Exception {
        try (var stores = new ProxiedStores();
                var stopping = Node.start(stores.settings(Stream.concat(
                                Stream.of(UNLIMITED),
                                Stream.of(
                                        "imprimatur.review.reconcile-every", "1h",
                                        "logging.level.dev.imprimatur", "off",
                                        "logging.level.org.flowable", "off",
                                        "logging.level.org.springframework.scheduling", "off"))
                        .toArray(String[]::new)))) {
            var read = stopping.guides().published();
            var due = inParallel(GUIDES, number -> scheduled(stopping, number));

            stopping.restart(() -> stopping.clock().forward(DOWN));
            var crash = SimulatedCrash.after(GUIDES);
            stopping.bean(SimulatedCrash.Background.class).crashWith(crash);
            try (var other = stopping.beside();
                    var site = new Reader(other, read)) {
                await().atMost(SOON)
                        .until(() -> crash.happened() || kinds(other, due).size() == 2 * GUIDES);
                other.clock().forward(LOCK);
                await().atMost(SOON).untilAsserted(() -> {
                    other.bean(Reconciler.class).everyMinute();
                    assertThat(kinds(other, due)).hasSize(2 * GUIDES);
                });
                double during = site.stop();
                everyGuideWasPublishedAndUnpublishedOnce(other, due);
                System.out.printf(
                        "%d timers, and one of two nodes stopped (%s): all done once; the 99th percentile of reads meanwhile is %.1f ms%n",
                        2 * GUIDES, crash.happened(), during);
            }
            stopping.bean(SimulatedCrash.Background.class).end();
        }
    }

    @Test
    void aLargeReleaseIsPublishedAsAWhole() throws Exception {
        try (var node = Node.start()) {
            String release = node.as("publisher")
                    .post("/releases", Map.of("name", "All of it"))
                    .ok()
                    .get("id")
                    .asString();
            var guides = inParallel(RELEASED, _ -> {
                var guide = node.guides().submitted();
                node.as("publisher")
                        .put("/releases/" + release + "/guides/" + guide.id(), Map.of())
                        .ok();
                approve(node, guide);
                return guide;
            });
            assertThat(LedgerFeed.of(node.site())).isEmpty();

            long began = System.nanoTime();
            node.as("publisher").post("/releases/" + release + "/publish", null).ok();
            long took = System.nanoTime() - began;

            await().atMost(SOON).until(() -> LedgerFeed.of(node.site()).size() == RELEASED);
            assertThat(LedgerFeed.of(node.site()))
                    .extracting(entry -> entry.get("id").asString())
                    .containsExactlyInAnyOrderElementsOf(
                            guides.stream().map(Ref::id).toList());
            assertThat(LedgerFeed.of(node.site()))
                    .extracting(entry -> entry.get("at").asString())
                    .containsOnly(
                            LedgerFeed.of(node.site()).getFirst().get("at").asString());
            for (var guide : guides)
                assertThat(node.guides().read(guide).status()).isEqualTo(200);
            node.bean(Reconciler.class).everyMinute();
            assertThat(node.bean(Checker.class).run().violations()).isEmpty();
            System.out.printf("a release of %d guides: published in %d ms%n", RELEASED, took / 1_000_000);
        }
    }

    private static void everyGuideWasPublishedAndUnpublishedOnce(Node node, List<Ref> due) {
        var byGuide = LedgerFeed.of(node.site()).stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.get("id").asString(),
                        Collectors.mapping(entry -> entry.get("kind").asString(), Collectors.toList())));
        for (var guide : due) assertThat(byGuide.get(guide.id())).containsExactly("publish", "unpublish");
        node.bean(Reconciler.class).everyMinute();
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        assertThat(kinds(node, due)).hasSize(2 * due.size());
    }

    /** A site that reads a guide all the time. Every answer has to be the guide. */
    private static final class Reader implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final List<Long> times = Collections.synchronizedList(new ArrayList<>());
        private final Set<Integer> statuses = Collections.synchronizedSet(new TreeSet<>());
        private final Thread thread;

        Reader(Node node, Ref guide) {
            thread = Thread.startVirtualThread(() -> {
                while (!isOver.get()) times.add(timed(node, guide, statuses));
            });
        }

        /** Returns the 99th percentile in milliseconds. */
        double stop() throws InterruptedException {
            isOver.set(true);
            thread.join();
            assertThat(statuses).containsExactly(200);
            return percentile(times);
        }

        @Override
        public void close() {
            isOver.set(true);
        }
    }

    private static long timed(Node node, Ref guide, Set<Integer> statuses) {
        long asked = System.nanoTime();
        statuses.add(node.guides().read(guide).status());
        return System.nanoTime() - asked;
    }

    private static double percentile(int reads, Node node, Ref guide) {
        var statuses = new TreeSet<Integer>();
        return percentile(IntStream.range(0, reads)
                .mapToObj(_ -> timed(node, guide, statuses))
                .collect(Collectors.toCollection(ArrayList::new)));
    }

    private static double percentile(List<Long> times) {
        times.sort(null);
        return times.get((int) (times.size() * 0.99)) / 1e6;
    }

    private static List<Ref> inParallel(int count, IntFunction<Ref> made) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var all = new ArrayList<Future<Ref>>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(threads.submit(() -> made.apply(number)));
            }
            var guides = new ArrayList<Ref>();
            for (var one : all) guides.add(one.get());
            return guides;
        }
    }

    private static void approve(Node node, Ref guide) {
        node.guides()
                .decide("reviewer", node.guides().state(guide).get("task"), "approve")
                .ok();
    }

    private static Ref scheduled(Node node, int number) {
        var guide = node.guides().submitted();
        var at = node.clock().instant().plus(Duration.ofHours(1)).plusSeconds(number % 10);
        node.as("publisher")
                .put(
                        guide.path() + "/schedule",
                        Map.of(
                                "publishAt",
                                at.toString(),
                                "unpublishAt",
                                at.plusSeconds(1).toString()))
                .ok();
        approve(node, guide);
        return guide;
    }

    /** The kinds of the ledger entries of these guides, in order. */
    private static List<String> kinds(Node node, List<Ref> guides) {
        var ids = guides.stream().map(Ref::id).collect(Collectors.toSet());
        return LedgerFeed.of(node.site()).stream()
                .filter(entry -> ids.contains(entry.get("id").asString()))
                .map((JsonNode entry) -> entry.get("kind").asString())
                .toList();
    }
}
