// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A field that sites can filter, sort and count by. Its schema has the keyword {@code x-filterable}, whose value is {@code true} or the
 * name of the query parameter; with {@code true}, the name is the dotted path.
 *
 * @param name the name of the query parameter
 * @param path the names of the members from the root of the document to the field
 * @param type {@code string}, {@code date}, {@code integer}, {@code number} or {@code boolean}
 * @param isList whether one guide can have several values
 */
public record FilterField(String name, List<String> path, String type, boolean isList) {
    /** The query parameters that every list has; no filter can have such a name. */
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

    /** The maximum number of values of one field in a query. */
    public static final int MOST_VALUES = 50;

    /** The suffixes of parameters that give a lower bound (this one) or an upper bound (below); both bounds are inclusive. */
    public static final String MIN = ".min";

    public static final String MAX = ".max";

    /** The values of a document as text; empty if it has none. Values of a number field that are not numbers are left out. */
    public List<String> values(JsonNode content) {
        JsonNode at = content;
        for (String step : path) at = at.path(step);
        var values = at.isArray() ? at.values().stream() : Stream.of(at);
        return values.filter(isNumber() ? JsonNode::isNumber : JsonNode::isValueNode)
                .map(FilterField::text)
                .toList();
    }

    /** Writes equal values as equal text. */
    private static String text(JsonNode value) {
        return value.isNumber() ? CanonicalJson.text(value) : CleanText.normal(value.asString());
    }

    /** Whether the values have an order, so that a query can ask for a range. */
    public boolean isRanged() {
        return !type.equals("boolean");
    }

    /** The names that two parameters share, or that a parameter shares with a reserved one; empty if all names are unique. */
    static List<Fault> faults(List<FilterField> fields) {
        var names = new HashSet<>(RESERVED);
        return fields.stream()
                .flatMap(field -> field.isRanged()
                        ? Stream.of(field.name(), field.name() + MIN, field.name() + MAX)
                        : Stream.of(field.name()))
                .filter(name -> !names.add(name))
                .map(name -> new Fault(
                        "",
                        "two query parameters of lists have the name " + name
                                + "; give the field another name with x-filterable"))
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
