// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over a plain connection get the same answers as from Jetty, however their bytes are split into packets. */
class FastConnectionTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    /** An answer as received. */
    private record RawAnswer(int status, Map<String, String> headers, String body) {
        Map<String, String> compared() {
            var compared = new TreeMap<>(headers);
            List.of("date", "ratelimit").forEach(compared::remove);
            // the servlet container writes the length of the body that it did not send
            if (status == 304) compared.remove("content-length");
            return compared;
        }
    }

    /** A connection to which a test writes bytes. */
    private final class RawConnection implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        RawConnection() throws IOException {
            socket = new Socket(
                    InetAddress.getLoopbackAddress(), URI.create(node.url()).getPort());
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        }

        RawConnection send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        }

        RawAnswer read() throws IOException {
            int status = Integer.parseInt(line().split(" ")[1]);
            var headers = new TreeMap<String, String>();
            for (String line = line(); !line.isEmpty(); line = line())
                headers.put(
                        line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line.substring(line.indexOf(':') + 1).strip());
            byte[] body = new byte[Integer.parseInt(headers.getOrDefault("content-length", "0"))];
            if (status != 304) in.readFully(body);
            return new RawAnswer(status, headers, new String(body, StandardCharsets.UTF_8));
        }

        private String line() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int it = in.readUnsignedByte(); it != '\n'; it = in.readUnsignedByte()) if (it != '\r') line.write(it);
            return line.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private String get(String path, String... headers) {
        return "GET /api/delivery/v1" + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                + node.site().authorization() + "\r\n" + String.join("", headers) + "\r\n";
    }

    private double fastAnswers() {
        return node.bean(MeterRegistry.class)
                .get("imprimatur.delivery.fast")
                .functionCounter()
                .count();
    }

    @Test
    void aPlainRequestIsAnsweredAsByTheServletContainer() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        try (var connection = new RawConnection();
                var slow = new RawConnection()) {
            double before = fastAnswers();
            var fast = connection.send(get(path)).read();
            assertThat(fastAnswers() - before).isEqualTo(1);
            // a request with a parameter goes through the servlet container, even if it asks for the default
            var other = slow.send(get(path + "?format=markdown")).read();

            assertThat(fast.status()).isEqualTo(200);
            assertThat(fast.body()).isEqualTo(other.body());
            assertThat(fast.compared()).isEqualTo(other.compared());
            String known = "If-None-Match: " + fast.headers().get("etag") + "\r\n";
            var fastKnown = connection.send(get(path, known)).read();
            var otherKnown = slow.send(get(path + "?format=markdown", known)).read();
            assertThat(fastKnown.status()).isEqualTo(304);
            assertThat(fastKnown.compared()).isEqualTo(otherKnown.compared());
        }
    }

    @Test
    void anAnswerForOneOriginIsReadableByThatOriginOnly() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        String list = "/role-guide?limit=3&fields=title";
        var key = node.siteWith(Map.of(
                "name",
                "of two origins",
                "scopes",
                List.of("delivery"),
                "origins",
                List.of("https://a.example", "https://b.example")));
        try (var connection = new RawConnection()) {
            // the second request hands the connection over to Jetty, which reads all later requests
            for (String origin :
                    new String[] {null, "https://a.example", null, "https://b.example", "https://c.example"})
                for (String asked : List.of(path, list)) {
                    String[] sent = origin == null ? new String[] {} : new String[] {"Origin: " + origin + "\r\n"};
                    var answer = connection
                            .send(get(asked, sent).replace(node.site().authorization(), key.authorization()))
                            .read();

                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.headers().get("vary")).isEqualTo("Authorization, Accept-Encoding, Origin");
                    assertThat(answer.headers().get("access-control-allow-origin"))
                            .as(origin + " " + asked)
                            .isEqualTo("https://c.example".equals(origin) ? null : origin);
                }
        }
    }

    @Test
    void eachRequestOfAConnectionIsJudgedByItsOwnKey() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        var key = node.as("admin")
                .post("/api-keys", Map.of("name", "of the connection", "scopes", List.of("delivery")))
                .ok();
        String own = get(path)
                .replace(node.site().authorization(), "Bearer " + key.get("key").asString());
        try (var connection = new RawConnection()) {
            assertThat(connection.send(own).read().status()).isEqualTo(200);
            assertThat(connection.send(own.replace(path, path + "x")).read().status())
                    .isEqualTo(404);
        }
        try (var connection = new RawConnection()) {
            assertThat(connection.send(own + get(path)).read().status()).isEqualTo(200);
            assertThat(connection.read().status()).isEqualTo(200);
            assertThat(connection.send(own).read().status()).isEqualTo(200);
            node.as("admin").delete("/api-keys/" + key.get("id").asString()).ok();

            double before = fastAnswers();
            assertThat(connection.send(get(path)).read().status()).isEqualTo(200);
            assertThat(fastAnswers() - before).isEqualTo(1);
            assertThat(connection.send(own).read().status()).isEqualTo(401);
            assertThat(connection.send(get(path)).read().status()).isEqualTo(200);
        }
        try (var connection = new RawConnection()) {
            String longer =
                    get(path).replace(node.site().authorization(), node.site().authorization() + "x");
            assertThat(connection.send(get(path) + longer).read().status()).isEqualTo(200);
            assertThat(connection.read().status()).isEqualTo(401);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String one = "/role-guide/" + guides.published().slug();
        String other = "/role-guide/" + guides.published().slug();
        try (var connection = new RawConnection()) {
            connection.send(get(one)
                    + get(other)
                    + get("/role-guide?limit=1&fields=title")
                    + get("/ledger?limit=1")
                    + get(one)
                    + get("/role-guide/nothing")
                    + get(other));

            assertThat(connection.read().body()).contains(one.substring(12));
            assertThat(connection.read().body()).contains(other.substring(12));
            assertThat(connection.read().body()).startsWith("{\"items\":");
            assertThat(connection.read().body()).startsWith("{\"entries\":");
            assertThat(connection.read().body()).contains(one.substring(12));
            assertThat(connection.read().status()).isEqualTo(404);
            assertThat(connection.read().body()).contains(other.substring(12));
        }
    }

    @Test
    void aRequestThatArrivesInPiecesIsAnswered() throws Exception {
        String request = get("/role-guide/" + guides.published().slug());
        for (int cut : new int[] {1, 10, 40, request.length() - 3, request.length() - 1})
            try (var connection = new RawConnection()) {
                connection.send(request.substring(0, cut));
                Thread.sleep(20);
                assertThat(connection.send(request.substring(cut)).read().status())
                        .as("cut at " + cut)
                        .isEqualTo(200);
            }
        // the second request is cut; the first one is answered at once
        try (var connection = new RawConnection()) {
            connection.send(request + request.substring(0, 60));
            assertThat(connection.read().status()).isEqualTo(200);
            assertThat(connection.send(request.substring(60) + request).read().status())
                    .isEqualTo(200);
            assertThat(connection.read().status()).isEqualTo(200);
        }
    }

    @Test
    void aSlowReaderGetsTheWholeAnswerAndDelaysNobody() throws Exception {
        guides.published();
        String list = get("/role-guide?limit=20");
        try (var connection = new RawConnection()) {
            connection.send(list.repeat(150));
            Thread.sleep(200);
            try (var quick = new RawConnection()) {
                assertThat(quick.send(list).read().status()).isEqualTo(200);
            }
            var bodies = new ArrayList<String>();
            for (int i = 0; i < 150; i++) bodies.add(connection.read().body());
            assertThat(bodies).containsOnly(bodies.getFirst());
        }
    }

    @Test
    void manyConnectionsGetTheAnswersToTheirOwnRequests() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        Callable<Integer> site = () -> {
            int answered = 0;
            for (int round = 0; round < 40; round++)
                try (var connection = new RawConnection()) {
                    for (String asked :
                            List.of(path, path, "/role-guide?limit=2&fields=title", "/ledger?limit=2", path)) {
                        assertThat(connection.send(get(asked)).read().status()).isEqualTo(200);
                        answered++;
                    }
                }
            return answered;
        };
        try (var pool = Executors.newFixedThreadPool(16)) {
            for (var done : pool.invokeAll(Collections.nCopies(16, site)))
                assertThat(done.get()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET PATH HTTP/1.1\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a/b\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nAuthorization: KEY\r\n folded\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nAuthorization : KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nNo colon\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nX: \0\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.2\r\nHost: a\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH/../x HTTP/1.1\r\nHost: a\r\nAuthorization: KEY\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nAuthorization: KEY\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET PATH HTTP/1.1\r\nHost: a\r\nAuthorization: KEY\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
            })
    void malformedRequestsAreRefusedByJetty(String request) throws Exception {
        String path = "/api/delivery/v1/role-guide/" + guides.published().slug();
        double before = fastAnswers();
        try (var connection = new RawConnection()) {
            var answer = connection
                    .send(request.replace("PATH", path)
                            .replace("KEY", node.site().authorization()))
                    .read();

            assertThat(answer.status()).isBetween(400, 599);
            assertThat(fastAnswers()).isEqualTo(before);
        }
    }

    @Test
    void aBodyIsNotReadAsARequest() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        String hidden = get(path);
        try (var connection = new RawConnection()) {
            connection.send(
                    get("/role-guide/nothing", "Content-Length: " + hidden.length() + "\r\n") + hidden + get(path));

            assertThat(connection.read().status()).isEqualTo(404);
            assertThat(connection.read().status()).isEqualTo(200);
            connection.socket.shutdownOutput();
            assertThat(connection.in.read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Connection: close\r\n", "TE: trailers\r\n", "Imprimatur-At-Least: 1\r\n", "Range: bytes=0-1\r\n"
            })
    void headersThatChangeTheMeaningOfARequestAreRespected(String header) throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        try (var connection = new RawConnection()) {
            var answer = connection.send(get(path, header)).read();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().containsKey("connection")).isEqualTo(header.startsWith("Connection"));
        }
    }

    @Test
    void aConnectionThatEndsWithinARequestAffectsNobody() throws Exception {
        String path = "/role-guide/" + guides.published().slug();
        for (int i = 0; i < 50; i++)
            try (var connection = new RawConnection()) {
                connection.socket.setSoLinger(true, 0);
                connection.send(get(path).repeat(5)
                        + get("/role-guide?limit=1&sort=slug").substring(0, 30));
            }
        try (var connection = new RawConnection()) {
            assertThat(connection.send(get(path)).read().status()).isEqualTo(200);
        }
    }
}
