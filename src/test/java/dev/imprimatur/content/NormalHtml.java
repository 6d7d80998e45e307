// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Comment;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;

/**
 * Normalizes HTML so that equivalent documents have equal texts: sorted attributes, no comments, and only the white space that a
 * browser shows.
 */
final class NormalHtml {
    private NormalHtml() {}

    static String of(String html) {
        return written(Jsoup.parseBodyFragment(html).body());
    }

    static String withoutIdsOfHeadings(String html) {
        var body = Jsoup.parseBodyFragment(html).body();
        body.select("h1, h2, h3, h4, h5, h6").removeAttr("id");
        return written(body);
    }

    static List<Element> headings(String html) {
        return Jsoup.parseBodyFragment(html).select("h1, h2, h3, h4, h5, h6");
    }

    static Element body(String html) {
        return Jsoup.parseBodyFragment(html).body();
    }

    private static String written(Element body) {
        var pieces = new ArrayList<String>();
        write(body, false, pieces);
        return String.join("", pieces)
                .replaceAll(
                        "\\s*(</?(?:p|h[1-6]|ul|ol|li|blockquote|pre|hr|table|thead|tbody|tr|t[hd]|section|div)\\b[^>]*>)\\s*",
                        "$1")
                .replaceAll("(<br>)\\s+", "$1")
                .strip();
    }

    private static void write(Node node, boolean isCode, List<String> pieces) {
        switch (node) {
            case TextNode text ->
                pieces.add(escaped(
                        isCode
                                ? text.getWholeText().replace("\n", "␤").replace(" ", "␠")
                                : text.getWholeText().replaceAll("[ \\n\\r\\t]+", " ")));
            case Comment comment -> {}
            case Element element -> {
                boolean isBody = element.normalName().equals("body");
                var attributes = new TreeMap<String, String>();
                for (Attribute it : element.attributes())
                    attributes.put(it.getKey(), it.getKey().matches("checked|disabled") ? "" : it.getValue());
                var tag = new StringBuilder("<" + element.normalName());
                attributes.forEach((name, value) -> tag.append(' ')
                        .append(name)
                        .append("='")
                        .append(escaped(value))
                        .append('\''));
                if (!isBody) pieces.add(tag + ">");
                boolean isPre = isCode || element.normalName().equals("pre");
                element.childNodes().forEach(child -> write(child, isPre, pieces));
                if (!isBody && !element.tag().isSelfClosing() && !element.tag().isEmpty())
                    pieces.add("</" + element.normalName() + ">");
            }
            default -> {}
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}
