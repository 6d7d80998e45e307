// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The review page lists the figures that no source backs. */
class MissingSourcesTest {
    private final Node node = Node.shared();

    private Guides.Ref submitted(String slug, String... backs) {
        var content = Guides.content();
        var places = content.putArray("sources")
                .addObject()
                .put("title", "Salary survey")
                .put("publisher", "A bureau")
                .put("url", "https://www.example.com/survey")
                .put("accessed", "2026-11-29")
                .putArray("backs");
        for (String place : backs) places.add(place);
        String unique = slug + "-" + System.nanoTime();
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", unique, "content", content))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), unique);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private String review(Guides.Ref guide, String view) {
        return Visitor.signedIn(node, "reviewer")
                .get("/studio/guides/" + guide.id() + "/review?view=" + view)
                .body();
    }

    @Test
    void aFigureWithoutASourceIsNamedWithALinkToItsField() {
        var guide = submitted("half", "/compensation/bands/0", "/compensation/bands/1", "/compensation/dataYear");

        assertThat(review(guide, "both"))
                .contains(
                        "3 figures have no source",
                        "href=\"#row-compensation\"",
                        "id=\"row-compensation\"",
                        "Compensation › Salary bands › Senior-Level › High")
                .doesNotContain("Salary bands › Mid-Level › High</a>");
        assertThat(review(guide, "reader")).contains("view=both&amp;against=", "#row-compensation\"");
    }

    @Test
    void nothingIsListedIfSourcesBackAllFigures() {
        assertThat(review(submitted("whole", "/compensation"), "both"))
                .doesNotContain("no source")
                .contains("https://www.example.com/survey");
    }

    @Test
    void sourcesAreDelivered() {
        var guide = submitted("read", "/compensation");
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        for (String format : new String[] {"html", "markdown", "text"})
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?format=" + format)
                            .ok()
                            .at("/content/sources/0/backs/0")
                            .asString())
                    .isEqualTo("/compensation");
    }
}
