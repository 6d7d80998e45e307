// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.Imprimatur;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;

/** The command imports exports of other systems as drafts, and says what it does with each record. */
@Tag("long")
@Tag("store")
@Isolated("engines of a JVM are in one register")
class ImportCommandTest {
    private static final String MAPPING = """
            type: role-guide
            locale: {from: lang}
            content:
              /title: title
              /summary: summary
              /introduction: body
              /tags: {from: tags, split: ","}
              /compensation/currency: {value: EUR}
            """;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private int code;

    private String run(Node node, String... arguments) {
        printed.reset();
        var all = new ArrayList<>(node.arguments());
        all.addAll(List.of(arguments));
        code = ImportCommand.run(Imprimatur.class, all, new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String file(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    private static JsonNode guides(Node node, String query) {
        return node.as("editor").get("/role-guide?limit=100&q=" + query).ok().get("items");
    }

    @Test
    void theCommandIsRecognizedByItsName() {
        assertThat(ImportCommand.isNamedBy("import", "x")).isTrue();
        assertThat(ImportCommand.isNamedBy("--import")).isFalse();
        assertThat(ImportCommand.isNamedBy()).isFalse();
    }

    @Test
    void aFolderOfMarkdownBecomesDrafts() throws IOException {
        String map = "--map=" + file("map.yaml", MAPPING);
        String export = folder.resolve("posts").toString();
        file(
                "posts/imported-locksmith.md",
                "---\ntitle: Locksmith\nsummary: Opens locks.\ntags: metal, craft\nlayout: post\nlang: en-US\n---\n# Work\n");
        file("posts/imported-tailor.md", "---\ntitle: Schneiderin\nlang: de\n---\nNäht.\n");
        file("posts/imported-bad.md", "---\ntitle: Bad\nlang: nowhere-at-all-x\n---\n");
        file("posts/imported-worse.md", "---\ntitle: [a, list]\nlang: en-US\n---\n");
        try (var node = Node.start()) {
            node.restart(() -> {
                String report = run(node, export, map, "--by=editor", "--dry-run");
                assertThat(code).as(report).isEqualTo(1);
                assertThat(report)
                        .contains("would import  role-guide/en-US/imported-locksmith  from imported-locksmith.md")
                        .contains("would import  role-guide/de/imported-tailor  from imported-tailor.md")
                        .contains("not imported  imported-bad.md: ")
                        .contains("not imported  imported-worse.md: /title: ")
                        .contains("fields in no rule of the mapping: file (4), layout (1)")
                        .contains("2 would be imported, 0 there already, 2 not imported, 0 not selected");
            });
            assertThat(guides(node, "imported-")).isEmpty();
            node.restart(() -> {
                String report = run(node, export, map, "--by=editor");
                assertThat(code).as(report).isEqualTo(1);
                assertThat(report).contains("2 imported as drafts, 0 there already, 2 not imported, 0 not selected");
                // what an interrupted import has left is done by the next one
                assertThat(run(node, export, map, "--by=editor"))
                        .contains("0 imported as drafts, 2 there already, 2 not imported, 0 not selected");
            });

            assertThat(guides(node, "imported-").values()).hasSize(2);
            // the start of the server has begun its process
            assertThat(node.as("editor").get("/tasks?limit=100").ok().toString())
                    .contains("imported-locksmith");
            var guide = guides(node, "imported-locksmith").get(0);
            assertThat(guide.at("/edition/state").asString()).isEqualTo("draft");
            assertThat(guide.at("/edition/contributors/0").asString()).isEqualTo("editor");
            String path = "/role-guide/" + guide.get("id").asString();
            var content = node.as("editor").get(path + "/draft").ok().get("content");
            assertThat(content.get("introduction").asString()).isEqualTo("# Work");
            assertThat(content.get("tags").values())
                    .extracting(JsonNode::asString)
                    .containsExactly("metal", "craft");
            assertThat(content.at("/compensation/currency").asString()).isEqualTo("EUR");
            assertThat(node.as("editor")
                            .get(path + "/log")
                            .ok()
                            .at("/items/0/message")
                            .asString())
                    .isEqualTo("Imported from imported-locksmith.md");
            assertThat(node.as("admin")
                            .get("/audit?action=guides-imported")
                            .ok()
                            .at("/items/0/target")
                            .asString())
                    .isEqualTo("posts");
            // what the person imported is theirs, and goes through the same review as everything else
            var etag = node.as("editor").get(path + "/draft").header("ETag");
            assertThat(node.as("second-editor")
                            .patch(path + "/draft", Map.of("summary", "Mine."), "If-Match", etag)
                            .status())
                    .isEqualTo(200);
            var report = node.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            assertThat(report.unfinished()).isEmpty();
        }
    }

    @Test
    void aGuideThatWasRenamedOrDeletedIsNotImportedAgain() throws IOException {
        String map = "--map=" + file("map.yaml", "type: role-guide\ncontent: {/title: title}\n");
        String export = file("a.csv", "title,slug\nOne,imported-one\nTwo,imported-two\nTwo again,imported-two\n,\n");
        try (var node = Node.start()) {
            node.restart(() -> {
                String report = run(node, export, map, "--by=editor");
                assertThat(report)
                        .contains("not imported  a.csv row 4: a.csv row 3 has the same slug, imported-two")
                        .contains("2 imported as drafts");
            });
            String one =
                    "/role-guide/" + guides(node, "imported-one").at("/0/id").asString();
            String two =
                    "/role-guide/" + guides(node, "imported-two").at("/0/id").asString();
            node.as("editor")
                    .post(one + "/slug", Map.of("slug", "imported-uno"))
                    .ok();
            assertThat(node.as("editor").delete(two).status()).isEqualTo(204);

            node.restart(() -> assertThat(run(node, export, map, "--by=editor"))
                    .contains("role-guide/en-US/imported-two  from a.csv row 3, and was renamed or deleted here")
                    .contains("0 imported as drafts, 2 there already"));
            assertThat(guides(node, "imported-").values()).hasSize(1);
        }
    }

    @Test
    void manyRowsAreImported() throws IOException {
        var rows = new StringBuilder("title,slug\n");
        for (int i = 0; i < 250; i++)
            rows.append("Guide ").append(i).append(",imported-many-").append(i).append('\n');
        String map = "--map=" + file("map.yaml", "type: role-guide\ncontent: {/title: title}\n");
        String export = file("many.csv", rows + "Broken,\"no end\n");
        try (var node = Node.start()) {
            node.restart(() -> {
                // what is before the fault is imported
                assertThat(run(node, export, map, "--by=editor")).contains("stopped: ");
                assertThat(code).isEqualTo(2);
            });
            assertThat(node.bean(dev.imprimatur.editing.Guides.class).all().stream()
                            .filter(it -> it.slug().startsWith("imported-many-")))
                    .hasSize(250);
            var report = node.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
        }
    }

    @Test
    void aStoreThatNoServerHasOpenedIsRefused() throws IOException {
        String map = file("map.yaml", "type: role-guide\ncontent: {/title: title}\n");
        String export = file("a.csv", "title\nOne\n");
        code = ImportCommand.run(
                Imprimatur.class,
                List.of(export, "--map=" + map, "--by=editor", "--imprimatur.data-dir=" + folder.resolve("data")),
                new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "stopped: the store is empty, or has lost its format: start the server with these settings once\n");
        assertThat(code).isEqualTo(2);
    }

    @Test
    void whatCannotBeRunIsSaid() throws IOException {
        String map = "--map=" + file("map.yaml", "type: role-guide\ncontent: {/title: title}\n");
        String export = file("a.csv", "title,other\nOne,1\n");
        try (var node = Node.start()) {
            node.restart(() -> {
                assertThat(run(node, export))
                        .contains(
                                "1 records of csv with the fields other (1), title (1)",
                                "stopped: say with --map=FILE");
                assertThat(code).isEqualTo(2);
                assertThat(run(node, export, map))
                        .isEqualTo("stopped: say with --by=USERNAME who imports the guides, an editor\n");
                assertThat(run(node, export, map, "--by=nobody"))
                        .isEqualTo("stopped: there is no active account nobody\n");
                assertThat(run(node, export, map, "--by=reviewer")).isEqualTo("stopped: reviewer is not an editor\n");
                assertThat(run(node, map, "--by=editor")).contains("name one file or folder to import");
                assertThat(run(node, export, "--by=editor", "--map=" + folder.resolve("no.yaml")))
                        .startsWith("stopped: ");
            });
            assertThat(guides(node, "One")).isEmpty();
        }
    }
}
