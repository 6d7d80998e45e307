// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.nodes.Entities;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Rich text of Contentful (a document of nodes with {@code nodeType}) and of Strapi (a list of blocks with {@code type}), as HTML. What
 * neither Markdown nor this class knows, such as an embedded entry, becomes an element {@code embed}, so that the report names it.
 */
final class RichText {
    private static final Map<String, String> ELEMENTS = Map.ofEntries(
            Map.entry("paragraph", "p"),
            Map.entry("heading-1", "h1"),
            Map.entry("heading-2", "h2"),
            Map.entry("heading-3", "h3"),
            Map.entry("heading-4", "h4"),
            Map.entry("heading-5", "h5"),
            Map.entry("heading-6", "h6"),
            Map.entry("unordered-list", "ul"),
            Map.entry("ordered-list", "ol"),
            Map.entry("list-item", "li"),
            Map.entry("blockquote", "blockquote"),
            Map.entry("quote", "blockquote"),
            Map.entry("table", "table"),
            Map.entry("table-row", "tr"),
            Map.entry("table-header-cell", "th"),
            Map.entry("table-cell", "td"));
    private static final Map<String, String> MARKS =
            Map.of("bold", "strong", "italic", "em", "code", "code", "strikethrough", "del");

    private RichText() {}

    /** The value, with rich text as HTML; any other value as it is. */
    static JsonNode plain(JsonNode value) {
        if (value.path("nodeType").asString("").equals("document"))
            return StringNode.valueOf(children(value, "content"));
        boolean isBlocks = value.isArray()
                && !value.isEmpty()
                && value.values().stream()
                        .allMatch(it -> it.path("type").isString()
                                && it.path("children").isArray());
        return isBlocks
                ? StringNode.valueOf(
                        value.values().stream().map(RichText::block).collect(Collectors.joining()))
                : value;
    }

    private static String children(JsonNode node, String member) {
        return node.path(member).values().stream()
                .map(child -> member.equals("content") ? node(child) : block(child))
                .collect(Collectors.joining());
    }

    private static String node(JsonNode node) {
        String type = node.path("nodeType").asString("");
        return switch (type) {
            case "text" ->
                marked(
                        Entities.escape(node.path("value").asString("")),
                        node.path("marks").values().stream()
                                .map(mark -> mark.path("type").asString(""))
                                .toList());
            case "hr" -> "<hr>";
            case "hyperlink" -> link(node.at("/data/uri").asString(""), children(node, "content"));
            case "entry-hyperlink", "asset-hyperlink" -> "<embed>" + children(node, "content");
            default -> ELEMENTS.containsKey(type) ? element(ELEMENTS.get(type), children(node, "content")) : "<embed>";
        };
    }

    private static String block(JsonNode block) {
        String type = block.path("type").asString("");
        String inside = children(block, "children");
        return switch (type) {
            case "text" ->
                marked(
                        Entities.escape(block.path("text").asString("")),
                        MARKS.keySet().stream()
                                .filter(mark -> block.path(mark).asBoolean(false))
                                .sorted()
                                .toList());
            case "heading" -> element("h" + Math.clamp(block.path("level").asInt(2), 1, 6), inside);
            case "list" -> element(block.path("format").asString("").equals("ordered") ? "ol" : "ul", inside);
            case "link" -> link(block.path("url").asString(""), inside);
            case "code" -> "<pre><code>" + inside + "</code></pre>";
            default -> ELEMENTS.containsKey(type) ? element(ELEMENTS.get(type), inside) : "<embed>";
        };
    }

    private static String marked(String text, Iterable<String> marks) {
        String marked = text;
        for (String mark : marks) if (MARKS.containsKey(mark)) marked = element(MARKS.get(mark), marked);
        return marked;
    }

    private static String link(String address, String inside) {
        return "<a href=\"" + Entities.escape(address) + "\">" + inside + "</a>";
    }

    private static String element(String name, String inside) {
        return "<" + name + ">" + inside + "</" + name + ">";
    }
}
