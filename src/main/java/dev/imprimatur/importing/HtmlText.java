// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.footnotes.FootnotesExtension;
import org.commonmark.ext.gfm.strikethrough.StrikethroughExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.task.list.items.TaskListItemsExtension;
import org.commonmark.node.Document;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.markdown.MarkdownRenderer;
import org.commonmark.renderer.text.TextContentRenderer;
import org.jsoup.Jsoup;

/**
 * A text that is HTML, as Markdown that says the same. Each block is read again after it was written. A block that would not say the same
 * loses its emphasis, and if that does not help, everything but its words.
 *
 * @param leftOut the elements that Markdown has nothing for, each with its number; empty if there are none
 */
record HtmlText(String markdown, Map<String, Integer> leftOut) {
    private static final String NOT_TEXT =
            "script, style, noscript, template, iframe, object, embed, video, audio, canvas, svg, math, form, input, button, select, textarea, map, link, meta";

    private static final int DEEPEST = 200;

    private static final List<Extension> EXTENSIONS = List.of(
            TablesExtension.create(),
            StrikethroughExtension.builder().requireTwoTildes(true).build());
    /** What Markdown is read with here; more than what is written, so that a bracket that would be a footnote is noticed. */
    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(
                    TablesExtension.create(),
                    StrikethroughExtension.builder().requireTwoTildes(false).build(),
                    FootnotesExtension.create(),
                    TaskListItemsExtension.create()))
            .build();

    private static final MarkdownRenderer MARKDOWN =
            MarkdownRenderer.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer HTML = HtmlRenderer.builder()
            .extensions(List.of(
                    TablesExtension.create(),
                    StrikethroughExtension.create(),
                    FootnotesExtension.create(),
                    TaskListItemsExtension.create(),
                    AutolinkExtension.create()))
            .build();
    private static final TextContentRenderer WORDS =
            TextContentRenderer.builder().extensions(EXTENSIONS).build();

    /** @throws IllegalArgumentException if elements are nested so deeply that no text can be meant */
    static HtmlText of(String html) {
        var document = Jsoup.parseBodyFragment(html);
        document.traverse((node, depth) -> {
            if (depth > DEEPEST)
                throw new IllegalArgumentException("its HTML is nested more than " + DEEPEST + " elements deep");
        });
        var leftOut = new TreeMap<String, Integer>();
        for (var element : document.select(NOT_TEXT)) {
            leftOut.merge(element.normalName(), 1, Integer::sum);
            element.remove();
        }
        var blocks = new HtmlBlocks(leftOut).of(document.body());
        var written = new ArrayList<String>();
        for (var block = blocks.getFirstChild(); block != null; block = blocks.getFirstChild())
            written.add(written(block));
        return new HtmlText(String.join("\n\n", written), leftOut);
    }

    /** The block as Markdown; takes it out of its document. */
    private static String written(Node block) {
        var alone = new Document();
        alone.appendChild(block);
        String markdown = MARKDOWN.render(alone).strip();
        if (isSame(markdown, alone)) return markdown;
        HtmlBlocks.withoutEmphasis(alone);
        markdown = MARKDOWN.render(alone).strip();
        return isSame(markdown, alone) ? markdown : escaped(WORDS.render(alone));
    }

    private static boolean isSame(String markdown, Node document) {
        return HTML.render(PARSER.parse(markdown)).equals(HTML.render(document));
    }

    /** The words as one paragraph, in which no sign means anything. */
    private static String escaped(String words) {
        return words.strip().replaceAll("\\s+", " ").replaceAll("(?=[!-/:-@\\[-`{-~])", "\\\\");
    }

    /** What is left out, such as {@code iframe, 2 script}. */
    static String words(Map<String, Integer> leftOut) {
        return leftOut.entrySet().stream()
                .map(it -> it.getValue() == 1 ? it.getKey() : it.getValue() + " " + it.getKey())
                .collect(Collectors.joining(", "));
    }
}
