// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fills fields that a content lacks with the {@code default} of their schema. Only required fields are filled: an optional field may be
 * empty on purpose.
 */
final class Defaults {
    private Defaults() {}

    /** Returns a copy of the content with the defaults; the content itself if no default applies. */
    static JsonNode fill(Shape shape, JsonNode content) {
        if (!content.isContainer()) return content;
        var filled = content.deepCopy();
        fillInto(shape, filled);
        return filled.equals(content) ? content : filled;
    }

    /** The faults of the defaults in a schema: each must be a valid value of its field. */
    static List<Fault> faults(JsonNode schema) {
        var faults = new ArrayList<Fault>();
        faults(schema, schema, "", faults);
        return faults;
    }

    private static void faults(JsonNode root, JsonNode schema, String pointer, List<Fault> faults) {
        if (!schema.isObject()) return;
        if (schema.has("default"))
            ContentType.faults(root, schema, schema.get("default"))
                    .forEach(fault ->
                            faults.add(new Fault(pointer + "/default", "is not a valid value of its field: " + fault)));
        for (String container : List.of("properties", "$defs"))
            schema.path(container)
                    .properties()
                    .forEach(entry -> faults(
                            root, entry.getValue(), Pointers.join(pointer + "/" + container, entry.getKey()), faults));
        faults(root, schema.path("items"), pointer + "/items", faults);
    }

    private static void fillInto(Shape shape, JsonNode value) {
        if (value instanceof ObjectNode object) {
            for (String name : shape.properties()) {
                var field = shape.property(name);
                if (!object.has(name) && shape.requires(name))
                    field.defaultValue().ifPresent(it -> object.set(name, it.deepCopy()));
                fillInto(field, object.path(name));
            }
        } else if (value.isArray()) value.values().forEach(item -> fillInto(shape.items(), item));
    }
}
