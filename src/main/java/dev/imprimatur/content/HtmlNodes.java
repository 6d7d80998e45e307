// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.Map;
import java.util.Set;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/** Renders footnotes to HTML, similar to cmark-gfm, but with numbers in the ids. */
final class HtmlNodes implements NodeRenderer {
    private final HtmlNodeRendererContext context;
    private final HtmlWriter html;
    private final Markdown.Place place;

    HtmlNodes(HtmlNodeRendererContext context, Markdown.Place place) {
        this.context = context;
        this.html = context.getWriter();
        this.place = place;
    }

    @Override
    public Set<Class<? extends Node>> getNodeTypes() {
        return Set.of(Footnotes.Reference.class, Footnotes.Section.class, Footnotes.Note.class, Footnotes.Back.class);
    }

    @Override
    public void render(Node node) {
        switch (node) {
            case Footnotes.Reference it -> reference(it);
            case Footnotes.Section it -> {
                html.line();
                html.tag("section", Map.of("class", "footnotes", "role", "doc-endnotes"));
                html.tag("ol");
                html.line();
                children(it);
                html.tag("/ol");
                html.tag("/section");
                html.line();
            }
            case Footnotes.Note it -> {
                html.tag("li", Map.of("id", place.footnote(it.number())));
                children(it);
                html.tag("/li");
                html.line();
            }
            case Footnotes.Back it -> {
                if (it.getPrevious() != null) html.text(" ");
                html.tag("a", Map.of("href", "#" + place.reference(it.number()), "role", "doc-backlink"));
                html.text("↩");
                html.tag("/a");
            }
            default -> throw new IllegalArgumentException(node.toString());
        }
    }

    private void reference(Footnotes.Reference it) {
        String footnote = "#" + place.footnote(it.number());
        html.tag("sup");
        html.tag(
                "a",
                it.isFirst() ? Map.of("href", footnote, "id", place.reference(it.number())) : Map.of("href", footnote));
        html.text(String.valueOf(it.number()));
        html.tag("/a");
        html.tag("/sup");
    }

    private void children(Node parent) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) context.render(child);
    }
}
