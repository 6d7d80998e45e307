// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The content of WordPress is HTML with comments for its blocks, or, from before there were blocks, with empty lines between paragraphs. */
final class WordPressText {
    private static final Pattern BLOCK_COMMENT = Pattern.compile("<!--\\s*/?wp:.*?-->", Pattern.DOTALL);
    /** A shortcode with attributes, such as {@code [gallery ids="1,2"]}; a word in brackets without them may be text. */
    private static final Pattern SHORTCODE =
            Pattern.compile("\\[(\\w[\\w-]*)(?:\\s+[\\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\\s\"'\\]]+))+\\s*/?\\]");

    private static final Pattern EMPTY_LINE = Pattern.compile("\\R\\s*\\R");
    private static final Pattern BLOCK = Pattern.compile(
            "(?i)^<(?:p|h[1-6]|ul|ol|li|table|blockquote|pre|div|figure|hr|section|dl|form|iframe|script|style)[\\s>/]");

    private WordPressText() {}

    /** An element that the report names takes the place of each shortcode; what is between its two ends stays. */
    private static String withoutShortcodes(String content) {
        String text = content;
        for (String name : SHORTCODE
                .matcher(content)
                .results()
                .map(it -> it.group(1))
                .distinct()
                .toList()) text = text.replace("[/" + name + "]", "");
        return SHORTCODE.matcher(text).replaceAll("<embed>");
    }

    /** The content as HTML. */
    static String html(String content) {
        boolean hasBlocks = BLOCK_COMMENT.matcher(content).find();
        String text = withoutShortcodes(BLOCK_COMMENT.matcher(content).replaceAll(""));
        if (hasBlocks || text.contains("<p>") || text.contains("<p ") || text.contains("<pre")) return text.strip();
        return Arrays.stream(EMPTY_LINE.split(text.strip()))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(part -> BLOCK.matcher(part).find() ? part : "<p>" + part.replaceAll("\\R", "<br>") + "</p>")
                .collect(Collectors.joining("\n"));
    }
}
