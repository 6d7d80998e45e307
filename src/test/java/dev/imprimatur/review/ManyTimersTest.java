// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.LedgerFeed;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Publications and their ends that were due while the server was down happen at the start, each once and in order, and sites are answered
 * meanwhile. {@code -Dtimers.guides=500} makes a thousand timers.
 */
@Tag("long")
class ManyTimersTest {
    /** Each guide has two timers. */
    private static final int GUIDES = Integer.getInteger("timers.guides", 50);

    private static final Duration SOON = Duration.ofSeconds(60 + GUIDES);
    private static final Duration DOWN = Duration.ofHours(2);

    @Test
    void everyTimerThatWasDueDuringADowntimeHasOneEffect() throws Exception {
        try (var node = Node.start()) {
            var read = node.guides().published();
            var due =
                    IntStream.range(0, GUIDES).mapToObj(i -> scheduled(node, i)).toList();

            node.restart(() -> node.clock().forward(DOWN));

            long began = System.nanoTime();
            var isOver = new AtomicBoolean();
            var times = Collections.synchronizedList(new ArrayList<Long>());
            var statuses = Collections.synchronizedSet(new TreeSet<Integer>());
            var reader = Thread.startVirtualThread(() -> {
                while (!isOver.get()) {
                    long asked = System.nanoTime();
                    statuses.add(node.guides().read(read).status());
                    times.add(System.nanoTime() - asked);
                }
            });
            await().atMost(SOON).until(() -> kinds(node, due).size() == 2 * GUIDES);
            long took = System.nanoTime() - began;
            isOver.set(true);
            reader.join();

            assertThat(statuses).containsExactly(200);
            var byGuide = LedgerFeed.of(node.site()).stream()
                    .collect(Collectors.groupingBy(
                            entry -> entry.get("id").asString(),
                            Collectors.mapping(entry -> entry.get("kind").asString(), Collectors.toList())));
            for (var guide : due) assertThat(byGuide.get(guide.id())).containsExactly("publish", "unpublish");
            node.bean(Reconciler.class).everyMinute();
            assertThat(node.bean(Checker.class).run().violations()).isEmpty();
            assertThat(kinds(node, due)).hasSize(2 * GUIDES);
            times.sort(null);
            System.out.printf(
                    "%d timers due after %s of downtime: all done in %d ms; %d reads meanwhile, the 99th percentile in %.1f ms%n",
                    2 * GUIDES, DOWN, took / 1_000_000, times.size(), times.get((int) (times.size() * 0.99)) / 1e6);
        }
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
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
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
