// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how long the pages take with many guides. It prints figures and has no limits, which a busy machine would break. Run it
 * with {@code mvn test -Dtest=PageTimes -Dtest.jvm.args=-Dmeasure.pages=2000}.
 */
@EnabledIfSystemProperty(named = "measure.pages", matches = "[0-9]+")
class PageTimes {
    private static final int WARM_UP = 40;
    private static final int ROUNDS = 61;

    @TempDir
    private Path seeds;

    private void write(int guides) throws IOException {
        var folder = Files.createDirectories(seeds.resolve("role-guides"));
        for (int i = 0; i < guides; i++) {
            var content = Guides.content().put("title", "Generated Specialist " + i);
            // JSON is valid YAML
            Files.writeString(
                    folder.resolve("guide-" + i + ".yaml"),
                    Http.JSON.writeValueAsString(Map.of(
                            "sources", List.of("generated"),
                            "content", content,
                            "review",
                                    Map.of(
                                            "reviewedBy",
                                            List.of(Map.of("name", "Generated")),
                                            "lastReviewed",
                                            "2026-10-01"))));
        }
    }

    @Test
    void theMedianOfEachPage() throws IOException {
        int guides = Integer.getInteger("measure.pages");
        write(guides);
        try (var node = Node.start(
                "imprimatur.import-seed-content", "true", "imprimatur.seed-content", "file:" + seeds + "/")) {
            var draft = node.guides().drafted().id();
            var changed = node.guides()
                    .nextEditionSubmitted(node.guides().published(), "Another.")
                    .id();
            var pages = new LinkedHashMap<String, String>();
            for (String path : List.of(
                    "/studio",
                    "/studio/guides",
                    "/studio/guides?q=specialist&state=live",
                    "/studio/guides/" + draft + "/edit",
                    "/studio/guides/" + changed + "/review",
                    "/studio/guides/" + changed + "/history",
                    "/studio/account")) pages.put(path, "both");
            pages.put("/studio/guides/" + draft + "/edit?write=yes", "both");
            pages.put("/studio/guides/" + changed + "/edit", "publisher");
            for (String path : List.of(
                    "/studio/workflows",
                    "/studio/accounts",
                    "/studio/accounts/editor",
                    "/studio/audit",
                    "/studio/nothing")) pages.put(path, "admin");
            System.out.printf("%d guides, median and p90 of %d, ms%n", guides, ROUNDS);
            pages.forEach((path, who) -> {
                var visitor = Visitor.signedIn(node, who);
                var times = IntStream.range(0, WARM_UP + ROUNDS)
                        .mapToLong(i -> {
                            long begun = System.nanoTime();
                            var answer = visitor.get(path);
                            long took = System.nanoTime() - begun;
                            assertThat(answer.status()).as(path).isIn(200, 404);
                            return took;
                        })
                        .skip(WARM_UP)
                        .sorted()
                        .toArray();
                System.out.printf("%8.1f %8.1f  %s%n", times[ROUNDS / 2] / 1e6, times[ROUNDS * 9 / 10] / 1e6, path);
            });
        }
    }
}
