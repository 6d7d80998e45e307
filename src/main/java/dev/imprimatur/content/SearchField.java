// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A field that the search parameter {@code q} covers. Its schema has the keyword {@code x-searchable}, whose value is the weight of hits in
 * this field; {@code true} means a weight of 1.
 *
 * @param path the names of the members from the root of the document to the field; a list on the path stands for all its items
 * @param isShort whether the field is plain text of at most {@value #SHORT} characters: a name rather than a sentence
 */
public record SearchField(List<String> path, double weight, boolean isMarkdown, boolean isShort) {
    private static final int SHORT = 200;

    /** The dotted path, which identifies the field in search results. */
    public String name() {
        return String.join(".", path);
    }

    /** The text of this field in a document, with Markdown as plain text; empty if the document has none. */
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

    private static SearchField of(Shape text, List<String> path, double weight) {
        boolean isShort = !text.isMarkdown() && text.number("maxLength").orElse(Integer.MAX_VALUE) <= SHORT;
        return new SearchField(path, weight, text.isMarkdown(), isShort);
    }

    static Stream<SearchField> of(Shape shape, List<String> path) {
        var own = shape.searchWeight().stream()
                .mapToObj(weight -> of(shape.type().equals("array") ? shape.items() : shape, path, weight));
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
