// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Finds the numbers of a document that need a source ({@code x-needs-source}) and have none. A number has a source if an {@code x-backs}
 * pointer of the document leads to it, or to a place around it.
 */
final class Sources {
    private final List<String> figures = new ArrayList<>();
    private final List<String> backed = new ArrayList<>();

    private Sources() {}

    /** The pointers of the numbers without a source, in the order of the document. */
    static List<String> missing(Shape type, JsonNode document) {
        var sources = new Sources();
        sources.walk(type, document, "", false);
        return sources.figures.stream()
                .filter(figure -> sources.backed.stream().noneMatch(place -> Pointers.isWithin(figure, place)))
                .toList();
    }

    private void walk(Shape shape, JsonNode value, String pointer, boolean around) {
        boolean needed = around || shape.needsSource();
        if (value.isNumber() && needed) figures.add(pointer);
        if (value.isString() && shape.backs()) backed.add(value.stringValue());
        value.properties()
                .forEach(entry -> walk(
                        shape.property(entry.getKey()),
                        entry.getValue(),
                        Pointers.join(pointer, entry.getKey()),
                        needed));
        if (value.isArray())
            for (int i = 0; i < value.size(); i++) walk(shape.items(), value.get(i), pointer + "/" + i, needed);
    }
}
