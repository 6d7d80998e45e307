// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schemas for the content of a type, as components of the OpenAPI description. Each object in the content is a component of its own, so
 * that generated clients have a class for it. The schemas fit drafts and delivered content, so no field is required: a draft may lack
 * fields, and so may content that a site selects with {@code fields}.
 */
final class ContentSchemas {
    /** Names the fields that every submission and so every published guide has; type generators for sites read this keyword. */
    private static final String REQUIRED = "x-required";

    private static final Set<String> NOT_OF_A_COMPONENT = Set.of("$schema", "$id", "$defs", "examples");
    /** Rules that hold for Markdown as written, but not for its HTML, which may be longer. */
    private static final Set<String> RULES_FOR_TEXT = Set.of("maxLength", "pattern");

    private static final Set<String> SCHEMAS =
            Set.of("items", "additionalProperties", "contains", "not", "if", "then", "else");
    private static final Set<String> LISTS_OF_SCHEMAS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");

    private final String name;
    private final JsonNode root;
    private final Map<String, JsonNode> components = new LinkedHashMap<>();

    ContentSchemas(String name, ContentType type) {
        this.name = name;
        this.root = type.draftSchema();
        component(root, name);
        if (components.get(name) instanceof ObjectNode content) {
            content.put("description", description(type));
            type.example().ifPresent(example -> content.putArray("examples").add(example));
        }
    }

    private static String description(ContentType type) {
        var required = type.fields().stream().filter(type.shape()::requires).toList();
        String description = type.schema().path("description").asString(type.title());
        return required.isEmpty()
                ? description
                : description + ". To be submitted it needs " + String.join(", ", required);
    }

    Map<String, JsonNode> components() {
        return components;
    }

    private JsonNode component(JsonNode schema, String as) {
        if (!components.containsKey(as)) {
            // reserves the name before the nested schemas are visited, since they may refer to it
            components.put(as, JsonNodeFactory.instance.missingNode());
            components.put(as, keywords(schema, as));
        }
        return JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + as);
    }

    private JsonNode place(JsonNode schema, String as) {
        String ref = schema.path("$ref").asString("");
        if (ref.equals("#")) return component(root, name);
        if (ref.startsWith("#"))
            return component(
                    root.at(ref.substring(1)), name + DescribedType.pascalCase(ref.substring(ref.lastIndexOf('/'))));
        return schema.has("properties") ? component(schema, as) : keywords(schema, as);
    }

    private JsonNode keywords(JsonNode schema, String as) {
        if (!schema.isObject()) return schema;
        var kept = JsonNodeFactory.instance.objectNode();
        boolean isMarkdown = schema.has("contentMediaType");
        schema.properties().forEach(keyword -> {
            String word = keyword.getKey();
            var value = keyword.getValue();
            if (word.startsWith("x-") && !word.equals(REQUIRED)
                    || NOT_OF_A_COMPONENT.contains(word)
                    || isMarkdown && RULES_FOR_TEXT.contains(word)) return;
            if (word.equals("properties")) {
                var properties = kept.putObject(word);
                value.properties()
                        .forEach(property -> properties.set(
                                property.getKey(),
                                place(property.getValue(), as + DescribedType.pascalCase(property.getKey()))));
            } else if (SCHEMAS.contains(word)) {
                kept.set(word, place(value, as + (word.equals("items") ? "Item" : DescribedType.pascalCase(word))));
            } else if (LISTS_OF_SCHEMAS.contains(word)) {
                var list = kept.putArray(word);
                for (int i = 0; i < value.size(); i++)
                    list.add(place(value.get(i), as + DescribedType.pascalCase(word) + (i + 1)));
            } else {
                kept.set(word, value);
            }
        });
        if (schema.has("x-reference")) addResolved(kept);
        return kept;
    }

    /** Adds what a delivered reference has besides the id: what is published of the guide, and the fields that a request includes. */
    private static void addResolved(ObjectNode reference) {
        reference.remove("additionalProperties");
        var properties = reference.withObject("/properties");
        for (String member : List.of("type", "slug", "locale", "title"))
            properties
                    .putObject(member)
                    .put("type", "string")
                    .put("readOnly", true)
                    .put("description", "Of the guide, as it is published");
        properties
                .putObject("live")
                .put("type", "boolean")
                .put("readOnly", true)
                .put("description", "Whether the guide is published and the key may read its type");
    }
}
