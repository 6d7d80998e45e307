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
 * Moves the footnotes of a text to its end, numbered in the order in which the text refers to them. Each leads back to the first
 * reference only, so that a reference to a footnote is short however many there are.
 */
final class Footnotes {
    /** A number in the text that stands for a footnote. */
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

        /** Whether the footnote leads back here. */
        boolean isFirst() {
            return isFirst;
        }
    }

    /** All footnotes of a text. */
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

    /** The way from a footnote back to the text. */
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
    /** In the order of their numbers. */
    private final List<FootnoteDefinition> referred = new ArrayList<>();

    private final Map<FootnoteDefinition, Integer> numbers = new HashMap<>();

    private Footnotes() {}

    /** Moves the footnotes of a document; returns those to which nothing refers, which are taken out of it. */
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
        // a footnote may refer to further ones
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

    /** Puts numbers in the place of references. */
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
            // the description of a picture is no place for a link
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
