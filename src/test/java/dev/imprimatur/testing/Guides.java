// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import dev.imprimatur.testing.Http.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The steps of a guide through its workflow, each in one call. */
public final class Guides {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Node node;

    Guides(Node node) {
        this.node = node;
    }

    /** The complete content of the guide in the seed content. */
    public static ObjectNode content() {
        try {
            var seed = Path.of("seed-content/role-guides/machine-learning-engineer.yaml");
            return (ObjectNode)
                    new YAMLMapper().readTree(Files.readString(seed)).get("content");
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** A guide by its type, id and slug. */
    public record Ref(String type, String id, String slug) {
        /** A guide of the type that most tests use. */
        public Ref(String id, String slug) {
            this("role-guide", id, slug);
        }

        public String path() {
            return "/" + type + "/" + id;
        }
    }

    public Ref drafted() {
        String slug = "guide-" + COUNT.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content()))
                .ok();
        return new Ref(created.get("id").asString(), slug);
    }

    public Ref submitted() {
        var guide = drafted();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    public Ref published() {
        var guide = submitted();
        decide("reviewer", task("reviewer", guide), "approve").ok();
        return guide;
    }

    /** The only open task on the guide, as in the inbox of the person. */
    public JsonNode task(String username, Ref guide) {
        return find(username, guide).orElseThrow(() -> new AssertionError(username + " has no task on " + guide));
    }

    public Optional<JsonNode> find(String username, Ref guide) {
        return tasks(username, guide).stream().findFirst();
    }

    /** The open tasks on the guide, in the order of the person's inbox. */
    public List<JsonNode> tasks(String username, Ref guide) {
        var tasks = new ArrayList<JsonNode>();
        String cursor = "";
        for (; ; ) {
            var page = node.as(username).get("/tasks?limit=100" + cursor).ok();
            for (var task : page.get("items").values())
                if (task.get("guide").get("id").asString().equals(guide.id())) tasks.add(task);
            if (!page.has("next")) return tasks;
            cursor = "&cursor=" + page.get("next").asString();
        }
    }

    public Answer decide(String username, JsonNode task, String outcome) {
        return node.as(username).post("/tasks/" + task.get("id").asString() + "/complete", completion(task, outcome));
    }

    /** The body of a request that completes the task, with the revision that the task names. */
    public static Map<String, Object> completion(JsonNode task, String outcome) {
        return Map.of(
                "outcome",
                outcome,
                "revision",
                task.get("revision").asInt(),
                "contentHash",
                task.get("contentHash").asString(),
                "message",
                "because");
    }

    /** Changes the summary in the draft. */
    public Answer edit(String username, Ref guide, String summary) {
        String etag = node.as(username).get(guide.path() + "/draft").header("ETag");
        return node.as(username).patch(guide.path() + "/draft", Map.of("summary", summary), "If-Match", etag);
    }

    public Ref nextEditionSubmitted(Ref guide, String summary) {
        node.as("editor").post(guide.path() + "/editions", null).ok();
        edit("editor", guide, summary).ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    public Answer read(Ref guide) {
        return node.site().get("/" + guide.type() + "/" + guide.slug());
    }

    public JsonNode state(Ref guide) {
        return node.as("editor").get(guide.path()).ok();
    }
}
