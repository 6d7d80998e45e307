// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.content.Markdown;
import dev.imprimatur.testing.UnitTest;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Entities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are HTML become Markdown that says the same. */
@UnitTest
class HtmlTextTest {
    private static String html(String markdown) {
        return Markdown.toHtml(markdown, new Markdown.Place(1, "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<h2>Heading</h2><p>Some <strong>bold</strong>, <em>italic</em> and <code>code</code>.</p>",
                "<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul>",
                "<ol><li>one</li><li>two</li></ol><p>After.</p>",
                "<blockquote><p>Quoted</p></blockquote>",
                "<p><a href=\"https://example.org/a?b=1&amp;c=2\">link</a></p>",
                "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
                "<pre><code>a &lt; b\n  c *d*\n</code></pre>",
                "<p>one<br>two</p>"
            })
    void whatMarkdownHasStays(String html) {
        var structure = List.of(
                "h2", "strong", "em", "code", "ul", "ol", "li", "blockquote", "a", "table", "th", "td", "pre", "br");
        var before = Jsoup.parse(html);
        var after = Jsoup.parse(html(HtmlText.of(html).markdown()));
        assertThat(after.text()).isEqualTo(before.text());
        for (String element : structure)
            assertThat(after.select(element)).as(element).hasSameSizeAs(before.select(element));
        assertThat(after.select("a").eachAttr("href"))
                .isEqualTo(before.select("a").eachAttr("href"));
    }

    @Test
    void whatLooksLikeMarkdownIsText() {
        for (String text : List.of(
                "1. not a list",
                "# not a heading",
                "- no item",
                "+ no item",
                "2 * 3 * 4 = 24",
                "snake_case_name and __init__",
                "[no](link)",
                "a | b",
                "> no quote",
                "`no code`",
                "~~not struck~~",
                "100 % *sure*",
                "back\\slash \\* x",
                "!no image",
                "![no](image)",
                "<tag> & amp",
                "---",
                "=== x",
                "C:\\new\\_dir",
                "http://example.org/a_b_c",
                "[^1] no note",
                "- [ ] no task",
                "&amp; as typed")) {
            String html = "<p>" + Entities.escape(text) + "</p>";
            var after = Jsoup.parse(html(HtmlText.of(html).markdown()));
            assertThat(after.text())
                    .as(text + " → " + HtmlText.of(html).markdown())
                    .isEqualTo(Jsoup.parse(html).text());
            assertThat(after.select("h1, h2, ol, ul, em, strong, code, blockquote, del, img, hr, input, table"))
                    .as(text)
                    .isEmpty();
        }
    }

    @Test
    void randomTextsSayTheSame() {
        var random = new Random(7);
        var pieces = List.of(
                "word", "*", "_", "1.", "#", "-", "+", ">", "`", "~", "[", "]", "(", ")", "!", "|", "\\", "<", "&", ":",
                "=", " ", " ", " ", "é", "שלום", "工", "a_b", "**", "2)");
        for (int i = 0; i < 4000; i++) {
            String text = IntStream.range(0, 1 + random.nextInt(9))
                    .mapToObj(it -> pieces.get(random.nextInt(pieces.size())))
                    .collect(Collectors.joining());
            String html = "<p>x</p><p>" + Entities.escape(text) + "</p>";
            assertThat(Jsoup.parse(html(HtmlText.of(html).markdown())).text())
                    .as("“%s” became “%s”", text, HtmlText.of(html).markdown())
                    .isEqualTo(Jsoup.parse(html).text());
        }
    }

    @Test
    void whatIsNoTextIsLeftOutAndNamed() {
        var text = HtmlText.of(
                "<p>Before</p><script>alert(1)</script><iframe src=\"x\"></iframe><iframe></iframe><p onclick=\"x\">After</p>");
        assertThat(text.markdown()).isEqualTo("Before\n\nAfter");
        assertThat(HtmlText.words(text.leftOut())).isEqualTo("2 iframe, script");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<div>", "<blockquote>", "<b>", "<ul><li>", "<span>"})
    void whatIsNestedTooDeeplyIsRefused(String element) {
        assertThat(HtmlText.of(element.repeat(90) + "words").markdown()).contains("words");
        assertThatThrownBy(() -> HtmlText.of(element.repeat(5000) + "words"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its HTML is nested more than 200 elements deep");
    }
}
