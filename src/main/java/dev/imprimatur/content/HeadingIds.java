// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;

/**
 * Makes names for the headings of one text from their words, as GitHub does: in lower case, with hyphens for spaces, and without signs.
 * Letters of all scripts are kept. The name of the second heading with the same words ends in {@code -1}.
 */
final class HeadingIds {
    /** The maximum number of characters of a heading that its name uses. */
    private static final int LONGEST = 80;
    /** The name of a heading that has no letters or digits. */
    private static final String NAMELESS = "section";

    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> again = new HashMap<>();

    String of(Heading heading) {
        String name = name(words(heading));
        String free = name;
        while (!taken.add(free)) free = name + "-" + again.merge(name, 1, Integer::sum);
        return free;
    }

    boolean contains(String name) {
        return taken.contains(name);
    }

    /** The name of a heading, percent-decoded from the fragment of an address. */
    static String decoded(String fragment) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return fragment;
        }
    }

    private static String name(String words) {
        var name = new StringBuilder();
        Normalizer.normalize(words, Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT)
                .strip()
                .codePoints()
                .map(it -> Character.isWhitespace(it) || Character.isSpaceChar(it) ? '-' : it)
                .filter(HeadingIds::isKept)
                .limit(LONGEST)
                .forEach(name::appendCodePoint);
        return name.isEmpty() ? NAMELESS : name.toString();
    }

    private static boolean isKept(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> Character.isLetterOrDigit(codePoint) || codePoint == '-' || codePoint == '_';
        };
    }

    private static String words(Heading heading) {
        var words = new StringBuilder();
        heading.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                words.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                words.append(code.getLiteral());
            }

            @Override
            public void visit(SoftLineBreak line) {
                words.append(' ');
            }

            @Override
            public void visit(HardLineBreak line) {
                words.append(' ');
            }
        });
        return words.toString();
    }
}
