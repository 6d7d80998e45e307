// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.WorkedExample;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content type and the workflow that CONTRIBUTING.md prints work as printed. */
class ContributingTest {
    @Test
    void theContentTypeAndTheWorkflowLeadANoteFromADraftToASite(@TempDir Path folder) throws Exception {
        try (var node = Node.start(WorkedExample.settings(folder))) {
            var guides = node.guides();
            var note = WorkedExample.approved(node);
            assertThat(guides.read(note).status()).isEqualTo(404);
            guides.decide("admin", guides.task("admin", note), "cleared").ok();

            var list = node.site().get("/note?topic=news&format=html").ok();
            assertThat(list.at("/items/0/content/text").asString()).isEqualTo("<p>We are <em>open</em>.</p>");
            assertThat(list.at("/items/0/review/reviewedBy/0/name").asString()).isNotEmpty();
        }
    }
}
