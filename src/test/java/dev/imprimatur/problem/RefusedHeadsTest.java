// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A request head that cannot be processed is refused with a problem document, whichever part of the server refuses it. */
class RefusedHeadsTest {
    private static final String DELIVERY = "/api/delivery/v1";
    private static final List<String> APIS = List.of(
            DELIVERY + "/role-guide",
            DELIVERY + "/ledger",
            "/api/management/v1/tasks",
            "/openapi.json",
            "/actuator/health",
            "/setup");

    private final Node node = Node.shared();
    private final String key = "Authorization: " + node.site().authorization();
    private final String guide =
            DELIVERY + "/role-guide/" + node.guides().published().slug();

    /** An answer as read from the socket. */
    private record RawAnswer(int status, Map<String, String> headers, byte[] body) {
        String problem() {
            assertThat(headers)
                    .containsEntry("content-type", "application/problem+json")
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsEntry("x-frame-options", "DENY")
                    .containsEntry("referrer-policy", "no-referrer")
                    .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
            var document = Http.JSON.readTree(body);
            assertThat(document.get("status").asInt()).isEqualTo(status);
            return document.get("detail").asString();
        }
    }

    private RawAnswer ask(String line, String... headers) {
        return sent(line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + Arrays.stream(headers).map(it -> it + "\r\n").collect(Collectors.joining()) + "\r\n");
    }

