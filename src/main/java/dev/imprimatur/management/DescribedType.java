// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.FilterField;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A content type in the OpenAPI description: its names, the query parameters of its fields, and the schemas of its content. */
record DescribedType(ContentType type) {
    /** The placeholder for the content of a guide in an example. */
    private static final String CONTENT = "{content}";

    String name() {
        return type.name();
    }

    /** Replaces the placeholders in a text by the names of this type: the one in paths and the one of classes. */
    String named(String text) {
        return text.replace("{type}", type.name()).replace("{Type}", pascalCase(type.name()));
    }

    /** The name spelt as a class name, such as {@code RoleGuide} for {@code role-guide}. */
    static String pascalCase(String name) {
        return Arrays.stream(name.split("[^A-Za-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** The schemas of the content as components, by name. */
    Map<String, JsonNode> contentSchemas() {
        return new ContentSchemas(named("{Type}Content"), type).components();
    }

    /** A part of the contract about guides in general, rewritten for guides of this type. */
    JsonNode described(JsonNode node) {
        if (node.isString() && node.stringValue().equals(CONTENT))
            return type.example().orElseThrow();
        if (node.isString()) return JsonNodeFactory.instance.stringNode(named(node.stringValue()));
        var described = Trees.mapped(withoutUnknownExample(node), this::described);
        if (described.get("parameters") instanceof ArrayNode parameters) addFields(parameters);
        return described;
    }

    /** Removes an example of a guide if the type has no example of its content. */
    private JsonNode withoutUnknownExample(JsonNode node) {
        if (type.example().isPresent() || !node.path("examples").toString().contains(CONTENT)) return node;
        var without = (ObjectNode) node.deepCopy();
        without.remove("examples");
        return without;
    }

    /** Adds the query parameters for the filterable fields to an operation with {@code facets}, since it also filters and sorts by them. */
    private void addFields(ArrayNode parameters) {
        JsonNode facets = called(parameters, "facets");
        if (facets.isMissingNode()) return;
        var fields = type.filterFields();
        var keys = (ArrayNode) called(parameters, "sort").at("/schema/items/enum");
        fields.stream()
                .filter(field -> !field.isList())
                .forEach(field -> keys.add(field.name()).add("-" + field.name()));
        if (fields.isEmpty()) parameters.removeIf(facets::equals);
        var countable = ((ObjectNode) facets.at("/schema/items")).putArray("enum");
        fields.forEach(field -> {
            countable.add(field.name());
            var values = parameters
                    .addObject()
                    .put("name", field.name())
                    .put("in", "query")
                    .put("description", "Only guides with one of these values")
                    .putObject("schema")
                    .put("type", "array");
            values.set("items", schema(field));
            values.put("minItems", 1).put("maxItems", FilterField.MOST_VALUES);
            if (field.isRanged()) {
                addBound(parameters, field, FilterField.MIN, "this value or a greater one");
                addBound(parameters, field, FilterField.MAX, "this value or a smaller one");
            }
        });
    }

    private static void addBound(ArrayNode parameters, FilterField field, String suffix, String which) {
        parameters
                .addObject()
                .put("name", field.name() + suffix)
                .put("in", "query")
                .put("description", "Only guides with " + which)
                .set("schema", schema(field));
    }

    private static ObjectNode schema(FilterField field) {
        var schema = JsonNodeFactory.instance.objectNode();
        return field.type().equals("date")
                ? schema.put("type", "string").put("format", "date")
                : schema.put("type", field.type());
    }

    private static JsonNode called(ArrayNode parameters, String name) {
        return parameters.values().stream()
                .filter(it -> it.path("name").asString("").equals(name))
                .findFirst()
                .orElseGet(JsonNodeFactory.instance::missingNode);
    }
}
