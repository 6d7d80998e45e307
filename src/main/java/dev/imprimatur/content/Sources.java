// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Finds the sources of places of a document, and the numbers that need a source ({@code x-needs-source}) and have none. A number has a
 * source if an {@code x-backs} pointer of the document leads to it, or to a place around it.
 */
final class Sources {
    private final List<String> figures = new ArrayList<>();
    private final List<Source> backed = new ArrayList<>();

    /**
     * A place that has a source.
     *
     * @param source the pointer of the list item that is the source; empty if it is in no list
     * @param backs the pointer of the place
     */
    private record Source(String source, String backs) {}

    private Sources() {}

    /** The pointers of the numbers without a source, in the order of the document. */
    static List<String> missing(Shape type, JsonNode document) {
        var sources = new Sources();
        sources.walk(type, document, "", "", false);
        return sources.figures.stream()
                .filter(figure -> sources.backed.stream().noneMatch(it -> Pointers.isWithin(figure, it.backs())))
                .toList();
    }

    /** The pointers of the list items that are sources of a place, of something in it, or of what is around it. */
    static List<String> of(Shape type, JsonNode document, String place) {
        var sources = new Sources();
        sources.walk(type, document, "", "", false);
        return sources.backed.stream()
                .filter(it -> !it.source().isEmpty())
                .filter(it -> Pointers.isWithin(place, it.backs()) || Pointers.isWithin(it.backs(), place))
                .map(Source::source)
                .distinct()
                .toList();
    }

    /** @param item the pointer of the innermost object around the value that is an item of a list; empty if there is none */
    private void walk(Shape shape, JsonNode value, String pointer, String item, boolean around) {
        boolean needed = around || shape.needsSource();
        if (value.isNumber() && needed) figures.add(pointer);
        if (value.isString() && shape.backs()) backed.add(new Source(item, value.stringValue()));
        value.properties()
                .forEach(entry -> walk(
                        shape.property(entry.getKey()),
                        entry.getValue(),
                        Pointers.join(pointer, entry.getKey()),
                        item,
                        needed));
        if (value.isArray())
            for (int i = 0; i < value.size(); i++) {
                String at = pointer + "/" + i;
                walk(shape.items(), value.get(i), at, value.get(i).isObject() ? at : item, needed);
            }
    }
}
