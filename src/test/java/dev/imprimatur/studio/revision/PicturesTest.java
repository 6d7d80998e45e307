// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.Markdown;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A draft that is shown in the studio loads nothing from other servers. */
class PicturesTest {
    private static final Markdown.Place PLACE = new Markdown.Place(2, "md-introduction");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://tracker.example/a.png",
                "HTTPS://tracker.example/a.png",
                "http://tracker.example/a.png",
                "//tracker.example/a.png",
                "https://tracker.example/a.png?a=\"&b=>"
            })
    void aPictureFromElsewhereIsNamed(String address) {
        String shown = Pictures.named("before ![A > \"chart\"](<" + address + "> \"title\") after", PLACE);

        assertThat(shown).doesNotContain("<img", "src=").contains("before", "after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/\\tracker.example/a.png", "\\\\\\\\tracker.example/a.png"})
    void aBackslashLeadsToNoOtherServer(String address) {
        assertThat(Pictures.named("![A chart](<" + address + ">)", PLACE))
                .containsPattern("src=\"/?(%5C)+tracker.example");
    }

    @Test
    void aPictureOfThisServerIsShown() {
        assertThat(Pictures.named("![A chart](/media/abc/chart.png)", PLACE))
                .contains("<img")
                .contains("/media/abc/chart.png");
    }

    @Test
    void noPageOfTheStudioMayLoadOne() {
        var node = Node.shared();
        var guide = node.guides().drafted();
        var editor = node.as("editor");
        var content = Guides.content();
        content.put("introduction", "Look: ![A chart](https://tracker.example/chart.png)");
        editor.put(
                        guide.path() + "/draft",
                        content,
                        "If-Match",
                        editor.get(guide.path() + "/draft").header("ETag"))
                .ok();
        editor.post(guide.path() + "/submit", Map.of()).ok();
        var reviewer = Visitor.signedIn(node, "reviewer");

        var page = reviewer.get("/studio/guides/" + guide.id() + "/review");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy"))
                .contains("img-src 'self' data:")
                .doesNotContain("https:");
        assertThat(page.body())
                .doesNotContain("src=\"https://tracker")
                .contains("from another server, not loaded here");
    }
}
