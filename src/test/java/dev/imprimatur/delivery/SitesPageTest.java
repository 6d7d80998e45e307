package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Walk;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The requests of docs/sites.md, as they stand there. */
class SitesPageTest {
    @Test
    void everyRequestOfThePageIsAnswered(@TempDir Path folder) throws Exception {
        try (var node = Node.start("imprimatur.import-seed-content", "true")) {
            String told = Walk.run(
                    Walk.blocks("docs/sites.md", "sh"),
                    Map.of(
                            "API",
                            node.delivery(),
                            "KEY",
                            node.site().authorization().replace("Bearer ", "")),
                    folder);

            assertThat(told)
                    .contains(
                            "\"slug\":\"machine-learning-engineer\"",
                            "\"facets\":{\"tag\":[",
                            "\"position\":2",
                            "<mark>",
                            "\"Occupation\"",
                            "<feed",
                            "<urlset");
        }
    }
}
