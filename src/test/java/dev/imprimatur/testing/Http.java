// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of one API with one credential. */
public final class Http {
    public static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    private final String base;
    private final String authorization;

    public Http(String base, String authorization) {
        this.base = base;
        this.authorization = authorization;
    }

    /** An HTTP response with its JSON. */
    public record Answer(int status, HttpResponse<String> response) {
        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        public String body() {
            return response.body();
        }

        @Override
        public String toString() {
            return response + " " + body();
        }

        /** The name of the problem type, such as {@code review-is-stale}. */
        public String problem() {
            return json().path("type").asString("").replace("/problems/", "");
        }

        public JsonNode ok() {
            if (status / 100 != 2)
                throw new AssertionError(
                        response.request().method() + " " + response.uri() + " answered " + status + ": " + body());
            return response.body().isEmpty() ? JSON.nullNode() : json();
        }
    }

    public String base() {
        return base;
    }

    public String authorization() {
        return authorization;
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    public Answer post(String path, Object body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Answer put(String path, Object body, String... headers) {
        return send("PUT", path, body, headers);
    }

    public Answer patch(String path, Object body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer send(String method, String path, Object body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(30));
        if (authorization != null) request.header("Authorization", authorization);
        if (headers.length > 0) request.headers(headers);
        boolean typed = Arrays.asList(headers).contains("Content-Type");
        if (body != null && !typed) request.header("Content-Type", "application/json");
        request.method(
                method,
                body == null
                        ? BodyPublishers.noBody()
                        : body instanceof byte[] bytes
                                ? BodyPublishers.ofByteArray(bytes)
                                : BodyPublishers.ofString(
                                        body instanceof String text ? text : JSON.writeValueAsString(body)));
        try {
            var response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
