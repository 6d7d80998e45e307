// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

@Tag("long")
class SeedImportTest {
    private static final Person EDITOR = new Person("editor", "The editor", null, Set.of("EDITOR"));

    @Test
    void seedsPassTheGateOnceWithEvidenceThatIsMarkedAsImported() throws Exception {
        try (var node = Node.start()) {
            node.bean(SeedImport.class).run(EDITOR);
            var ledger = node.site().get("/ledger").ok();
            node.bean(SeedImport.class).run(EDITOR);

            assertThat(node.site().get("/ledger").ok()).isEqualTo(ledger);
            var engineer =
                    node.site().get("/role-guide/machine-learning-engineer").ok();
            assertThat(engineer.get("content")).isEqualTo(Guides.content());
            assertThat(engineer.at("/review/origin").asString()).isEqualTo("imported");
            assertThat(engineer.at("/review/lastReviewed").asString()).startsWith("2026-05");
            assertThat(node.site()
                            .get("/role-guide/information-security-analyst")
                            .ok()
                            .at("/review/overdue")
                            .asBoolean())
                    .isTrue();
            assertThat(node.site().get("/role-guide/data-scientist").status()).isEqualTo(404);
            assertThat(states(node.as("editor")
                            .get("/role-guide?sort=title&limit=100")
                            .ok()))
                    .contains(
                            "data-scientist draft",
                            "information-security-analyst published",
                            "machine-learning-engineer in-review")
                    .hasSizeGreaterThanOrEqualTo(12);
        }
    }

    /** On its first day, a demo has something to show on every list. */
    @Test
    void theSeedsHaveGuidesInEveryStateAndInTwoLanguages() throws Exception {
        try (var node = Node.start()) {
            node.bean(SeedImport.class).run(EDITOR);
            var editor = node.as("editor");
            var guides = editor.get("/role-guide?limit=100").ok();

            assertThat(states(guides))
                    .contains(
                            "software-developer published",
                            "network-and-computer-systems-administrator draft",
                            "software-quality-assurance-analyst in-review",
                            "computer-programmer draft");
            assertThat(guides.get("items").values())
                    .filteredOn(guide -> guide.get("locale").asString().equals("de-DE"))
                    .extracting(guide -> guide.get("slug").asString())
                    .containsExactlyInAnyOrder("software-developer", "database-administrator", "civil-engineer");
            assertThat(guides.get("items").values())
                    .filteredOn(guide -> guide.get("locale").asString().equals("de-DE"))
                    .allSatisfy(guide -> {
                        assertThat(guide.at("/translation/translatedFrom/revision")
                                        .asInt())
                                .isEqualTo(1);
                        assertThat(guide.at("/translation/outdated").asBoolean())
                                .isFalse();
                    });
            assertThat(node.as("reviewer").get("/tasks?group=REVIEWER").ok().get("items"))
                    .hasSizeGreaterThanOrEqualTo(6);
            assertThat(node.site()
                            .get("/role-guide?limit=100")
                            .ok()
                            .get("items")
                            .values())
                    .extracting(guide -> guide.at("/review/overdue").asBoolean())
                    .contains(true);
            assertThat(node.site()
                            .get("/role-guide/network-and-computer-systems-administrator")
                            .ok()
                            .at("/content/comparisons")
                            .isMissingNode())
                    .isTrue();
        }
    }

    /** Every figure of a guide that names its sources has one, except in the guides that show what a review says of it. */
    @Test
    void theFiguresOfTheSeedsHaveSources() throws Exception {
        try (var files = Files.list(Path.of("seed-content/role-guides"))) {
            var type = Node.shared().bean(ContentTypes.class).require("role-guide");
            var open = files.filter(file -> {
                        var content = yaml(file).get("content");
                        return content.has("sources")
                                && !type.figuresWithoutSource(content).isEmpty();
                    })
                    .map(file -> file.getFileName().toString())
                    .toList();

            assertThat(open)
                    .containsExactlyInAnyOrder("computer-network-architect.yaml", "information-security-analyst.yaml");
        }
    }

