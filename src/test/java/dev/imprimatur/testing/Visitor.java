// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import dev.imprimatur.testing.Http.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A client of the studio with a session cookie and without a browser, for hundreds of pages per second. */
public final class Visitor {
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" content=\"([^\"]+)\"");

    private final String url;
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private Visitor(String url) {
        this.url = url;
    }

    /** A visitor who is not signed in. */
    public static Visitor stranger(Node node) {
        return new Visitor(node.url());
    }

    public static Visitor signedIn(Node node, String username) {
        return stranger(node).signIn(username, Node.PASSWORD);
    }

    public Visitor signIn(String username, String password) {
        var answer = post("/login", "/login", "username", username, "password", password);
        if (answer.status() != 302 || answer.header("Location").contains("/login"))
            throw new AssertionError(username + " could not sign in: " + answer.header("Location"));
        return this;
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /**
     * Sends a form with the CSRF token of a page.
     *
     * @param from the page that the form is on
     * @param fields names and values in turn
     */
    public Answer post(String from, String path, String... fields) {
        return send(
                "POST",
                path,
                form(fields),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "X-CSRF-TOKEN",
                token(from));
    }

    public String token(String page) {
        var token = TOKEN.matcher(get(page).body());
        if (!token.find()) throw new AssertionError("no token on " + page);
        return token.group(1);
    }

    public static String form(String... fields) {
        return IntStream.range(0, fields.length / 2)
                .mapToObj(i -> encoded(fields[2 * i]) + "=" + encoded(fields[2 * i + 1]))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public Answer send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : url + path))
                .timeout(Duration.ofSeconds(30));
        if (headers.length > 0) request.headers(headers);
        if (!Arrays.asList(headers).contains("Accept")) request.header("Accept", "text/html,*/*;q=0.8");
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
