// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@Tag("long")
@Tag("store")
class WebhooksTest {
    private static Node node;

    private WebhookReceiver receiver;
    private String id;
    private String secret;

    @BeforeAll
    static void start() {
        node = Node.start("imprimatur.webhooks.allowed-networks", "127.0.0.0/8", "imprimatur.webhooks.timeout", "1s");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void subscribe() throws Exception {
        receiver = new WebhookReceiver();
        var fresh = node.as("admin")
                .post("/webhooks", Map.of("url", receiver.url()))
                .ok();
        id = fresh.get("id").asString();
        secret = fresh.get("secret").asString();
    }

    @AfterEach
    void unsubscribe() {
        node.as("admin").delete("/webhooks/" + id);
        receiver.close();
    }

    private static JsonNode view(String id) {
        return node.as("admin").get("/webhooks").ok().get("items").values().stream()
                .filter(it -> it.get("id").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode attempts() {
        return node.as("admin").get("/webhooks/" + id + "/attempts").ok().get("items");
    }

    private List<Long> positions() {
        return receiver.received.stream().map(WebhookReceiver.Message::position).toList();
    }

    private void awaitMessages(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> receiver.received.size() >= count);
    }

    private static String signature(String secret, WebhookReceiver.Message message) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        String signed = message.headers().get("webhook-id") + "."
                + message.headers().get("webhook-timestamp") + "." + message.body();
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aSubscriberGetsMessagesInOrderAndCanReadTheirGuides() throws Exception {
        var readable = new java.util.concurrent.CopyOnWriteArrayList<Integer>();
        receiver.behaviour = exchange -> {
            var message = receiver.received.getLast();
            readable.add(node.site()
                    .get("/ledger?limit=1&after=" + (message.position() - 1))
                    .ok()
                    .get("entries")
                    .size());
            exchange.sendResponseHeaders(200, -1);
        };
        var one = node.guides().published();
        var two = node.guides().published();
        node.as("publisher")
                .post(one.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        awaitMessages(3);
        String lineage = node.site().get("/ledger").ok().get("lineage").asString();
        assertThat(receiver.received)
                .allSatisfy(message -> assertThat(message.body()).contains("\"lineage\":\"" + lineage + "\""));

        assertThat(positions()).isSorted().doesNotHaveDuplicates().hasSize(3);
        assertThat(readable).containsOnly(1);
        var first = receiver.received.getFirst();
        assertThat(first.json().get("type").asString()).isEqualTo("publish");
        assertThat(first.json().at("/data/slug").asString()).isEqualTo(one.slug());
        assertThat(receiver.received.get(1).json().at("/data/slug").asString()).isEqualTo(two.slug());
        assertThat(first.headers().get("webhook-signature")).isEqualTo(signature(secret, first));
        assertThat(first.headers().get("webhook-id"))
                .isNotEqualTo(receiver.received.get(1).headers().get("webhook-id"));
        await().until(() -> view(id).get("position").asLong() == positions().getLast());
        assertThat(attempts().get(0).get("status").asInt()).isEqualTo(200);
    }

    @Test
    void aFailedMessageIsSentAgainWithItsIdBeforeLaterOnes() {
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(500, -1);
        node.guides().published();
        node.guides().published();
        awaitMessages(1);
        await().until(() -> view(id).get("state").asString().equals("failing"));
        assertThat(receiver.received).hasSize(1);

        node.clock().forward(Duration.ofSeconds(7));
        awaitMessages(2);
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(200, -1);
        await().until(() -> view(id).get("failures").asInt() == 2);
        node.clock().forward(Duration.ofSeconds(30));
        awaitMessages(4);

        var ids = receiver.received.stream()
                .map(it -> it.headers().get("webhook-id"))
                .toList();
        assertThat(ids.subList(0, 3)).containsOnly(ids.getFirst());
        assertThat(positions()).isSorted();
        await().until(() -> view(id).get("state").asString().equals("active"));
    }

    @Test
    void aSubscriberThatKeepsFailingIsPausedAndResumesAtItsPosition() {
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(503, -1);
        node.guides().published();
        awaitMessages(1);
        await().until(() -> view(id).get("failures").asInt() == 1);
        node.clock().forward(Duration.ofDays(3));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> view(id).get("state").asString().equals("paused"));
        assertThat(view(id).get("pausedBecause").asString()).contains("503");
        int received = receiver.received.size();
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(200, -1);

        node.as("admin").post("/webhooks/" + id + "/resume", null).ok();

        awaitMessages(received + 1);
        assertThat(positions()).containsOnly(positions().getFirst());
    }

    /** More than nine digits of seconds, and a date years ahead, count as the configured limit. */
    @ParameterizedTest
    @CsvSource({
        "429, 60, 60, 60",
        "503, 120, 120, 120",
        "503, date+3600, 3599, 3600",
        "429, 0, 4, 6",
        "429, date-60, 4, 6",
        "503, soon, 4, 6",
        "503, -5, 4, 6",
        "500, 60, 4, 6",
        "503, 99999999999999999999, 28800, 28800",
        "429, date+99999999, 28800, 28800"
    })
    void retryAfterIsObeyed(int status, String retryAfter, int least, int most) {
        var before = node.clock().instant();
        receiver.behaviour = exchange -> {
            exchange.getResponseHeaders()
                    .add(
                            "Retry-After",
                            retryAfter.startsWith("date")
                                    ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                            before.plusSeconds(Long.parseLong(retryAfter.substring("date".length())))
                                                    .atOffset(ZoneOffset.UTC))
                                    : retryAfter);
            exchange.sendResponseHeaders(status, -1);
        };
        node.guides().published();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> view(id).get("failures").asInt() == 1);

        assertThat(Instant.parse(view(id).get("nextAttempt").asString()))
                .isBetween(before.plusSeconds(least), node.clock().instant().plusSeconds(most));
        assertThat(attempts().get(0).has("retryAfter"))
                .isEqualTo(status != 500 && !retryAfter.equals("soon") && !retryAfter.equals("-5"));
        if (least < 60 || least > 120) return;
        node.clock().forward(Duration.ofSeconds(least - 20));
        node.guides().published();
        assertThat(receiver.received).hasSize(1);
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(204, -1);
        node.clock().forward(Duration.ofSeconds(30));
        awaitMessages(3);
        assertThat(positions().get(1)).isEqualTo(positions().get(0));
    }

