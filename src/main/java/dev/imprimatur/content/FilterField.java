// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A field that sites can filter, sort and count by: its schema says {@code x-filterable}, with {@code true} or with the name
 * of the query parameter; without one, the parameter is the path with dots.
 *
 * @param name of the query parameter
 * @param path names of members from the document down
 * @param type {@code string}, {@code date}, {@code integer}, {@code number} or {@code boolean}
 * @param isList whether one guide can have several values
 */
public record FilterField(String name, List<String> path, String type, boolean isList) {
    /** Query parameters of every list, which no filter can be called like. */
    public static final Set<String> RESERVED = Set.of(
            "q",
            "locale",
            "format",
            "fields",
            "sort",
            "limit",
            "cursor",
            "facets",
            "filter",
            "asOf",
            "slug",
            "reviewedAfter",
            "reviewedBefore",
            "reviewDueBefore",
            "updatedAfter");

    /** How often a list may be asked for values of one field. */
    public static final int MOST_VALUES = 50;

    /** What a parameter ends with that asks for values from, or up to, its own. */
    public static final String MIN = ".min";

    public static final String MAX = ".max";

    /** The values of a document, as text; none if it has none, or what is there is no number where the type wants one. */
    public List<String> values(JsonNode content) {
        JsonNode at = content;
        for (String step : path) at = at.path(step);
        var found = at.isArray() ? at.values().stream() : Stream.of(at);
        return found.filter(isNumber() ? JsonNode::isNumber : JsonNode::isValueNode)
                .map(FilterField::text)
                .toList();
    }

    /** What means the same is the same text. */
    private static String text(JsonNode value) {
        return value.isNumber() ? CanonicalJson.text(value) : CleanText.normal(value.asString());
    }

    /** Whether values have an order that a range can be asked for. */
    public boolean isRanged() {
        return !type.equals("boolean");
    }

    /** What two parameters are called, or one and something that every list has; empty if all have names of their own. */
    static List<String> faults(List<FilterField> fields) {
        var names = new HashSet<>(RESERVED);
        return fields.stream()
                .flatMap(field -> field.isRanged()
                        ? Stream.of(field.name(), field.name() + MIN, field.name() + MAX)
                        : Stream.of(field.name()))
                .filter(name -> !names.add(name))
                .map(name -> "two query parameters of lists are called " + name
                        + "; give the field another name with x-filterable")
                .toList();
    }

    private boolean isNumber() {
        return type.equals("integer") || type.equals("number");
    }

    static Stream<FilterField> of(Shape shape, List<String> path) {
        if (shape.type().equals("object"))
            return shape.properties().stream()
                    .flatMap(name -> of(
                            shape.property(name),
                            Stream.concat(path.stream(), Stream.of(name)).toList()));
        Optional<String> name = shape.filterName(String.join(".", path));
        boolean list = shape.type().equals("array");
        var value = list ? shape.items() : shape;
        return name.stream()
                .map(it -> new FilterField(
                        it, path, value.text("format").filter("date"::equals).orElse(value.type()), list));
    }
}
