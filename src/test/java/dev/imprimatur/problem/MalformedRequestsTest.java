// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ambiguous request is refused, on the fast path and by the servlet container. */
class MalformedRequestsTest {
    private final Node node = Node.shared();

    private List<String> paths() {
        var guide = node.guides().published();
        return List.of(
                "/api/delivery/v1/role-guide/" + guide.slug(),
                "/api/delivery/v1/role-guide",
                "/api/delivery/v1/ledger",
                "/api/management/v1/tasks",
                "/studio",
                "/login",
                "/openapi.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:99999", "a:65536", "a:-1", "a:1:2", "a:b", "a b", "a/b", "a@b:x"})
    void aHostThatIsNoneIsMalformedOnEveryPath(String host) throws Exception {
        for (String path : paths())
            assertThat(answer("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n", "\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 400");
    }

    @Test
    void aLineThatEndsWithoutCarriageReturnIsMalformedOnEveryPath() throws Exception {
        for (String path : paths()) {
            for (String head : List.of(
                    "GET " + path + " HTTP/1.1\nHost: a\r\n",
                    "GET " + path + " HTTP/1.1\r\nHost: a\n",
                    "GET " + path + " HTTP/1.1\nHost: a\n"))
                assertThat(answer(head, "\r\n")).as(head).startsWith("HTTP/1.1 400");
            assertThat(answer("GET " + path + " HTTP/1.1\r\nHost: a\r\n", "\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void aPlainHostIsRead() throws Exception {
        for (String host : List.of("a", "a:1", "a:65535", "127.0.0.1:8080", "[::1]:80"))
            for (String path : paths())
                assertThat(answer("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n", "\r\n"))
                        .as(host + path)
                        .doesNotStartWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    PUT  | /notifications/preferences | {"kinds": {"task": null}, "digest": "daily"}
                    PUT  | /notifications/preferences | {"kinds": {"task": [null]}, "digest": "daily"}
                    POST | /notifications/chats       | {"url": "http://127.0.0.1:9/h", "events": [null]}
                    POST | /notifications/chats       | {"url": "http://127.0.0.1:9/h", "types": [null]}
                    POST | /workflows/test            | {"workflow": "role-guide-review", "steps": [null]}
                    POST | /workflows/test            | {"workflow": "role-guide-review", "steps": [], "changed": [null]}
                    POST | /accounts                  | {"username": "nil", "displayName": "Nil", "password": "p", "roles": [null]}
                    POST | /accounts                  | {"username": "nil", "displayName": "Nil", "password": "p", "roles": [], "grants": [null]}
                    POST | /accounts                  | {"username": "nil", "displayName": "Nil", "password": "p", "roles": [], "groups": [null]}
                    POST | /webhooks                  | {"url": "http://127.0.0.1:9/h", "types": [null]}
                    POST | /api-keys                  | {"name": "k", "scopes": [null]}
                    POST | /api-keys                  | {"name": "k", "scopes": ["delivery"], "types": [null]}
                    POST | /tokens                    | {"name": "t", "scopes": [null]}
                    """)
    void aListHoldsNoNull(String method, String path, String body) {
        var answer = node.as("admin").send(method, path, body);

        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).startsWith("/");
    }

    /** The answer to a request head, into which this method inserts the site key. */
    private String answer(String head, String end) throws Exception {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(node.url()).getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((head + "Authorization: " + node.site().authorization() + "\r\n" + end)
                            .getBytes(StandardCharsets.ISO_8859_1));
            byte[] first = socket.getInputStream().readNBytes(12);
            return new String(first, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aBodyThatIsNotUtf8IsRefusedAndChangesNothing() throws Exception {
        String content = Http.JSON.writeValueAsString(Guides.content());
        String document = "{\"slug\": \"not-utf-8\", \"content\": " + content + "}";
        for (String other : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"))
            assertThat(created(document.getBytes(Charset.forName(other)), "application/json"))
                    .as(other)
                    .isEqualTo(400);
        assertThat(created(document.getBytes(StandardCharsets.UTF_16BE), "application/json;charset=utf-16be"))
                .isEqualTo(415);
        assertThat(created(("\uFEFF" + document).getBytes(StandardCharsets.UTF_8), "application/json"))
                .isEqualTo(400);
        // overlong encodings of a slash and of an A, half a character, a surrogate, and a code point beyond the last
        // one
        for (String bytes : List.of(
                "\u00C0\u00AF",
                "\u00C1\u0081",
                "\u00E0\u0080\u00AF",
                "\u00F0\u0080\u0080\u00AF",
                "\u00C3",
                "\u00ED\u00A0\u0080",
                "\u00F4\u0090\u0080\u0080",
                "\u00FF"))
            assertThat(created(
                            ("{\"slug\": \"not-utf-8\", \"content\": {\"title\": \"" + bytes + "\"}}")
                                    .getBytes(StandardCharsets.ISO_8859_1),
                            "application/json"))
                    .as(bytes)
                    .isEqualTo(400);
        assertThat(created(
                        "{\"slug\": \"utf-8-%s\", \"content\": {\"title\": \"Gr\u00FC\u00DFe \uD83D\uDE00\"}}"
                                .formatted(Long.toString(System.nanoTime(), 36))
                                .getBytes(StandardCharsets.UTF_8),
                        "application/json;charset=UTF-8"))
                .isEqualTo(201);
    }

    private int created(byte[] body, String type) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(node.management() + "/role-guide"))
                                    .header("Authorization", node.as("editor").authorization())
                                    .header("Content-Type", type)
                                    .POST(BodyPublishers.ofByteArray(body))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void anAddressThatIsNotUtf8IsMalformed() {
        for (String path : List.of("/role-guide?tag=%C0%AF", "/role-guide?q=%C0%AF", "/role-guide/%C0%AF"))
            assertThat(node.site().get(path).status()).as(path).isIn(400, 404);
        assertThat(node.site().get("/role-guide?tag=%C0%AF").status()).isEqualTo(400);
    }
}
