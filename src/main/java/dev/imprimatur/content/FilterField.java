package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import java.util.List;
import java.util.Optional;
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
