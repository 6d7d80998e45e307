// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** After random publications, confirmations, renames and unpublications, every view agrees with the ledger. */
class FoldTest {
    private static final int STEPS = 30;
    private static final int REVIEWS_DUE_EVERY = 12;

    @Test
    void everyViewAgreesWithANaiveFoldOfTheLedger() {
        long seed = System.nanoTime();
        System.out.println("fold with seed " + seed);
        var random = new Random(seed);
        try (var node = Node.start()) {
            var guides = node.guides();
            var known = new ArrayList<Guides.Ref>();
            var instants = new ArrayList<Instant>();
            for (int step = 0; step < STEPS; step++) {
                node.clock().forward(Duration.ofMinutes(1));
                if (step % REVIEWS_DUE_EVERY == REVIEWS_DUE_EVERY - 1) letReviewsComeDue(node, guides, known);
                if (known.isEmpty() || random.nextInt(3) == 0) known.add(guides.published());
                else known.replaceAll(changing(node, guides, known.get(random.nextInt(known.size())), random));
                instants.add(node.clock().instant());
            }
            var ledger = node.site().get("/ledger?limit=100").ok().get("entries");
            var now = fold(ledger, Instant.MAX);
            assertThat(ledger.values())
                    .extracting(entry -> entry.get("kind").asString())
                    .contains("publish", "restamp", "unpublish");

            assertThat(readOneByOne(guides, known)).isEqualTo(now);
            assertThat(readByList(node, "")).isEqualTo(now);
            assertThat(readBySync(node)).isEqualTo(now);
            assertThat(readByList(node, "&q=machine")).isEqualTo(now);
            assertThat(facetCount(node)).isEqualTo(now.size());
            for (var instant : instants) {
                var then = fold(ledger, instant);
                then.keySet().removeAll(slugsOf(unpublishedAfter(ledger, instant), ledger));
                assertThat(readByList(node, "&asOf=" + instant))
                        .as(instant.toString())
                        .isEqualTo(then);
            }
        }
    }

    /** Half a year later, every published guide is due for review. This is done only twice, before the tokens of the team expire. */
    private static void letReviewsComeDue(Node node, Guides guides, List<Guides.Ref> known) {
        node.clock().forward(Duration.ofDays(170));
        for (var guide : known)
            if (guides.state(guide).has("live"))
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> taskToConfirm(guides, guide).isPresent());
    }

    private static Optional<JsonNode> taskToConfirm(Guides guides, Guides.Ref guide) {
        return guides.find("reviewer", guide)
                .filter(task -> task.get("outcomes").values().stream()
                        .anyMatch(outcome -> outcome.get("id").asString().equals("confirm")));
    }

    /** Renames the guide, or changes it in another way. Returns what replaces the guide by the guide under its slug. */
    private static UnaryOperator<Guides.Ref> changing(Node node, Guides guides, Guides.Ref guide, Random random) {
        if (!guides.state(guide).has("live") || random.nextInt(3) > 0) {
            change(node, guides, guide, random);
            return same -> same;
        }
        // every slug may come again
        var renamed = new Guides.Ref(guide.id(), guide.id() + "-" + random.nextInt(3));
        node.as("publisher")
                .post(guide.path() + "/slug", Map.of("slug", renamed.slug()))
                .ok();
        return other -> other.equals(guide) ? renamed : other;
    }

    private static void change(Node node, Guides guides, Guides.Ref guide, Random random) {
        boolean live = guides.state(guide).has("live");
        var due = taskToConfirm(guides, guide);
        if (due.isPresent()) guides.decide("reviewer", due.get(), "confirm").ok();
        else if (live && random.nextInt(3) == 0)
            node.as("publisher")
                    .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                    .ok();
        else {
            guides.nextEditionSubmitted(guide, "Summary " + random.nextInt());
            guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        }
    }

    /** The content hashes of the guides published at that instant, by slug. */
    private static Map<String, String> fold(JsonNode ledger, Instant until) {
        var live = new TreeMap<String, String>();
        for (var entry : ledger.values()) {
            if (Instant.parse(entry.get("at").asString()).isAfter(until)) break;
            apply(entry, live);
        }
        return live;
    }

    /** The guides that were unpublished after that instant, even if they were published again later. */
    private static Set<String> unpublishedAfter(JsonNode ledger, Instant instant) {
        return ledger.values().stream()
                .filter(entry -> Instant.parse(entry.get("at").asString()).isAfter(instant))
                .filter(entry -> entry.get("kind").asString().equals("unpublish"))
                .map(entry -> entry.get("id").asString())
                .collect(Collectors.toSet());
    }

    private static Set<String> slugsOf(Set<String> guides, JsonNode ledger) {
        return ledger.values().stream()
                .filter(entry -> guides.contains(entry.get("id").asString()))
                .map(entry -> entry.get("slug").asString())
                .collect(Collectors.toSet());
    }

    private static void apply(JsonNode entry, Map<String, String> live) {
        String slug = entry.get("slug").asString();
        if (entry.has("previousSlug")) live.remove(entry.get("previousSlug").asString());
        if (entry.get("kind").asString().equals("unpublish")) live.remove(slug);
        else live.put(slug, entry.get("contentHash").asString());
    }

    private static Map<String, String> readOneByOne(Guides guides, List<Guides.Ref> known) {
        var read = new TreeMap<String, String>();
        for (var guide : known) {
            var answer = guides.read(guide);
            if (answer.status() == 410) continue;
            read.put(guide.slug(), answer.ok().get("contentHash").asString());
        }
        return read;
    }

    private static Map<String, String> readByList(Node node, String more) {
        var listed = new TreeMap<String, String>();
        String cursor = "";
        do {
            var page = node.site()
                    .get("/role-guide?limit=3&fields=title" + more + cursor)
                    .ok();
            page.get("items")
                    .values()
                    .forEach(item -> listed.put(
                            item.get("slug").asString(), item.get("contentHash").asString()));
            cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : "";
        } while (!cursor.isEmpty());
        return listed;
    }

    /** The number of guides that the facets count; all guides have the same occupation. */
    private static int facetCount(Node node) {
        var counts = node.site()
                .get("/role-guide?facets=role&limit=1")
                .ok()
                .get("facets")
                .get("role");
        return counts.isEmpty() ? 0 : counts.get(0).get("count").asInt();
    }

    private static Map<String, String> readBySync(Node node) {
        var synced = new TreeMap<String, String>();
        long position = 0;
        for (; ; ) {
            var page = node.site()
                    .get("/ledger?compact=true&limit=3&after=" + position)
                    .ok();
            for (var entry : page.get("entries").values()) apply(entry, synced);
            if (page.get("entries").size() < 3) return synced;
            position = page.get("position").asLong();
        }
    }
}
