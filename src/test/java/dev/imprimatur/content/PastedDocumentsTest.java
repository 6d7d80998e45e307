// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;

/** The documents of this project, pasted into the rich text as web pages: what is then written means what the page showed. */
class PastedDocumentsTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(1, "/text");

    private static final String PASTED = """
            async pages => {
              const editor = document.querySelector('script[src*="md-editor"]').src;
              const {RichText} = await import(new URL('./rich-text.js', editor).href);
              const text = document.createElement('textarea'), place = document.createElement('div');
              document.body.append(text, place);
              const rich = new RichText(text, place, {tell() {}, changed() {}, labelledBy: ''});
              return pages.map(page => {
                text.value = '';
                rich.refresh();
                rich.view.pasteHTML(page);
                rich.flush();
                return text.value;
              });
            }""";

    @Test
    @SuppressWarnings("unchecked")
    void everyDocumentOfThisProjectCanBePasted() throws IOException {
        var documents = documents();
        var pages = new ArrayList<String>();
        for (var document : documents) pages.add(Markdown.toHtml(Files.readString(document), PLACE));
        assertThat(pages).hasSizeGreaterThan(60);
        var node = Node.shared();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + node.guides().drafted().id() + "/edit");
            MarkdownField.on(page, "/introduction").text().waitFor();

            var written = (List<String>) page.evaluate(PASTED, pages);

            for (int i = 0; i < pages.size(); i++)
                assertThat(shown(Markdown.toHtml(written.get(i), PLACE)))
                        .as("%s", documents.get(i))
                        .isEqualTo(shown(pages.get(i)));
            browser.assertNoComplaints();
        }
    }

    private static List<Path> documents() throws IOException {
        try (var docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(
                            docs, Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("SECURITY.md")))
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** What a paste keeps: no links within the project, no pictures, no language of code, no distances between the items of lists. */
    private static String shown(String html) {
        var body = Jsoup.parseBodyFragment(html).body();
        body.select("a:not([href^=http]):not([href^=mailto])").unwrap();
        body.select("img").remove();
        body.select("p:empty").remove();
        body.select("li > p").unwrap();
        body.select("code").removeAttr("class");
        return NormalHtml.withoutIdsOfHeadings(body.html());
    }
}
