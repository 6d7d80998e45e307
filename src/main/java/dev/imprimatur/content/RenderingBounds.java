// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.regex.Pattern;
import org.commonmark.node.Node;
import org.commonmark.parser.InlineParser;
import org.commonmark.parser.Parser;

/**
 * Limits the size and the nesting depth of the rendering of one text. A few bytes of Markdown can produce a large output: a table pads its
 * short rows, and a link definition is repeated wherever it is used. Each level of nesting takes space on the stack.
 */
final class RenderingBounds {
    /** The maximum size of the output, as a multiple of the length of the text. Dense tables, which are legitimate, take a factor of 15. */
    static final int FACTOR = 16;
    /** The size of the output that even the shortest text may have. */
    static final int FLOOR = 1_000;

    /** The maximum depth of nested emphasis, links and images. */
    private static final int DEEPEST = 100;
    /** The minimum size of the output for a paragraph, a heading or a cell. */
    private static final int SHORTEST_BLOCK = 8;
    /** The maximum number of characters that may be scanned for the ends of tags, per character of the text. */
    private static final int LOOKS = 32;

    private static final int LOOKS_FLOOR = 1_000_000;

    /** A run of asterisks or underscores that would nest emphasis too deeply; alone on a line, such a run is a thematic break. */
    private static final Pattern ROW = Pattern.compile("(?m)(?:\\*{400}|_{400})[*_]*+(?!\\s*$)");

    private final long most;
    private long blocks;

    RenderingBounds(String text) {
        most = FLOOR + (long) FACTOR * text.length();
    }

    /** Signals that a text exceeds the bounds; holds no stack trace. */
    static final class Exceeded extends RuntimeException {
        Exceeded() {
            super("a text grows out of proportion", null, false, false);
        }
    }

    void mustHold(long length) {
        if (length > most) throw new Exceeded();
    }

    /** The output of the renderer. */
    Appendable appendable() {
        return new Bounded();
    }

    /**
     * Refuses a text that the parser would take quadratic time for: from every {@code <} on, the parser looks for the end of the tag, up to
     * the end of the paragraph if there is none.
     */
    private static void mustBeLinear(String text) {
        long looks = 0;
        int end = text.length();
        int close = end;
        boolean blank = true;
        for (int at = text.length() - 1; at >= 0; at--) {
            char it = text.charAt(at);
            if (it == '\n' || it == '\r') {
                if (blank) close = end = at;
                blank = true;
            } else if (it != ' ' && it != '\t' && it != '>') blank = false;
            if (it == '>') close = at;
            if (it == '<') {
                boolean toItsOwnEnd = at + 1 < text.length() && "!?".indexOf(text.charAt(at + 1)) >= 0;
                looks += (toItsOwnEnd ? end : Math.min(close, end)) - at;
            }
        }
        if (looks > LOOKS_FLOOR + (long) LOOKS * text.length()) throw new Exceeded();
    }

    /** Refuses deeply nested brackets, since the parser reads their content again for each enclosing pair. */
    private static void mustBeShallow(String text) {
        if (ROW.matcher(text).find()) throw new Exceeded();
        var heights = new ArrayDeque<Integer>();
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '[') heights.push(0);
            if (text.charAt(at) != ']' || heights.isEmpty()) continue;
            int height = heights.pop() + 1;
            if (height > DEEPEST) throw new Exceeded();
            if (!heights.isEmpty()) heights.push(Math.max(heights.pop(), height));
        }
    }

    /** Parses the text; refuses a text whose nesting overflows the stack. */
    Node parsed(Parser parser, String text) {
        mustBeLinear(text);
        mustBeShallow(text);
        try {
            return parser.parse(text);
        } catch (StackOverflowError tooDeep) {
            throw new Exceeded();
        }
    }

    /** Wraps the inline parser to count the blocks with inline text, including the cells that pad a row, and to measure the nesting. */
    InlineParser counting(InlineParser parser) {
        return (lines, node) -> {
            mustHold(++blocks * SHORTEST_BLOCK);
            parser.parse(lines, node);
            mustBeShallow(node);
        };
    }

    private static void mustBeShallow(Node block) {
        int depth = 0;
        Node at = block;
        while (true) {
            if (at.getFirstChild() != null) {
                at = at.getFirstChild();
                if (++depth > DEEPEST) throw new Exceeded();
                continue;
            }
            while (depth > 0 && at.getNext() == null) {
                at = at.getParent();
                depth--;
            }
            if (depth == 0) return;
            at = at.getNext();
        }
    }

    private final class Bounded implements Appendable {
        private final StringBuilder text = new StringBuilder();

        @Override
        public Appendable append(CharSequence more) throws IOException {
            return append(more, 0, more.length());
        }

        @Override
        public Appendable append(CharSequence more, int start, int end) {
            mustHold((long) text.length() + end - start);
            text.append(more, start, end);
            return this;
        }

        @Override
        public Appendable append(char more) {
            mustHold(text.length() + 1L);
            text.append(more);
            return this;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
