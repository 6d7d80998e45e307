package dev.imprimatur.content;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A field that {@code q} looks in: its schema says {@code x-searchable}, with {@code true} or with a number that weighs what is
 * found here against what is found elsewhere; {@code true} weighs 1.
 *
 * @param path names of members from the document down; through a list, every item is meant
 */
public record SearchField(List<String> path, double weight, boolean isMarkdown) {
    /** The path with dots, as it is told beside what was found. */
    public String name() {
        return String.join(".", path);
    }

    /** The words of a document here, Markdown as plain text; empty if it has none. */
    public String text(JsonNode content) {
        return String.join(
                "\n",
                values(content, path)
                        .map(it -> isMarkdown ? Markdown.toText(it) : it)
                        .toList());
    }

    private static Stream<String> values(JsonNode at, List<String> path) {
        if (at.isArray()) return at.values().stream().flatMap(item -> values(item, path));
        return path.isEmpty()
                ? at.asStringOpt().stream()
                : values(at.path(path.getFirst()), path.subList(1, path.size()));
    }

    static Stream<SearchField> of(Shape shape, List<String> path) {
        var own = shape.searchWeight().stream()
                .mapToObj(weight -> new SearchField(
                        path, weight, shape.isMarkdown() || shape.items().isMarkdown()));
        var below = switch (shape.type()) {
            case "object" ->
                shape.properties().stream()
                        .flatMap(name -> of(
                                shape.property(name),
                                Stream.concat(path.stream(), Stream.of(name)).toList()));
            case "array" -> of(shape.items(), path);
            default -> Stream.<SearchField>empty();
        };
        return Stream.concat(own, below);
    }
}
