// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that sends its body slowly, or announces a body and sends none, takes no capacity from other clients. */
@Tag("long")
class SlowBodiesTest {
    private static final String UPLOAD = "multipart/form-data; boundary=x";
    private static final String FORM = "application/x-www-form-urlencoded";

    @Test
    void bodiesThatDripStopNobody() throws Exception {
        var node = Node.shared();
        node.as("editor");
        var open = new ArrayList<Sender>();
        try {
            for (int i = 0; i < 75; i++) {
                open.add(new Sender(node, "/login", FORM, 1_000));
                open.add(new Sender(node, "/studio/guides", FORM, 1_000_000));
                open.add(new Sender(node, "/reset", FORM, 20_000_000));
                open.add(new Sender(node, "/api/management/v1/tokens", "application/json", 1_000));
            }
            long begin = System.nanoTime();

            assertThat(node.nobody().get("/login").status()).isEqualTo(200);
            assertThat(node.as("editor").get("/tasks").status()).isEqualTo(200);
            assertThat(new Http(node.management(), Node.basic("editor", Node.PASSWORD))
                            .post("/tokens", Map.of("name", "x"))
                            .status())
                    .isEqualTo(201);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                open.forEach(Sender::drip);
                assertThat(open).allMatch(Sender::isAnswered);
            });
        } finally {
            for (var one : open) one.close();
        }
    }

    @Test
    void aFormThatIsTooSlowIsToldSo() throws Exception {
        try (var slow = new Sender(Node.shared(), "/login", FORM, 1_000)) {
            await().atMost(Duration.ofSeconds(15)).until(slow::isAnswered);

            assertThat(slow.answer()).startsWith("HTTP/1.1 408");
            await().untilAsserted(() -> assertThat(slow.answer()).contains("/problems/too-slow"));
        }
    }

    @Test
    void whatComesWithoutARightCredentialIsNotRead() throws Exception {
        for (String authorization : List.of("X: y", "Authorization: Bearer imp_pat_wrong"))
            try (var stranger = new Sender(
                    Node.shared(),
                    "/api/management/v1/role-guide",
                    "application/json\r\n" + authorization,
                    1_000_000)) {
                await().atMost(Duration.ofSeconds(3)).until(stranger::isAnswered);

                assertThat(stranger.answer()).startsWith("HTTP/1.1 401");
            }
    }

    @Test
    void whoeverSendsTooMuchGetsToReadWhy() throws Exception {
        for (int length : new int[] {1_500_000, 4_000_000})
            try (var sender = new Sender(Node.shared(), "/login", FORM, length)) {
                sender.send(new byte[length]);
                await().atMost(Duration.ofSeconds(5)).until(sender::isAnswered);

                assertThat(sender.answer()).startsWith("HTTP/1.1 413");
            }
    }

    @Test
    void whoeverStillSendsWhenTheAnswerIsReadyIsNotCutOff() throws Exception {
        var node = Node.shared();
        String json = "application/json\r\nAuthorization: " + node.as("editor").authorization();
        for (var refused : List.of(
                Map.entry("/login", FORM),
                Map.entry("/api/management/v1/role-guide", json),
                Map.entry("/login", FORM + "\r\nContent-Encoding: gzip"),
                Map.entry("/api/management/v1/role-guide", json + "\r\nContent-Encoding: gzip"),
                // a token that expired while a file was sent
                Map.entry("/api/management/v1/media", UPLOAD + "\r\nAuthorization: Bearer imp_pat_wrong"),
                Map.entry("/api/management/v1/media", UPLOAD))) {
            int length = 4_000_000;
            try (var sender = new Sender(node, refused.getKey(), refused.getValue(), length)) {
                sender.send(new byte[length / 4]);
                await().atMost(Duration.ofSeconds(5)).until(sender::isAnswered);
                sender.send(new byte[length / 2]);
                sender.send(new byte[length / 4]);

                await().during(Duration.ofMillis(300))
                        .atMost(Duration.ofSeconds(5))
                        .untilAsserted(() -> {
                            assertThat(sender.answer().strip())
                                    .as(refused.toString())
                                    .matches("HTTP/1.1 (401|413|415)[^$]*")
                                    .matches(answer -> answer.endsWith("</html>") || answer.endsWith("}"));
                            assertThat(sender.wasCutOff).as(refused.toString()).isFalse();
                        });
            }
        }
    }

    @Test
    void aConnectionIsKeptForTheNextRequestAfterABodyThatNobodyNeeded() throws Exception {
        var node = Node.shared();
        String json = "application/json\r\nAuthorization: " + node.as("editor").authorization();
        for (String path : List.of("/api/management/v1/nothing", "/api/management/v1/role-guide"))
            try (var sender = new Sender(node, path, json, 2)) {
                for (int i = 1; i <= 3; i++) {
                    int answers = i;
                    sender.send("{}".getBytes(StandardCharsets.US_ASCII));
                    await().atMost(Duration.ofSeconds(5))
                            .until(() -> sender.answer().split("HTTP/1.1 4", -1).length == answers + 1);
                    sender.head(path, json, 2);
                }
                assertThat(sender.answer()).doesNotContainIgnoringCase("connection: close");
            }
    }

    @Test
    void anAddressThatHoldsManyConnectionsLosesTheIdlest() throws Exception {
        try (var node = Node.start("imprimatur.limits.connections-per-address", "20")) {
            assertThatSoManyAreClosed(node, 100, 70);
        }
    }

    @Test
    void theServerHoldsSoManyConnectionsAndNoMore() throws Exception {
        try (var node = Node.start("imprimatur.limits.connections", "30")) {
            assertThatSoManyAreClosed(node, 100, 60);
        }
    }

    private static void assertThatSoManyAreClosed(Node node, int opened, int closed) throws Exception {
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < opened; i++) idle.add(connected(node, 20));

            assertThat(node.nobody().get("/actuator/health/liveness").status()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(idle.stream().filter(SlowBodiesTest::isClosed))
                            .hasSizeGreaterThanOrEqualTo(closed));
        } finally {
            for (var one : idle) one.close();
        }
    }

    private static Socket connected(Node node, int patience) throws IOException {
        var address = URI.create(node.url());
        var socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(patience);
        return socket;
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** A client that sends its body as slowly as the test wants. */
    private static final class Sender implements AutoCloseable {
        private final Socket socket;
        private final StringBuilder answer = new StringBuilder();
        private boolean wasCutOff;

        Sender(Node node, String path, String type, int length) throws IOException {
            socket = connected(node, 1);
            head(path, type, length);
        }

        void head(String path, String type, int length) {
            send(("POST " + path + " HTTP/1.1\r\nHost: here\r\nContent-Type: " + type + "\r\nContent-Length: " + length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }

        void send(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException closed) {
                // an answer that the server sent before it closed the connection can still be read
                wasCutOff = true;
            }
        }

        void drip() {
            if (answer.isEmpty()) send(new byte[] {'x'});
        }

        boolean isAnswered() {
            return answer().contains("\r\n\r\n");
        }

        String answer() {
            try {
                var in = socket.getInputStream();
                for (int read = in.read(); read >= 0; read = in.read()) answer.append((char) read);
            } catch (SocketTimeoutException noMoreYet) {
                // the test keeps the bytes that it read before
            } catch (IOException reset) {
                wasCutOff = true;
            }
            return answer.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