    @Test
    void a410PausesTheSubscriber() {
        receiver.behaviour = exchange -> exchange.sendResponseHeaders(410, -1);
        node.guides().published();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> view(id).get("state").asString().equals("paused"));
    }

    @Test
    void slowBrokenAndRedirectingSubscribersFailInTime() throws Exception {
        var open = new CountDownLatch(1);
        var elsewhere = new WebhookReceiver();
        List<WebhookReceiver.Behaviour> manners = List.of(
                exchange -> open.await(),
                exchange -> {
                    throw new IllegalStateException("reset");
                },
                exchange -> {
                    exchange.getResponseHeaders().add("Location", elsewhere.url());
                    exchange.sendResponseHeaders(307, -1);
                });
        for (var manner : manners) {
            receiver.behaviour = manner;
            long started = System.nanoTime();
            var attempt =
                    node.as("admin").post("/webhooks/" + id + "/test", null).ok();
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
            assertThat(attempt.path("status").asInt(0) / 100).isNotEqualTo(2);
        }
        open.countDown();
        assertThat(elsewhere.received).isEmpty();
        elsewhere.close();

        // the status decides, even if the body takes long
        receiver.behaviour = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 100; i++) {
                exchange.getResponseBody().write('x');
                exchange.getResponseBody().flush();
                Thread.sleep(100);
            }
        };
        var dribbled = node.as("admin").post("/webhooks/" + id + "/test", null).ok();
        assertThat(dribbled.get("status").asInt()).isEqualTo(200);
        assertThat(dribbled.get("millis").asLong()).isLessThan(5000);
    }

    @Test
    void aNewSecretOverlapsWithThePreviousOne() throws Exception {
        String fresh = node.as("admin")
                .post("/webhooks/" + id + "/secret", null)
                .ok()
                .get("secret")
                .asString();
        node.as("admin").post("/webhooks/" + id + "/test", null).ok();
        var message = receiver.received.getLast();
        assertThat(Arrays.asList(message.headers().get("webhook-signature").split(" ")))
                .containsExactly(signature(fresh, message), signature(secret, message));

        node.clock().forward(Duration.ofHours(25));
        node.as("admin").post("/webhooks/" + id + "/test", null).ok();
        message = receiver.received.getLast();
        assertThat(message.headers().get("webhook-signature")).isEqualTo(signature(fresh, message));
        assertThat(node.as("admin").get("/webhooks").body()).doesNotContain("whsec_");
        assertThat(node.as("admin").get("/audit?limit=100").body()).doesNotContain("whsec_");
    }

    @Test
    void anEntryIsSentAgainByHand() {
        node.guides().published();
        awaitMessages(1);
        long position = receiver.received.getFirst().position();

        node.as("admin")
                .post("/webhooks/" + id + "/redeliver", Map.of("position", position))
                .ok();

        assertThat(receiver.received.getLast().headers().get("webhook-id"))
                .isEqualTo(receiver.received.getFirst().headers().get("webhook-id"));
        assertThat(node.as("admin")
                        .post("/webhooks/" + id + "/redeliver", Map.of("position", 99_999))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void kindsAndTypesSelectMessages() throws Exception {
        try (var other = new WebhookReceiver()) {
            String picky = node.as("admin")
                    .post("/webhooks", Map.of("url", other.url(), "kinds", List.of("unpublish")))
                    .ok()
                    .get("id")
                    .asString();
            var guide = node.guides().published();
            node.as("publisher")
                    .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                    .ok();

            await().atMost(Duration.ofSeconds(20)).until(() -> other.received.size() == 1);
            assertThat(other.received.getFirst().json().get("type").asString()).isEqualTo("unpublish");
            node.as("admin").delete("/webhooks/" + picky);
        }
    }

    @Test
    void aSlowSubscriberDelaysNoOther() throws Exception {
        var open = new CountDownLatch(1);
        receiver.behaviour = exchange -> open.await();
        try (var other = new WebhookReceiver()) {
            String quick = node.as("admin")
                    .post("/webhooks", Map.of("url", other.url()))
                    .ok()
                    .get("id")
                    .asString();
            node.guides().published();

            await().atMost(Duration.ofMillis(900)).until(() -> other.received.size() == 1);
            node.as("admin").delete("/webhooks/" + quick);
        } finally {
            open.countDown();
        }
    }

    @Test
    void ofTwoNodesOneSends() throws Exception {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var other = node.beside()) {
            for (int round = 0; round < 10; round++)
                (round % 2 == 0 ? node : other).guides().published();

            awaitMessages(10);
            await().until(() -> view(id).get("position").asLong() == positions().getLast());
            assertThat(positions()).hasSize(10).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void anInvalidWebhookIsRefused() {
        for (Object wrong : List.of(
                Map.of("url", "ftp://example.com/"),
                Map.of("url", "https://user:pass@example.com/"),
                Map.of("url", "/hook"),
                Map.of("url", "https://example.com:0/"),
                Map.of("url", "https://example.com:65536/"),
                Map.of("url", "https://example.com:99999/"),
                Map.of("url", "https://example.com/", "kinds", List.of("born")),
                Map.of("url", "https://example.com/", "types", List.of("nothing"))))
            assertThat(node.as("admin").post("/webhooks", wrong).status())
                    .as(wrong.toString())
                    .isEqualTo(400);
        assertThat(node.as("admin").delete("/webhooks/none").status()).isEqualTo(404);
    }
}
