// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A server is started again and again over the same store, each time with another file of its content type. */
class TypeChangesTest {
    private static final String FILE = "role-guide.schema.json";

    @TempDir
    private Path folder;

    private ObjectNode write(Consumer<ObjectNode> change) throws Exception {
        var schema = (ObjectNode) Http.JSON.readTree(Files.readString(Path.of("seed-content/types", FILE)));
        change.accept(schema);
        Files.writeString(folder.resolve(FILE), schema.toString());
        return schema;
    }

    private static ObjectNode field(ObjectNode schema, String name) {
        return (ObjectNode) schema.path("properties").path(name);
    }

    @Test
    void whatIsApprovedIsServedAsItIsWhateverItsTypeBecomes() throws Exception {
        write(schema -> {});
        try (var node = Node.start("imprimatur.content-types", folder.toUri() + "/")) {
            var live = node.guides().published();
            var draft = node.guides().drafted();
            var submitted = node.guides().submitted();
            var delivered = node.guides().read(live);

            // a file that does not fit stops the start, with a report
            var narrow = write(schema -> field(schema, "summary").put("maxLength", 10));
            var check = "/content-types/role-guide/check";
            var report = node.as("admin").post(check, narrow).ok();
            assertThat(report.get("incompatible").asInt()).isEqualTo(4);
            assertThat(report.get("contents").values())
                    .extracting(it -> it.get("state").asString())
                    .contains("live", "draft", "in-review");
            assertThat(node.as("editor").post(check, narrow).status()).isEqualTo(403);
            String name = "role-guide:2:" + report.get("hash").asString().substring("sha256:".length(), 19);
            assertThatThrownBy(() -> node.restartWith())
                    .rootCause()
                    .isInstanceOf(RefusedTypes.class)
                    .hasMessageContaining(live.slug())
                    .hasMessageContaining("edition 1, live, revision 1: /summary")
                    .hasMessageContaining(draft.slug())
                    .hasMessageContaining(submitted.slug())
                    .hasMessageContaining("imprimatur.content-types.accept=" + name);

            // the operator accepts it on purpose
            node.restartWith("imprimatur.content-types.accept", name);
            assertThat(node.guides().read(live).body()).isEqualTo(delivered.body());
            assertThat(node.guides().read(live).header("ETag")).isEqualTo(delivered.header("ETag"));
            assertThat(node.site()
                            .get("/role-guide/" + live.slug() + "?format=html&fields=summary")
                            .status())
                    .isEqualTo(200);
            var copy = node.as("editor").get(draft.path() + "/draft");
            assertThat(copy.ok().at("/incompatible/0/pointer").asString()).isEqualTo("/summary");
            assertThat(node.as("editor")
                            .post(draft.path() + "/submit", Map.of())
                            .status())
                    .isGreaterThanOrEqualTo(400);
            assertThat(node.guides().edit("editor", draft, "Short.").ok().has("incompatible"))
                    .isFalse();
            node.as("editor").post(draft.path() + "/submit", Map.of()).ok();
            node.as("editor").post(live.path() + "/editions", null).ok();

            // a field is gone, another one is new
            var grown = write(schema -> {
                ((ObjectNode) schema.path("properties")).remove("hiring");
                ((ObjectNode) schema.path("properties"))
                        .putObject("status")
                        .put("type", "string")
                        .put("default", "current");
                schema.withArray("required").add("status");
            });
            String hash = node.as("admin").post(check, grown).ok().get("hash").asString();
            node.restartWith(
                    "imprimatur.content-types.accept", "role-guide:3:" + hash.substring("sha256:".length(), 19));
            assertThat(node.guides().read(live).body()).isEqualTo(delivered.body());
            String etag = node.as("editor").get(live.path() + "/draft").header("ETag");
            var restored = node.as("editor")
                    .post(live.path() + "/revisions/1/restore", null, "If-Match", etag)
                    .ok();
            assertThat(restored.at("/dropped/0").asString()).isEqualTo("/hiring");
            assertThat(restored.at("/content/status").asString()).isEqualTo("current");
            assertThat(restored.has("incompatible")).isFalse();
            node.as("editor").post(live.path() + "/submit", Map.of()).ok();
            assertThat(node.as("editor")
                            .get(live.path() + "/revisions/1/diff/2")
                            .ok()
                            .toString())
                    .contains("status", "hiring");
            var duplicate =
                    node.as("editor").post(draft.path() + "/duplicate", Map.of("slug", "a-second-" + draft.slug()));
            assertThat(duplicate.ok().get("slug").asString()).isEqualTo("a-second-" + draft.slug());

            // the studio shows fields that are gone, and drops them on request
            String page = "/studio/guides/" + submitted.id() + "/edit";
            var visitor = Visitor.signedIn(node, "editor");
            assertThat(visitor.get(page).body())
                    .contains("no longer have these fields", "/hiring", "Drop these fields");
            String version = node.as("editor")
                    .get(submitted.path() + "/draft")
                    .header("ETag")
                    .replace("\"", "");
            visitor.post(page, "/studio/guides/" + submitted.id() + "/drop-fields", "etag", version);
            assertThat(visitor.get(page).body()).doesNotContain("no longer have these fields");
            assertThat(node.as("editor").get(submitted.path() + "/draft").ok().has("incompatible"))
                    .isFalse();

            // an older file does not undo a newer one
            write(schema -> {});
            assertThatThrownBy(() -> node.restartWith())
                    .rootCause()
                    .hasMessageContaining("was replaced by a later one");
            Files.delete(folder.resolve(FILE));
            Files.copy(Path.of("seed-content/types", FILE), folder.resolve("other-guide.schema.json"));
            assertThatThrownBy(() -> node.restartWith())
                    .rootCause()
                    .hasMessageContaining("There is no file of the content type role-guide");
        }
    }

