// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks that the keywords {@code x-amount}, {@code x-one-of} and {@code x-first} of a schema name fields that exist. */
final class NamedFields {
    private final JsonNode root;
    private final List<Fault> faults = new ArrayList<>();

    /** An object schema, and the one around it. */
    private record Around(JsonNode object, @Nullable Around outer) {
        boolean hasAll(List<String> fields) {
            return fields.stream().allMatch(object.path("properties")::has) || outer != null && outer.hasAll(fields);
        }
    }

    private NamedFields(JsonNode root) {
        this.root = root;
    }

    static List<Fault> faults(JsonNode schema) {
        var rules = new NamedFields(schema);
        rules.walk(schema, "", null);
        return rules.faults;
    }

    /** @param around the innermost object around the place; null in a definition, whose surroundings are not known */
    private void walk(JsonNode schema, String pointer, @Nullable Around around) {
        if (!schema.isObject()) return;
        amount(schema, pointer, around);
        oneOf(schema, pointer);
        first(schema, pointer);
        var here = schema.has("properties") ? new Around(schema, around) : around;
        schema.path("properties")
                .properties()
                .forEach(it -> walk(it.getValue(), Pointers.join(pointer + "/properties", it.getKey()), here));
        schema.path("$defs")
                .properties()
                .forEach(it -> walk(it.getValue(), Pointers.join(pointer + "/$defs", it.getKey()), null));
        walk(schema.path("items"), pointer + "/items", here);
    }

    private void amount(JsonNode schema, String pointer, @Nullable Around around) {
        if (!schema.has("x-amount")) return;
        String at = pointer + "/x-amount";
        String type = schema.path("type").asString("");
        if (!type.equals("number") && !type.equals("integer"))
            faults.add(new Fault(at, "may be set on a number field only"));
        else if (!isListOfNames(schema.path("x-amount")))
            faults.add(new Fault(at, "must be a list of fields such as [\"currency\"], or [] if there is no unit"));
        else if (around != null && !around.hasAll(Shape.of(schema).unit()))
            faults.add(new Fault(at, "must name fields of one object around the amount"));
    }

    private void oneOf(JsonNode schema, String pointer) {
        if (!schema.has("x-one-of")) return;
        var fields = Shape.of(schema).oneOf();
        if (!isListOfNames(schema.path("x-one-of"))
                || fields.size() < 2
                || !fields.stream().allMatch(schema.path("properties")::has))
            faults.add(new Fault(pointer + "/x-one-of", "must be a list of at least two fields of this object"));
    }

    private void first(JsonNode schema, String pointer) {
        if (!schema.has("x-first")) return;
        var key = Shape.of(schema).key();
        String first = schema.path("x-first").asString("");
        boolean leads = first.startsWith("/")
                && Shape.of(root)
                        .at(List.of(first.substring(1).split("/", -1)))
                        .filter(object -> object.properties().containsAll(key))
                        .isPresent();
        if (key.isEmpty() || !leads)
            faults.add(new Fault(
                    pointer + "/x-first",
                    "must be the JSON Pointer of an object that has the fields of x-key, which this list needs"));
    }

    private static boolean isListOfNames(JsonNode names) {
        return names.isArray() && names.values().stream().allMatch(JsonNode::isString);
    }
}