    private static JsonNode yaml(Path file) {
        try {
            return new YAMLMapper().readTree(Files.readString(file));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** What people did with the drafts of the seeds is not undone by the next start. */
    @Test
    void theNextStartChangesNoDraft() throws Exception {
        try (var node = Node.start()) {
            node.bean(SeedImport.class).run(EDITOR);
            var next = guide(node, "network-and-computer-systems-administrator");
            node.guides().edit("editor", next, "Another summary.").ok();
            var rejected = guide(node, "software-quality-assurance-analyst");
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", rejected), "request-changes")
                    .ok();

            node.bean(SeedImport.class).run(EDITOR);

            var draft = node.as("editor").get(next.path() + "/draft").ok();
            assertThat(draft.at("/content/summary").asString()).isEqualTo("Another summary.");
            assertThat(draft.at("/content/comparisons").size()).isEqualTo(1);
            assertThat(node.guides().state(rejected).at("/edition/state").asString())
                    .isEqualTo("draft");
        }
    }

    /** The import submits what it wrote itself, and nothing else. */
    @Test
    void aDraftOfSomebodyElseIsNotSubmitted() throws Exception {
        try (var node = Node.start()) {
            var own = node.as("editor")
                    .post(
                            "/role-guide",
                            Map.of("slug", "software-quality-assurance-analyst", "content", Guides.content()))
                    .ok();

            node.bean(SeedImport.class).run(EDITOR);

            assertThat(node.as("editor")
                            .get("/role-guide/" + own.get("id").asString())
                            .ok()
                            .at("/edition/state")
                            .asString())
                    .isEqualTo("draft");
        }
    }

    private static Guides.Ref guide(Node node, String slug) {
        return node.as("editor").get("/role-guide?limit=100").ok().get("items").values().stream()
                .filter(guide -> guide.get("slug").asString().equals(slug))
                .map(guide -> new Guides.Ref(guide.get("id").asString(), slug))
                .findFirst()
                .orElseThrow();
    }

    /** The evidence holds only for the text in the seed file. */
    @Test
    void contentThatDiffersFromTheSeedIsNotPublished() throws Exception {
        try (var node = Node.start()) {
            var editor = node.as("editor");
            var words = Guides.content();
            words.put("summary", "Nobody has reviewed this.");
            var own = editor.post("/role-guide", Map.of("slug", "machine-learning-engineer", "content", words))
                    .ok();
            var same = editor.post(
                            "/role-guide", Map.of("slug", "information-security-analyst", "content", Guides.content()))
                    .ok();

            node.bean(SeedImport.class).run(EDITOR);

            for (var guide : List.of(own, same)) {
                assertThat(node.site()
                                .get("/role-guide/" + guide.get("slug").asString())
                                .status())
                        .isEqualTo(404);
                assertThat(editor.get("/role-guide/" + guide.get("id").asString())
                                .ok()
                                .at("/edition/state")
                                .asString())
                        .isEqualTo("draft");
            }
        }
    }

    @Test
    void anImportAfterUnpublishingPublishesNothing() throws Exception {
        try (var node = Node.start()) {
            node.bean(SeedImport.class).run(EDITOR);
            String slug = "information-security-analyst";
            String id = node.site().get("/role-guide/" + slug).ok().get("id").asString();
            node.as("publisher")
                    .post("/role-guide/" + id + "/unpublish", Map.of("reason", "It is wrong."))
                    .ok();

            node.bean(SeedImport.class).run(EDITOR);

            assertThat(node.site().get("/role-guide/" + slug).status()).isEqualTo(410);
        }
    }

    @Test
    void aGuideThatWasRenamedOrDeletedIsNotImportedAgain() throws Exception {
        try (var node = Node.start()) {
            node.bean(SeedImport.class).run(EDITOR);
            var all = node.as("editor")
                    .get("/role-guide?sort=title")
                    .ok()
                    .get("items")
                    .values();
            for (var guide : all) {
                String path = "/role-guide/" + guide.get("id").asString();
                switch (guide.get("slug").asString()) {
                    case "data-scientist" ->
                        assertThat(node.as("editor").delete(path).status()).isEqualTo(204);
                    default ->
                        node.as("publisher")
                                .post(
                                        path + "/slug",
                                        Map.of("slug", guide.get("slug").asString() + "-2"))
                                .ok();
                }
            }

            node.bean(SeedImport.class).run(EDITOR);

            assertThat(node.as("editor").get("/role-guide?limit=100").ok().get("items"))
                    .hasSize(all.size() - 1);
        }
    }

    private static List<String> states(JsonNode page) {
        return page.get("items").values().stream()
                .map(guide -> guide.get("slug").asString() + " "
                        + guide.at("/edition/state").asString())
                .toList();
    }

    @Test
    void everyFactOfTheSeedIsInTheGuide() {
        String guide = Guides.content().toString();

        assertThat(guide)
                .contains(
                        "recommendation engines".substring(1),
                        "fraud detection",
                        "content moderation",
                        "demand forecasting",
                        "Python",
                        "Linear algebra, probability and optimization",
                        "PyTorch, TensorFlow and scikit-learn",
                        "Infrastructure as code",
                        "AWS Certified Machine Learning Engineer - Associate",
                        "Microsoft Certified: Azure AI Engineer Associate",
                        "TensorFlow Developer Certificate",
                        "Google Cloud",
                        "95000",
                        "130000",
                        "175000",
                        "230000",
                        "2025",
                        "$749",
                        "Trainerbot",
                        "Data Scientist",
                        "feature stores",
                        "two percent",
                        "master's degree",
                        "PyTorch on AWS",
                        "practice exams",
                        "labs");
    }
}
