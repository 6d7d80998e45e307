package dev.imprimatur.content;

import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Content as it is delivered: every Markdown field in the format asked for, all else untouched. */
public final class Rendering {
    private Rendering() {}

    public static JsonNode render(ContentType type, JsonNode content, Format format) {
        return switch (format) {
            case MARKDOWN -> content;
            case HTML -> render(type.shape(), content, Markdown::toHtml);
            case TEXT -> render(type.shape(), content, Markdown::toText);
        };
    }

    private static JsonNode render(Shape shape, JsonNode value, UnaryOperator<String> markdown) {
        if (value.isString() && shape.isMarkdown()) return StringNode.valueOf(markdown.apply(value.stringValue()));
        if (value.isObject()) {
            ObjectNode rendered = JsonNodeFactory.instance.objectNode();
            value.properties()
                    .forEach(entry -> rendered.set(
                            entry.getKey(), render(shape.property(entry.getKey()), entry.getValue(), markdown)));
            return rendered;
        }
        if (value.isArray()) {
            ArrayNode rendered = JsonNodeFactory.instance.arrayNode();
            value.values().forEach(item -> rendered.add(render(shape.items(), item, markdown)));
            return rendered;
        }
        return value;
    }
}
