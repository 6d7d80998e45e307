// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.setup;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The command {@code java -jar imprimatur.jar rehearse}: starts the demo in a temporary folder, takes guides from a draft to a site, and
 * ends. A JVM that records an AOT cache meanwhile learns which methods publication needs, so that later servers compile them at once.
 */
public final class Rehearsal {
    /** The name of the command on the command line. */
    public static final String NAME = "rehearse";

    private static final int GUIDES = 150;
    private static final int READS_OF_EACH_GUIDE = 20;
    private static final int FIRST_ERROR = 400;
    private static final String MANAGEMENT = "/api/management/v1";

    private final HttpClient people = client();
    /** Has connections of its own, so that they stay on the fast path. */
    private final HttpClient site = client();

    private final JsonMapper json = JsonMapper.builder().build();
    private final String url;
    private final Map<String, String> authorizations = new HashMap<>();

    private Rehearsal(String url) {
        this.url = url;
    }

    /** Whether the arguments of the process name this command. */
    public static boolean isNamedBy(String... arguments) {
        return arguments.length > 0 && arguments[0].equals(NAME);
    }

    /** Runs the command and returns its exit code. */
    public static int run(Class<?> application, PrintStream out) throws IOException {
        return run(application, GUIDES, out);
    }

    static int run(Class<?> application, int guides, PrintStream out) throws IOException {
        var folder = Files.createTempDirectory("imprimatur-rehearsal-");
        try {
            rehearse(application, folder, guides);
            out.println(guides + " guides were published in the rehearsal");
            return 0;
        } catch (IOException | RuntimeException failed) {
            out.println("the rehearsal failed: " + failed.getMessage());
            return 1;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static void rehearse(Class<?> application, Path folder, int guides) throws IOException {
        String password = UUID.randomUUID().toString();
        var settings = Map.of(
                "imprimatur.demo", "true",
                "imprimatur.demo-password", password,
                "imprimatur.data-dir", folder.resolve("data").toString(),
                "server.port", "0");
        var arguments = settings.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new);
        try (var context = SpringApplication.run(application, arguments)) {
            var server = ((WebServerApplicationContext) context).getWebServer();
            if (server == null) throw new IllegalStateException("there is no server");
            new Rehearsal("http://127.0.0.1:" + server.getPort()).publish(password, guides);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /** Takes copies of a guide of the seed content from a draft to a site. */
    private void publish(String password, int guides) throws IOException, InterruptedException {
        for (String account : List.of("admin", "editor", "reviewer")) {
            authorizations.put(account, "Basic " + base64(account + ":" + password));
            String token = text(send(account, "POST", "/tokens", Map.of("name", NAME)), "/token");
            authorizations.put(account, "Bearer " + token);
        }
        var key = send("admin", "POST", "/api-keys", Map.of("name", NAME, "scopes", List.of("delivery")));
        authorizations.put("site", "Bearer " + text(key, "/key"));
        String type = typeWithGuides();
        String first = firstGuide(type);
        var content = send("editor", "GET", "/" + type + "/" + first + "/draft", null).at("/content");
        for (int i = 0; i < guides; i++) publish(type, NAME + "-" + i, content);
    }

    private String typeWithGuides() throws IOException, InterruptedException {
        for (var type : send("editor", "GET", "/content-types", null).at("/items").values())
            if (!firstGuide(text(type, "/name")).isEmpty()) return text(type, "/name");
        throw new IOException("the seed content has no guide");
    }

    private String firstGuide(String type) throws IOException, InterruptedException {
        return send("editor", "GET", "/" + type + "?limit=1", null).at("/items/0/id").asString("");
    }

    private void publish(String type, String slug, JsonNode content) throws IOException, InterruptedException {
        var created = answer("editor", "POST", "/" + type, Map.of("slug", slug, "content", content));
        String version = created.headers().firstValue("ETag").orElseThrow();
        String guide = "/" + type + "/" + text(json.readTree(created.body()), "/id");
        answer("editor", "PUT", guide + "/draft", content, "If-Match", version);
        var task = send("editor", "POST", guide + "/submit", Map.of()).at("/task");
        var decision = Map.of(
                "outcome", "approve",
                "revision", task.at("/revision"),
                "contentHash", task.at("/contentHash"));
        send("reviewer", "POST", "/tasks/" + text(task, "/id") + "/complete", decision);
        for (int i = 0; i < READS_OF_EACH_GUIDE; i++) read("/api/delivery/v1/" + type + "/" + slug);
    }

    private void read(String path) throws IOException, InterruptedException {
        received(site, request("site", path).GET().build());
    }

    private JsonNode send(String account, String method, String path, @Nullable Object body)
            throws IOException, InterruptedException {
        return json.readTree(answer(account, method, path, body).body());
    }

    private HttpResponse<String> answer(
            String account, String method, String path, @Nullable Object body, String... headers)
            throws IOException, InterruptedException {
        var request = request(account, MANAGEMENT + path)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)));
        if (headers.length > 0) request.headers(headers);
        return received(people, request.build());
    }

    private HttpRequest.Builder request(String account, String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", String.valueOf(authorizations.get(account)));
    }

    private static HttpResponse<String> received(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= FIRST_ERROR)
            throw new IOException(request.method() + " " + request.uri().getPath() + ": " + response.statusCode() + " "
                    + response.body());
        return response;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static String text(JsonNode answer, String pointer) {
        return answer.at(pointer).asString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
