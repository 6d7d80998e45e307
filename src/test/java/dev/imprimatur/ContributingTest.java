// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content type and the workflow of CONTRIBUTING.md work as they are printed there. */
class ContributingTest {
    private static String block(String language) throws Exception {
        var block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("CONTRIBUTING.md")));
        assertThat(block.find()).as("a block of %s", language).isTrue();
        return block.group(1);
    }

    @Test
    void theContentTypeAndTheWorkflowLeadANoteFromADraftToASite(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("note.schema.json"), block("json"));
        Files.writeString(
                folder.resolve("note-review.bpmn20.xml"),
                Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"))
                        .replace("role-guide-review", "note-review")
                        .replaceFirst("(?m)^.*id=\"enough-approvals\".*\n", Matcher.quoteReplacement(block("xml"))));
        String location = folder.toUri().toString();
        try (var node = Node.start("imprimatur.content-types", location, "imprimatur.workflows", location)) {
            var editor = node.as("editor");
            var note = editor.post(
                            "/note",
                            Map.of(
                                    "slug",
                                    "welcome",
                                    "content",
                                    Map.of("title", "Welcome", "text", "We are *open*.", "topic", "news")))
                    .ok();
            editor.post("/note/" + note.get("id").asString() + "/submit", Map.of())
                    .ok();
            decide(node, "reviewer", "approve");
            assertThat(node.site().get("/note/welcome").status()).isEqualTo(404);
            decide(node, "admin", "cleared");

            var list = node.site().get("/note?topic=news&format=html").ok();
            assertThat(list.at("/items/0/content/text").asString()).isEqualTo("<p>We are <em>open</em>.</p>");
            assertThat(list.at("/items/0/review/reviewedBy/0/name").asString()).isNotEmpty();
        }
    }

    private static void decide(Node node, String username, String outcome) {
        var task = node.as(username).get("/tasks").ok().at("/items/0");
        node.as(username)
                .post("/tasks/" + task.get("id").asString() + "/complete", Guides.completion(task, outcome))
                .ok();
    }
}
