// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Renders content for delivery: every Markdown field in the requested format, all other fields unchanged. */
public final class Rendering {
    private Rendering() {}

    /**
     * Renders content.
     *
     * @param pictures the pictures of the library, for HTML
     * @param addresses the addresses of guides by id, for HTML, in which a link to another guide becomes its words; null to keep links to
     *     guides as they are
     */
    public static JsonNode render(
            ContentType type,
            JsonNode content,
            Format format,
            AssetPictures pictures,
            @Nullable Map<String, String> addresses) {
        return switch (format) {
            case MARKDOWN -> content;
            case HTML ->
                render(
                        type.shape(),
                        content,
                        "",
                        (markdown, place) -> pictures.placedIn(
                                addresses == null
                                        ? Markdown.toHtml(markdown, place)
                                        : Markdown.toHtml(markdown, place, addresses)));
            case TEXT -> render(type.shape(), content, "", (markdown, place) -> Markdown.toText(markdown));
        };
    }

    private static JsonNode render(
            Shape shape, JsonNode value, String pointer, BiFunction<String, Markdown.Place, String> markdown) {
        if (value.isString() && shape.isMarkdown())
            return StringNode.valueOf(markdown.apply(value.stringValue(), shape.place(pointer)));
        if (value.isObject()) {
            ObjectNode rendered = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(entry -> {
                String name = entry.getKey();
                rendered.set(
                        name, render(shape.property(name), entry.getValue(), Pointers.join(pointer, name), markdown));
            });
            return rendered;
        }
        if (value.isArray()) {
            ArrayNode rendered = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < value.size(); i++)
                rendered.add(render(shape.items(), value.get(i), pointer + "/" + i, markdown));
            return rendered;
        }
        return value;
    }
}
