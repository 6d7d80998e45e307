// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The node that sends messages to a subscriber crashes between two writes, and another node continues. No message is left out, none
 * arrives before an earlier one, and a message that is sent again has the same id.
 */
@Tag("long")
@Tag("store")
class WebhookCrashTest {
    private static final int[] POINTS =
            SimulatedCrash.AT_ALL_POINTS ? IntStream.range(0, 16).toArray() : new int[] {0, 1, 2, 5};
    private static final int PATIENCE = 60;
    private static final Duration LEASE = Duration.ofSeconds(61);

    @Test
    void everySubscriberGetsAllMessagesInOrder() throws Exception {
        try (var stores = new ProxiedStores();
                var mortal = Node.start(stores.settings(
                        "imprimatur.webhooks.allowed-networks", "127.0.0.0/8",
                        "imprimatur.webhooks.timeout", "1s",
                        "imprimatur.review.reconcile-every", "1h",
                        "logging.level.dev.imprimatur", "off"));
                var other = mortal.beside();
                var receiver = new WebhookReceiver()) {
            String id = other.as("admin")
                    .post("/webhooks", Map.of("url", receiver.url()))
                    .ok()
                    .get("id")
                    .asString();
            var guides = other.guides();
            for (int after : POINTS) {
                var death = SimulatedCrash.after(after);
                mortal.bean(SimulatedCrash.Background.class).crashWith(death);
                for (int i = 0; i < PATIENCE && !death.happened(); i++) guides.published();
                assertThat(death.happened()).as("after %d writes", after).isTrue();
                guides.published();
                other.clock().forward(LEASE);
                long last = position(other);

                soon("after " + after + " writes")
                        .until(() -> firstPositions(receiver).contains(last));
                mortal.bean(SimulatedCrash.Background.class).end();
                mortal.restart(() -> {});
            }

            long last = position(other);
            assertThat(firstPositions(receiver))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, (int) last)
                            .mapToObj(Long::valueOf)
                            .toList());
            var ids = new HashMap<Long, String>();
            for (var message : receiver.received)
                assertThat(ids.merge(message.position(), message.headers().get("webhook-id"), (one, same) -> one))
                        .isEqualTo(message.headers().get("webhook-id"));
            soon("at the end")
                    .until(() -> other.as("admin").get("/webhooks").ok().get("items").values().stream()
                            .filter(it -> it.get("id").asString().equals(id))
                            .allMatch(it -> it.get("position").asLong() == last));
            assertThat(other.bean(Checker.class).run().violations()).isEmpty();
            System.out.printf(
                    "crash points of webhooks: %d deaths, %d entries told in %d messages; 0 left out, 0 overtaken%n",
                    POINTS.length, last, receiver.received.size());
        }
    }

    private static long position(Node node) {
        return node.as("admin").get("/ledger/standing").ok().get("position").asLong();
    }

    private static ConditionFactory soon(String point) {
        return await(point).atMost(Duration.ofSeconds(60));
    }

    /** Returns the positions in the order in which each arrived first. */
    private static List<Long> firstPositions(WebhookReceiver receiver) {
        return List.copyOf(new LinkedHashSet<>(receiver.received.stream()
                .map(WebhookReceiver.Message::position)
                .toList()));
    }
}