    private RawAnswer sent(String request) {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(node.url()).getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            byte[] answer = socket.getInputStream().readAllBytes();
            String text = new String(answer, ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            var lines = text.substring(0, end).split("\r\n");
            var headers = new TreeMap<String, String>();
            for (String line : Arrays.copyOfRange(lines, 1, lines.length))
                headers.put(
                        line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line.substring(line.indexOf(':') + 1).strip());
            return new RawAnswer(
                    Integer.parseInt(lines[0].substring(9, 12)),
                    headers,
                    Arrays.copyOfRange(answer, end + 4, answer.length));
        } catch (IOException failed) {
            throw new UncheckedIOException(request, failed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "% has a name",
                "%zz=1 has a name",
                "limit=%1 is not",
                "limit=%zz is not",
                "q=a% is not",
                "q=%ff is not",
                "q=%C0%AF is not",
                "fields=%e0%80 is not",
                "limit=1&%ff has a name",
                "a%00b=1 has a name",
                "%0a=1 has a name",
                "%7f has a name",
                "%01=2 has a name",
                "%C2%85=2 has a name",
                "%EF%BF%BE=2 has a name"
            })
    void aQueryThatIsNoneIsMalformedAndItsParameterIsNamed(String given) {
        String query = given.substring(0, given.indexOf(' '));
        String name = query.substring(query.indexOf('&') + 1).replaceFirst("=.*", "");
        var logged = loggedByRequests(() -> {
            for (String path : APIS)
                for (var headers : List.of(new String[] {key}, new String[0])) {
                    var refused = ask("GET " + path + "?" + query, headers);
                    assertThat(refused.status()).as(path).isEqualTo(400);
                    assertThat(refused.problem()).contains("“" + name + "” " + given.substring(given.indexOf(' ') + 1));
                }
        });
        assertThat(logged).isEmpty();
    }

    /** Returns what the threads that answer requests log meanwhile. The other threads of a node may log at any time. */
    private static List<ILoggingEvent> loggedByRequests(Runnable requests) {
        var root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        root.addAppender(appender);
        try {
            requests.run();
        } finally {
            root.detachAppender(appender);
        }
        return appender.list.stream()
                .filter(event -> event.getThreadName().startsWith("qtp"))
                .toList();
    }

    @Test
    void whatPeopleAskForIsRefusedInAPage() {
        var refused = ask("GET /login?%zz");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.headers().get("content-type")).startsWith("text/html");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "Multipart/Form-Data; boundary=x", "multipart/mixed; boundary="})
    void nothingIsSentInParts(String type) {
        var paths = new ArrayList<>(APIS);
        paths.addAll(List.of(guide, "/studio", "/login", "/nowhere"));
        for (String path : paths)
            for (String method : List.of("GET", "POST")) {
                var refused = ask(method + " " + path, key, "Content-Type: " + type, "Content-Length: 0");
                assertThat(refused.status()).as("%s %s", method, path).isEqualTo(415);
                assertThat(refused.problem()).contains("multipart bodies are not accepted");
            }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/api/delivery/v1/%2e%2e/x",
                "/api/delivery/v1/role-guide%2fx",
                "/api/delivery/v1//role-guide",
                "/api/delivery/v1/role-guide;x=1",
                "/api/delivery/v1/%00",
                "/api/delivery/v1/%zz",
                "/api/delivery/v1/role-guide/%ff",
                "/api/delivery/v1/role-guide/a%5cb",
                "/api/delivery/v1/role-guide/.",
                "/api/delivery/v1/role-guide/..;/x",
                "//x",
                "/\\x",
                "*",
                "x",
                "http://a:99999/x"
            })
    void anOddPathIsMalformedWithAKeyAndWithout(String path) {
        for (var headers : List.of(new String[] {key}, new String[0])) {
            var refused = ask("GET " + path, headers);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.problem()).isNotBlank();
        }
    }

    @Test
    void whatTheServerItselfRefusesIsAProblemToo() {
        refused(414, ask("GET " + DELIVERY + "/role-guide?q=" + "a".repeat(20_000), key));
        refused(431, ask("GET " + DELIVERY + "/role-guide", key, "X: " + "a".repeat(20_000)));
        refused(417, ask("GET " + DELIVERY + "/role-guide", key, "Expect: the-unexpected"));
        refused(505, sent("GET / HTTP/3.0\r\nHost: a\r\n\r\n"));
        refused(400, sent("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        refused(400, ask("POST " + DELIVERY + "/role-guide", "Content-Length: -1"));
        refused(400, ask("POST " + DELIVERY + "/role-guide", "Transfer-Encoding: gzip"));
    }

    private static void refused(int status, RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isNotBlank();
    }

    @Test
    void aMethodThatIsNotAllowedSaysWhichAre() {
        for (String method : List.of("PROPFIND", "FOO", "get", "TRACE", "QUERY"))
            for (String path : List.of(guide, "/openapi.json", "/studio", "/login", "/nowhere"))
                allows("OPTIONS", ask(method + " " + path, key));
        for (String path : List.of(guide, DELIVERY + "/role-guide", "/openapi.json", "/actuator/health"))
            for (String method : List.of("PUT", "POST", "PATCH", "DELETE"))
                allows("GET, HEAD, OPTIONS", ask(method + " " + path, key, "Content-Length: 0"));
        var token = "Authorization: " + node.as("editor").authorization();
        allows("OPTIONS, POST", ask("DELETE /api/management/v1/tasks/x/claim", token));
    }

    private static void allows(String methods, RawAnswer answer) {
        refused(405, answer);
        assertThat(answer.headers()).containsEntry("allow", methods);
    }

    @Test
    void aCredentialIsNotCalledWrongWhereNothingIs() {
        for (String path :
                List.of("/nowhere", "/api", "/api/delivery/v2/role-guide", DELIVERY + "/a/b/c/d", "/actuator/env"))
            for (String method : List.of("GET", "PUT", "OPTIONS")) refused(404, ask(method + " " + path, key));
        refused(404, ask("OPTIONS *", key));
        refused(401, ask("GET /nowhere"));
        refused(401, ask("GET /actuator/env"));
        assertThat(ask("HEAD /openapi.json").status()).isEqualTo(200);
    }

    @Test
    void twoCredentialsAreMalformedOnEveryPath() {
        for (String path : List.of(guide, DELIVERY + "/role-guide", "/api/management/v1/tasks", "/openapi.json"))
            for (String second : List.of(key, "authorization: Bearer x", "Authorization:"))
                refused(400, ask("GET " + path, key, second));
    }

    @Test
    void anUnknownGroupOrTypeOfTasksIsMalformed() {
        for (String query : List.of("group=nobody", "group=", "group=reviewer", "type=none", "due=soon", "due="))
            assertThat(node.as("reviewer").get("/tasks?" + query).status())
                    .as(query)
                    .isEqualTo(400);
    }

    @Test
    void whatComesInSeveralLinesIsReadAsOne() {
        for (String path : List.of(guide, guide + "?fields=title", DELIVERY + "/role-guide", DELIVERY + "/ledger")) {
            String tag = ask("GET " + path, key).headers().get("etag");
            for (var lines : List.of(
                    List.of("If-None-Match: " + tag),
                    List.of("If-None-Match: \"x\"", "If-None-Match: " + tag),
                    List.of("If-None-Match: \"a,b\", W/" + tag),
                    List.of("If-None-Match: *"))) {
                var headers = new ArrayList<>(lines);
                headers.add(key);
                var answer = ask("GET " + path, headers.toArray(String[]::new));
                assertThat(answer.status()).as("%s %s", path, lines).isEqualTo(304);
                assertThat(answer.headers()).doesNotContainKey("content-length").containsEntry("etag", tag);
                assertThat(answer.body()).isEmpty();
            }
        }
        for (var lines : Map.of(
                        List.of("Accept-Encoding: zstd;q=0.2", "Accept-Encoding: gzip;q=0.9"), "gzip",
                        List.of("Accept-Encoding: GZIP;Q=0.5, identity;q=0.1"), "gzip",
                        List.of("Accept-Encoding: identity, gzip;q=0.5"), "",
                        List.of("Accept-Encoding: gzip;q=0", "Accept-Encoding: br"), "",
                        List.of("Accept-Encoding: *;q=0.1, zstd;q=0"), "gzip",
                        List.of("Accept-Encoding: *;q=0"), "")
                .entrySet()) {
            var headers = new ArrayList<>(lines.getKey());
            headers.add(key);
            for (String path : List.of(guide, guide + "?format=html"))
                assertThat(ask("GET " + path, headers.toArray(String[]::new))
                                .headers()
                                .getOrDefault("content-encoding", ""))
                        .as("%s %s", path, lines.getKey())
                        .isEqualTo(lines.getValue());
        }
    }

    @Test
    void caseMeansNothingInMediaTypesAndLocales() {
        for (String locale : List.of("en-US", "en-us", "EN-US", "eN-uS")) {
            assertThat(ask("GET " + guide + "?locale=" + locale, key).status()).isEqualTo(200);
            assertThat(new String(
                            ask("GET " + DELIVERY + "/role-guide?locale=" + locale, key)
                                    .body(),
                            UTF_8))
                    .contains("\"locale\":\"en-US\"");
        }
        var stream = ask("HEAD " + DELIVERY + "/ledger", key, "Accept: Text/Event-Stream");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.headers()).containsEntry("content-type", "text/event-stream");
        assertThat(stream.body()).isEmpty();
        for (String accept : List.of("text/event-stream;q=0, */*", "*/*", "application/json"))
            assertThat(ask("GET " + DELIVERY + "/ledger", key, "Accept: " + accept)
                            .headers())
                    .containsEntry("content-type", "application/json");
    }

    @Test
    void aStreamTakesNoPageAndNoIdThatWasNotGivenOut() {
        String events = "Accept: text/event-stream";
        refused(400, ask("GET " + DELIVERY + "/ledger?limit=3", key, events));
        for (String id : List.of("abc", "", "-1", "1.5", "9999999999999999999"))
            refused(400, ask("GET " + DELIVERY + "/ledger", key, events, "Last-Event-ID: " + id));
    }
}
