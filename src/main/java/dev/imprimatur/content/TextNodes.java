// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.List;
import java.util.Set;
import org.commonmark.ext.gfm.strikethrough.Strikethrough;
import org.commonmark.ext.task.list.items.TaskListItemMarker;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.text.CoreTextContentNodeRenderer;
import org.commonmark.renderer.text.TextContentNodeRendererContext;
import org.commonmark.renderer.text.TextContentWriter;

/**
 * Renders to plain text what the library omits: checkboxes of task lists, strikethrough, footnotes and their numbers. The address of a link
 * is omitted if the words of the link are the address already, or if the link leads to a place in the same text. A picture of the library is
 * its alternative text.
 */
final class TextNodes implements NodeRenderer {
    private final TextContentNodeRendererContext context;
    private final TextContentWriter text;
    private final CoreTextContentNodeRenderer links;

    TextNodes(TextContentNodeRendererContext context) {
        this.context = context;
        this.text = context.getWriter();
        this.links = new CoreTextContentNodeRenderer(context);
    }

    @Override
    public Set<Class<? extends Node>> getNodeTypes() {
        return Set.of(
                Link.class,
                Image.class,
                TaskListItemMarker.class,
                Strikethrough.class,
                Footnotes.Reference.class,
                Footnotes.Section.class,
                Footnotes.Note.class,
                Footnotes.Back.class);
    }

    @Override
    public void render(Node node) {
        switch (node) {
            case Link it -> {
                if (isTold(it)) children(it);
                else links.visit(it);
            }
            case Image it -> {
                if (AssetIds.inAddress(it.getDestination()).isEmpty()) links.visit(it);
                else children(it);
            }
            case TaskListItemMarker it -> text.write(it.isChecked() ? "[x] " : "[ ] ");
            case Strikethrough it -> {
                text.write("~~");
                children(it);
                text.write("~~");
            }
            case Footnotes.Reference it -> text.write("[" + it.number() + "]");
            case Footnotes.Section it -> children(it);
            case Footnotes.Note it -> {
                String number = "[" + it.number() + "] ";
                text.write(number);
                text.pushPrefix(" ".repeat(number.length()));
                children(it);
                text.block();
                text.popPrefix();
            }
            // plain text needs no link from a footnote back to its reference
            case Footnotes.Back it -> {}
            default -> throw new IllegalArgumentException(node.toString());
        }
    }

    private static boolean isTold(Link link) {
        String address = link.getDestination();
        return address.startsWith("#")
                || link.getTitle() == null
                        && link.getFirstChild() instanceof Text words
                        && words.getNext() == null
                        && List.of(words.getLiteral(), "mailto:" + words.getLiteral(), "http://" + words.getLiteral())
                                .contains(address);
    }

    private void children(Node parent) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) context.render(child);
    }
}