    @Test
    void aGuideFromBeforeFurtherTablesIsServedAndEditedAsItWas() throws Exception {
        write(schema -> {
            ((ObjectNode) schema.path("properties")).remove("otherCompensation");
            schema.at("/properties/compensation/properties/bands/items/properties")
                    .values()
                    .forEach(it -> ((ObjectNode) it).remove("x-amount"));
        });
        try (var node = Node.start("imprimatur.content-types", folder.toUri() + "/")) {
            var live = node.guides().published();
            var submitted = node.guides().submitted();
            var delivered = node.guides().read(live);
            var asHtml = node.site().get("/role-guide/" + live.slug() + "?format=html");

            write(schema -> {});
            node.restartWith();

            assertThat(node.guides().read(live).body()).isEqualTo(delivered.body());
            assertThat(node.guides().read(live).header("ETag")).isEqualTo(delivered.header("ETag"));
            assertThat(node.site()
                            .get("/role-guide/" + live.slug() + "?format=html")
                            .body())
                    .isEqualTo(asHtml.body());
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", submitted), "approve")
                    .ok();
            node.as("editor").post(live.path() + "/editions", null).ok();
            var table = Map.of(
                    "region", "DE",
                    "currency", "EUR",
                    "period", "month",
                    "bands", List.of(Map.of("level", "All", "low", 4000, "high", 5000)),
                    "source",
                            Map.of(
                                    "title", "Pay survey",
                                    "publisher", "A bureau",
                                    "url", "https://www.example.com/",
                                    "accessed", "2026-11-29"));
            var draft = node.as("editor").get(live.path() + "/draft");
            var edited = node.as("editor")
                    .patch(
                            live.path() + "/draft",
                            Map.of("otherCompensation", List.of(table)),
                            "If-Match",
                            draft.header("ETag"));
            edited.ok();
            node.as("editor").post(live.path() + "/submit", Map.of()).ok();
            assertThat(node.as("editor")
                            .get(live.path() + "/revisions/1/diff/2")
                            .ok()
                            .at("/changes/0/pointer")
                            .asString())
                    .isEqualTo("/otherCompensation");
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", live), "request-changes")
                    .ok();
            String etag = node.as("editor").get(live.path() + "/draft").header("ETag");
            var restored = node.as("editor")
                    .post(live.path() + "/revisions/1/restore", null, "If-Match", etag)
                    .ok();
            assertThat(restored.get("content")).isEqualTo(draft.ok().get("content"));
            assertThat(restored.has("incompatible")).isFalse();
        }
    }
}
