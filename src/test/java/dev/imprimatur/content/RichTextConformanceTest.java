// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
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

    /** Removes, replaces or adds blocks of three examples each, as somebody does who moves them about, and returns what then reads differently. */
    private static final String BLOCKS_MOVED = """
            async texts => {
              const editor = document.querySelector('script[src*="md-editor"]').src;
              const {read, compose, schema} = await import(new URL('./markdown-document.js', editor).href);
              let seed = 7;
              const any = list => {
                seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
                return list[((seed ^ (seed >>> 13)) >>> 0) % list.length];
              };
              const blocks = doc => Array.from({length: doc.childCount}, (_, at) => doc.child(at));
              const isSource = node => node.type.name === 'source';
              const seen = doc => blocks(doc).filter(it => it.content.size || it.type.name !== 'paragraph')
                .map(it => isSource(it) ? it.type.name : it.type.name + ':' + it.textContent.replace(/\\s+/g, ' ').trim()).join('|');
              const pool = texts.flatMap(text => blocks(read(text).doc))
                .filter(it => !isSource(it) && it.content.size && !/footnote|"link"/.test(JSON.stringify(it)));
              let tried = 0;
              const wrong = [];
              for (let i = 0; i < 5000; i++) {
                const reading = read([1, 2, 3].map(() => any(texts).trimEnd()).join('\\n\\n'));
                const list = blocks(reading.doc), at = any([...list.keys()]);
                if (list.some(isSource) || Object.keys(reading.context.references).length) continue;
                if (i % 3 === 0) list.splice(at, 0, any(pool));
                else if (i % 3 === 1 && list.length > 1) list.splice(at, 1);
                else list[at] = any(pool);
                tried++;
                const doc = schema.node('doc', null, list), text = compose(doc, reading), again = read(text).doc;
                if (seen(doc) !== seen(again)) wrong.push(`${text}\\n⇒\\n${seen(doc)}\\n${seen(again)}`);
              }
              return {tried, wrong};
            }""";

    @Test
    @SuppressWarnings("unchecked")
    void everyExampleKeepsItsBytesAndItsMeaning() {
        var node = Node.shared();
        var texts = examples();
        try (var browser = Browser.open(node)) {
            var page = editPage(browser, node);

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

    @Test
    @SuppressWarnings("unchecked")
    void blocksThatMoveKeepTheirMeaning() {
        var node = Node.shared();
        try (var browser = Browser.open(node)) {
            var result = (Map<String, Object>) editPage(browser, node).evaluate(BLOCKS_MOVED, examples());

            assertThat((List<String>) result.get("wrong")).isEmpty();
            assertThat((Integer) result.get("tried")).isGreaterThan(1000);
        }
    }

    private static List<String> examples() {
        return Stream.of(TestResources.getSpec(), TestResources.getGfmSpec())
                .flatMap(spec -> ExampleReader.readExamples(spec).stream())
                .map(Example::getSource)
                .toList();
    }

    private static Page editPage(Browser browser, Node node) {
        var page = browser.signedIn("editor");
        page.navigate("/studio/guides/" + node.guides().drafted().id() + "/edit");
        MarkdownField.on(page, "/introduction").text().waitFor();
        return page;
    }
}
