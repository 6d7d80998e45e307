// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.commonmark.testutil.TestResources;
import org.commonmark.testutil.example.Example;
import org.commonmark.testutil.example.ExampleReader;
import org.junit.jupiter.api.Test;

/**
 * The rich text of the studio, with all examples of CommonMark and GFM: what nobody touches keeps its bytes, and a block that is written
 * anew means to the server what it meant before.
 */
class RichTextConformanceTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(1, "/text");

    /** Reads each text as the editor does, and writes it untouched, and with all blocks that the editor can show written anew. */
    private static final String THROUGH_THE_EDITOR = """
            async texts => {
              const editor = document.querySelector('script[src*="md-editor"]').src;
              const {read, compose} = await import(new URL('./markdown-document.js', editor).href);
              return texts.map(text => {
                const reading = read(text);
                return {
                  untouched: compose(reading.doc, reading),
                  anew: compose(reading.doc, {...reading, origins: [], origin: new Map()}),
                  shown: Array.from({length: reading.doc.childCount}, (_, at) => reading.doc.child(at).type.name)
                    .filter(it => it !== 'source').length,
                };
              });
            }""";

    @Test
    @SuppressWarnings("unchecked")
    void everyExampleKeepsItsBytesAndItsMeaning() {
        var node = Node.shared();
        var texts = Stream.of(TestResources.getSpec(), TestResources.getGfmSpec())
                .flatMap(spec -> ExampleReader.readExamples(spec).stream())
                .map(Example::getSource)
                .toList();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + node.guides().drafted().id() + "/edit");
            MarkdownField.on(page, "/introduction").text().waitFor();

            var results = (List<Map<String, Object>>) page.evaluate(THROUGH_THE_EDITOR, texts);

            assertThat(results).hasSameSizeAs(texts).hasSizeGreaterThan(1300);
            int shown = 0;
            for (int i = 0; i < texts.size(); i++) {
                var result = results.get(i);
                shown += ((Number) result.get("shown")).intValue();
                assertThat(result.get("untouched")).isEqualTo(texts.get(i));
            }
            assertThat(shown).as("blocks that the editor shows").isGreaterThan(1400);
            var changed = new ArrayList<String>();
            for (int i = 0; i < texts.size(); i++) {
                String anew = (String) results.get(i).get("anew");
                String before = NormalHtml.of(Markdown.toHtml(texts.get(i), PLACE));
                String after = NormalHtml.of(Markdown.toHtml(anew, PLACE));
                if (!after.equals(before))
                    changed.add("\n" + texts.get(i) + "\n⇒\n" + anew + "\n" + before + "\n⇒\n" + after + "\n");
            }
            assertThat(changed).isEmpty();
            browser.assertNoComplaints();
        }
    }
}
