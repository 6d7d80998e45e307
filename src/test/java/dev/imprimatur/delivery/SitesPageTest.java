// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ShellBlocks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the requests that docs/sites.md shows. */
class SitesPageTest {
    @Test
    void everyRequestOfThePageIsAnswered(@TempDir Path folder) throws Exception {
        var seeds = Files.createDirectories(folder.resolve("seeds/role-guides"));
        for (String guide : List.of("machine-learning-engineer.yaml", "information-security-analyst.yaml"))
            Files.copy(Path.of("seed-content/role-guides", guide), seeds.resolve(guide));
        try (var node = Node.start(
                "imprimatur.import-seed-content",
                "true",
                "imprimatur.seed-content",
                "file:" + seeds.getParent() + "/")) {
            String output = ShellBlocks.run(
                    ShellBlocks.in("docs/sites.md", "sh"),
                    Map.of(
                            "API",
                            node.delivery(),
                            "SERVER",
                            node.url(),
                            "KEY",
                            tokenOf(node.site()),
                            "ADMIN",
                            tokenOf(node.as("admin")),
                            "EDITOR",
                            tokenOf(node.as("editor"))),
                    folder);

            assertThat(output)
                    .contains(
                            "\"slug\":\"machine-learning-engineer\"",
                            "\"facets\":{\"tag\":[",
                            "\"position\":2",
                            "read up to 2",
                            "<mark>",
                            "\"Occupation\"",
                            "<feed",
                            "<urlset",
                            "id:2",
                            "\"guide\":{\"id\"",
                            "whsec_",
                            "\"preview\":{\"expiresAt\"");
            assertThat(folder.resolve("guide.json.zst")).isNotEmptyFile();
        }
    }

    private static String tokenOf(Http caller) {
        return caller.authorization().replace("Bearer ", "");
    }
}
