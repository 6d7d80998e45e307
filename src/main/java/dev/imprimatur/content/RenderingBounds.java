// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.regex.Pattern;
import org.commonmark.node.Node;
import org.commonmark.parser.InlineParser;
import org.commonmark.parser.Parser;

/**
 * How much rendering one text may take: so many times its length, and so deep. A few bytes can stand for much more than themselves (a
 * table pads its short rows, a link definition is told wherever it is used), and each level of nesting takes a part of the stack.
 */
final class RenderingBounds {
    /** Dense tables, the plainest text that grows, take 15 times their length in HTML. */
    static final int FACTOR = 16;
    /** What a text may be rendered to however short it is. */
    static final int FLOOR = 1_000;

    /** Emphasis, links and images within each other. */
    private static final int DEEPEST = 100;
    /** The least that a paragraph, a heading or a cell is rendered to. */
    private static final int SHORTEST_BLOCK = 8;
    /** Characters looked at in search of the end of a tag, for each character of the text, and however short it is. */
    private static final int LOOKS = 32;

    private static final int LOOKS_FLOOR = 1_000_000;

    /** Asterisks or underscores in such a row that each pair is emphasis within the next; alone on a line they are a rule. */
    private static final Pattern ROW = Pattern.compile("(?m)(?:\\*{400}|_{400})[*_]*+(?!\\s*$)");

    private final long most;
    private long blocks;

    RenderingBounds(String text) {
        most = FLOOR + (long) FACTOR * text.length();
    }

    /** Says that a text is not rendered; holds no stack trace. */
    static final class Exceeded extends RuntimeException {
        Exceeded() {
            super("a text grows out of proportion", null, false, false);
        }
    }

    void mustHold(long length) {
        if (length > most) throw new Exceeded();
    }

    /** Where it is rendered to. */
    Appendable appendable() {
        return new Bounded();
    }

    /**
     * Refuses a text that the parser would read again and again: it looks for the end of a tag from every {@code <} on, to the
     * end of the paragraph if there is none.
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

    /** Refuses brackets within brackets, which the parser reads again for each around them. */
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

    /** Parses, unless that takes more than a thread has of its stack. */
    Node parsed(Parser parser, String text) {
        mustBeLinear(text);
        mustBeShallow(text);
        try {
            return parser.parse(text);
        } catch (StackOverflowError tooDeep) {
            throw new Exceeded();
        }
    }

    /** Counts what has text of its own, cells that pad a row too, and measures how deep it is. */
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
