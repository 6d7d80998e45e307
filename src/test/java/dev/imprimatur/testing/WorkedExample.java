// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content type and the workflow that CONTRIBUTING.md prints. An administrator completes the task “Check rights” after the last
 * approval, and only then the note is published.
 */
public final class WorkedExample {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private WorkedExample() {}

    /** Writes the two files into the folder and returns the settings with which a node reads them, names and values in turn. */
    public static String[] settings(Path folder) throws IOException {
        return settings(folder, UnaryOperator.identity());
    }

    /** Like {@link #settings(Path)}, with a change to the BPMN of the workflow. */
    public static String[] settings(Path folder, UnaryOperator<String> change) throws IOException {
        Files.writeString(folder.resolve("note.schema.json"), block("json"));
        Files.writeString(
                folder.resolve("note-review.bpmn20.xml"),
                change.apply(Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"))
                        .replace("role-guide-review", "note-review")
                        .replaceFirst("(?m)^.*id=\"enough-approvals\".*\n", Matcher.quoteReplacement(block("xml")))));
        String location = folder.toUri().toString();
        return new String[] {"imprimatur.content-types", location, "imprimatur.workflows", location};
    }

    /** The workflow with “Check rights” behind the stamp, and not before it. */
    public static String withTaskBehindTheStamp(String bpmn) {
        return bpmn.replace("sourceRef=\"stamp\" targetRef=\"scheduled\"", "sourceRef=\"stamp\" targetRef=\"rights\"")
                .replace("sourceRef=\"rights\" targetRef=\"stamp\"", "sourceRef=\"rights\" targetRef=\"scheduled\"")
                .replace("sourceRef=\"approved\" targetRef=\"rights\"", "sourceRef=\"approved\" targetRef=\"stamp\"");
    }

    private static String block(String language) throws IOException {
        var block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("CONTRIBUTING.md")));
        if (!block.find()) throw new AssertionError("CONTRIBUTING.md has no block of " + language);
        return block.group(1);
    }

    /** A note that waits for its first approval. */
    public static Guides.Ref submitted(Node node) {
        String slug = "note-" + COUNT.incrementAndGet();
        var content = Map.of("title", "Welcome", "text", "We are *open*.", "topic", "news");
        var created = node.as("editor")
                .post("/note", Map.of("slug", slug, "content", content))
                .ok();
        var note = new Guides.Ref("note", created.get("id").asString(), slug);
        node.as("editor").post(note.path() + "/submit", Map.of()).ok();
        return note;
    }

    /** A note that is approved and waits for “Check rights”. */
    public static Guides.Ref approved(Node node) {
        var note = submitted(node);
        var guides = node.guides();
        guides.decide("reviewer", guides.task("reviewer", note), "approve").ok();
        return note;
    }
}
