// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.LedgerFeed;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Many guides are imported together, and each is right. */
@Tag("long")
@Tag("store")
class ImportBatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Person EDITOR = new Person("editor", "The editor", null, Set.of("EDITOR"));
    /** Both content in full and a batch that is not full. */
    private static final int MANY = SeedImport.BATCH + 20;

    @TempDir
    private Path seeds;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(seeds.resolve("role-guides"));
    }

    private void write(String slug, ObjectNode content) {
        try {
            Files.writeString(
                    folder.resolve(slug + ".yaml"),
                    new JsonMapper()
                            .writeValueAsString(Map.of(
                                    "sources",
                                    List.of("a test"),
                                    "content",
                                    content,
                                    "review",
                                    Map.of(
                                            "reviewedBy",
                                            List.of(Map.of("name", "Somebody")),
                                            "lastReviewed",
                                            LocalDate.now(ZoneOffset.UTC).toString()))));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void write(int from, int to) {
        IntStream.range(from, to).forEach(number -> write("guide-%03d".formatted(number), Guides.content()));
    }

    private Node node() {
        return Node.start("imprimatur.seed-content", seeds.toUri().toString());
    }

    private static void run(Node node) {
        try {
            node.bean(SeedImport.class).run(EDITOR);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<String> published(Node node) {
        return LedgerFeed.of(node.site()).stream()
                .filter(entry -> entry.get("kind").asString().equals("publish"))
                .map(entry -> entry.get("slug").asString())
                .toList();
    }

    private static void assertThatNothingIsWrong(Node node) {
        var report = node.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        assertThat(report.unfinished()).isEmpty();
    }

    private static long processes(Node node) {
        return node.bean(RuntimeService.class).createProcessInstanceQuery().count();
    }

    @Test
    void aBatchOfWhichSomeExistIsCompleted() {
        write(0, 7);
        try (var node = node()) {
            run(node);
            var first = LedgerFeed.of(node.site());
            write(3, MANY);

            run(node);

            var all = LedgerFeed.of(node.site());
            assertThat(all.subList(0, first.size())).isEqualTo(first);
            assertThat(published(node)).hasSize(MANY).doesNotHaveDuplicates();
            assertThat(node.site().get("/role-guide/guide-009").ok().get("content"))
                    .isEqualTo(Guides.content());
            assertThatNothingIsWrong(node);
            run(node);
            assertThat(LedgerFeed.of(node.site())).isEqualTo(all);
        }
    }

    @Test
    void anInvalidSeedIsNamedAndTheGuidesBeforeItAreKept() {
        write(0, 3);
        var wrong = Guides.content();
        wrong.put("summary", 3);
        write("guide-003", wrong);
        var incomplete = Guides.content();
        incomplete.remove("byline");
        try (var node = node()) {
            assertThatThrownBy(() -> run(node))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("guide-003.yaml")
                    .hasMessageContaining("/content/summary");
            assertThat(published(node)).containsExactlyInAnyOrder("guide-000", "guide-001", "guide-002");
            assertThatNothingIsWrong(node);

            write("guide-003", incomplete);
            assertThatThrownBy(() -> run(node))
                    .hasMessageContaining("guide-003.yaml")
                    .hasMessageContaining("/content/byline");

            write("guide-003", Guides.content());
            run(node);
            assertThat(published(node)).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "submit: Read it., review: {reviewedBy: [{name: A}], lastReviewed: 2026-01-01} | only a draft can be submitted",
                "next: {patch: {summary: Another.}} | only a published guide has a next edition"
            })
    void aSeedWhoseStateContradictsItselfIsRefused(String state, String message) throws IOException {
        Files.writeString(
                folder.resolve("wrong.yaml"), "---\n{sources: [a test], content: {title: A guide}, " + state + "}\n");
        try (var node = node()) {
            assertThatThrownBy(() -> run(node))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wrong.yaml")
                    .hasMessageContaining(message);
        }
    }

    @Test
    void aTranslationIsLinkedWhateverTheOrderOfTheFiles() throws IOException {
        write(0, 1);
        String draft = "locale: de-de\ntranslationOf: %s\nsources: [a test]\ncontent: {title: Titel}\n";
        Files.writeString(folder.resolve("a-translation.yaml"), draft.formatted("guide-000"));
        try (var node = node()) {
            run(node);
            run(node);

            var german = node.as("editor").get("/role-guide?q=titel").ok().at("/items/0");
            assertThat(german.at("/translation/translatedFrom/revision").asInt())
                    .isEqualTo(1);
            node.as("editor")
                    .delete("/role-guide/" + german.at("/translation/source").asString() + "/translations/"
                            + german.get("id").asString())
                    .ok();
            run(node);
            assertThat(node.as("editor")
                            .get("/role-guide?q=titel")
                            .ok()
                            .at("/items/0")
                            .has("translation"))
                    .isFalse();
            assertThatNothingIsWrong(node);

            Files.writeString(folder.resolve("z-translation.yaml"), draft.formatted("nowhere"));
            assertThatThrownBy(() -> run(node))
                    .hasMessageContaining("z-translation.yaml")
                    .hasMessageContaining("line 2")
                    .hasMessageContaining("/translationOf")
                    .hasMessageContaining("nowhere");
        }
    }

    /** YAML may begin like JSON. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{sources: [a test], content: {title: Flow, role: Flow}} # flow |",
                "{\"content\": {\"title\": 5 | line 1, column",
                "content: [unclosed | line",
                "{\"sources\": [\"a test\"], \"content\": {\"title\": 5}} | /content/title"
            })
    void aFileIsReadAsYamlOrItsFaultHasAPlace(String text, String fault) throws IOException {
        Files.writeString(folder.resolve("flow.yaml"), text);
        try (var node = node()) {
            if (fault == null) {
                run(node);
                assertThat(node.as("editor").get("/role-guide?q=flow").ok().get("items"))
                        .hasSize(1);
            } else
                assertThatThrownBy(() -> run(node))
                        .hasMessageContaining("flow.yaml")
                        .hasMessageContaining(fault)
                        .hasMessageNotContaining("REDACTED");
        }
    }

    @Test
    void anEditionAtRestHasAProcessOnceItsReviewIsRequested() {
        write(0, 3);
        try (var node = Node.start(
                "imprimatur.seed-content", seeds.toUri().toString(), "imprimatur.review.reconcile-every", "1s")) {
            run(node);
            assertThat(processes(node)).isZero();
            assertThatNothingIsWrong(node);
            var guide = new Guides.Ref(
                    node.site().get("/role-guide/guide-001").ok().get("id").asString(), "guide-001");
            var progress = node.as("editor").get(guide.path() + "/process").ok();
            assertThat(progress.get("active").toString()).contains("review-comes-due");

            node.clock().forward(Duration.ofDays(175));

            await().atMost(PATIENCE)
                    .until(() -> node.guides().find("reviewer", guide).isPresent());
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", guide), "confirm")
                    .ok();
            assertThat(node.site()
                            .get("/role-guide/guide-001")
                            .ok()
                            .at("/review/reviewedBy/0/name")
                            .asString())
                    .isEqualTo("The reviewer");

            node.restartWithoutEngineDatabase();

            node.as("editor").post(guide.path() + "/editions", Map.of()).ok();
            assertThat(node.guides().state(guide).at("/edition/number").asInt()).isEqualTo(2);
            await().atMost(PATIENCE).untilAsserted(() -> assertThatNothingIsWrong(node));
        }
    }

    @Test
    void aGuideAtRestCanBeRevisedAndUnpublished() {
        write(0, 2);
        try (var node = node()) {
            run(node);
            var revised = new Guides.Ref(
                    node.site().get("/role-guide/guide-000").ok().get("id").asString(), "guide-000");
            node.guides().nextEditionSubmitted(revised, "The next edition.");
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", revised), "approve")
                    .ok();
            var withdrawn =
                    node.site().get("/role-guide/guide-001").ok().get("id").asString();
            node.as("publisher")
                    .post("/role-guide/" + withdrawn + "/unpublish", Map.of("reason", "It is wrong."))
                    .ok();

            assertThat(node.guides().read(revised).ok().at("/content/summary").asString())
                    .isEqualTo("The next edition.");
            assertThat(node.site().get("/role-guide/guide-001").status()).isEqualTo(410);
            assertThatNothingIsWrong(node);
        }
    }

    @Test
    void aCrashAtEachStepOfABatchLosesAndDoublesNothing() {
        try (var stores = new ProxiedStores();
                var mortal = Node.start(stores.settings(
                        "imprimatur.seed-content", seeds.toUri().toString(), "logging.level.dev.imprimatur", "off"));
                var other = mortal.beside()) {
            var expected = new TreeSet<String>();
            int guides = 0;
            for (int after = 0; ; after++) {
                for (int i = 0; i < 3; i++) expected.add("guide-%03d".formatted(guides++));
                write(guides - 3, guides);
                var death = SimulatedCrash.after(after);
                death.runUntilCrash(() -> run(mortal));

                run(other);

                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(published(other))
                                .doesNotHaveDuplicates()
                                .containsExactlyInAnyOrderElementsOf(expected));
                if (!death.happened()) break;
            }
            var report = other.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            assertThat(guides).as("crash points").isGreaterThan(3 * 8);
        }
    }

    @Test
    void twoNodesImportTheSameFilesAtOnce() throws Exception {
        write(0, MANY);
        try (var stores = new ProxiedStores();
                var one = Node.start(stores.settings(
                        "imprimatur.seed-content",
                        seeds.toUri().toString(),
                        // a node may begin to follow the log of a guide while the other one imports it
                        "imprimatur.review.reconcile-every",
                        "1s",
                        "logging.level.dev.imprimatur",
                        "off"));
                var other = one.beside()) {
            var both =
                    List.of(CompletableFuture.runAsync(() -> run(one)), CompletableFuture.runAsync(() -> run(other)));
            for (var importing : both) importing.get();

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(published(other)).hasSize(MANY).doesNotHaveDuplicates());
            await().atMost(PATIENCE).untilAsserted(() -> assertThatNothingIsWrong(other));
        }
    }
}
