// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.commonmark.ext.footnotes.FootnoteDefinition;
import org.commonmark.ext.footnotes.FootnoteReference;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.DefinitionMap;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.Text;

/**
 * Moves the footnotes of a text to its end and numbers them in the order of their first references. Each footnote links back to its first
 * reference only, so that the output for each further reference stays short.
 */
final class Footnotes {
    /** A reference to a footnote, shown as a number in the text. */
    static final class Reference extends CustomNode {
        private final int number;
        private final boolean isFirst;

        private Reference(int number, boolean isFirst) {
            this.number = number;
            this.isFirst = isFirst;
        }

        int number() {
            return number;
        }

        /** Whether this is the first reference, to which the footnote links back. */
        boolean isFirst() {
            return isFirst;
        }
    }

    /** The section with all footnotes of a text. */
    static final class Section extends CustomBlock {}

    /** A footnote. */
    static final class Note extends CustomBlock {
        private final int number;

        private Note(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** The link from a footnote back to the text. */
    static final class Back extends CustomNode {
        private final int number;

        private Back(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    private final DefinitionMap<FootnoteDefinition> definitions = new DefinitionMap<>(FootnoteDefinition.class);
    /** The footnotes with a reference, in the order of their numbers. */
    private final List<FootnoteDefinition> referred = new ArrayList<>();

    private final Map<FootnoteDefinition, Integer> numbers = new HashMap<>();

    private Footnotes() {}

    /** Moves the footnotes of a document to its end. Removes footnotes without a reference, and returns them. */
    static List<FootnoteDefinition> gather(Node document) {
        return new Footnotes().moved(document);
    }

    private List<FootnoteDefinition> moved(Node document) {
        var all = new ArrayList<FootnoteDefinition>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(CustomBlock block) {
                if (block instanceof FootnoteDefinition definition) all.add(definition);
                visitChildren(block);
            }
        });
        for (var definition : all) {
            definition.unlink();
            definitions.putIfAbsent(definition.getLabel(), definition);
        }
        document.accept(new Numbering());
        // a footnote may refer to further footnotes
        for (int at = 0; at < referred.size(); at++) referred.get(at).accept(new Numbering());
        if (!referred.isEmpty()) document.appendChild(section());
        return all.stream()
                .filter(definition -> !numbers.containsKey(definition))
                .toList();
    }

    private Section section() {
        var section = new Section();
        for (var definition : referred) {
            var note = new Note(numberOf(definition));
            for (Node child = definition.getFirstChild(); child != null; child = definition.getFirstChild())
                note.appendChild(child);
            if (!(note.getLastChild() instanceof Paragraph)) note.appendChild(new Paragraph());
            if (note.getLastChild() instanceof Paragraph last) last.appendChild(new Back(note.number()));
            section.appendChild(note);
        }
        return section;
    }

    private int numberOf(FootnoteDefinition definition) {
        return numbers.computeIfAbsent(definition, unnumbered -> {
            referred.add(unnumbered);
            return referred.size();
        });
    }

    /** Replaces references by numbers. */
    private final class Numbering extends AbstractVisitor {
        private int pictures;

        @Override
        public void visit(Image image) {
            pictures++;
            visitChildren(image);
            pictures--;
        }

        @Override
        public void visit(CustomNode node) {
            visitChildren(node);
            if (!(node instanceof FootnoteReference reference)) return;
            var definition = definitions.get(reference.getLabel());
            // the alternative text of a picture cannot hold a link
            boolean isText = definition == null || pictures > 0;
            node.insertAfter(isText ? new Text("[^" + reference.getLabel() + "]") : numbered(definition));
            node.unlink();
        }

        private Reference numbered(FootnoteDefinition definition) {
            boolean isFirst = !numbers.containsKey(definition);
            return new Reference(numberOf(definition), isFirst);
        }
    }
}
