// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

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
            assertThat(states(node.as("editor").get("/role-guide?sort=title").ok()))
                    .containsExactlyInAnyOrder(
                            "data-scientist draft",
                            "information-security-analyst published",
                            "machine-learning-engineer in-review");
        }
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
