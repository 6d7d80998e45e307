// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Names places of a document by the labels of its form: {@code Compensation › Salary bands › Senior › High}. */
public final class Labels {
    private static final String BETWEEN = " › ";

    private Labels() {}

    /**
     * The label of the place that a pointer leads to. A field is named by its title, an item of a list by its first key field, its first
     * text, or else its number. A step that the type does not know is named as in the pointer.
     *
     * @param type the shape of the whole document
     * @param content the document, in which the place may be missing
     * @param pointer a JSON Pointer, or any text that a client sent as one
     * @return the label; for the whole document, the title of the type
     */
    public static String of(Shape type, JsonNode content, String pointer) {
        if (pointer.isEmpty()) return type.title().orElse("The whole document");
        return String.join(BETWEEN, steps(type, content, pointer));
    }

    /** The label of a place relative to an enclosing place; empty if both are the same. */
    public static String between(Shape type, JsonNode content, String from, String to) {
        if (to.equals(from)) return "";
        return steps(type, content, to).stream()
                .skip(from.chars().filter(it -> it == '/').count())
                .collect(Collectors.joining(BETWEEN));
    }

    private static List<String> steps(Shape type, JsonNode content, String pointer) {
        var labels = new ArrayList<String>();
        var shape = type;
        var value = content;
        for (String escaped : (pointer.startsWith("/") ? pointer.substring(1) : pointer).split("/", -1)) {
            String step = Pointers.unescape(escaped);
            if ((value.isArray() || shape.type().equals("array")) && isIndex(step)) {
                int index = Integer.parseInt(step);
                value = value.path(index);
                labels.add(nameOf(shape, value).orElse(Integer.toString(index + 1)));
                shape = shape.items();
            } else {
                shape = shape.property(step);
                value = value.path(step);
                labels.add(shape.title().orElseGet(() -> ValueFormat.shortened(step)));
            }
        }
        return labels;
    }

    /** Whether the step is an index, with no more digits than fit into an integer. */
    private static boolean isIndex(String step) {
        return step.matches("[0-9]{1,9}");
    }

    /** The name of an item of the list: its first key field, or its first text, or the item itself. */
    static Optional<String> nameOf(Shape list, JsonNode item) {
        if (item.isString() || item.isNumber()) return text(item);
        List<String> fields = list.items().properties();
        return Stream.concat(list.key().stream(), fields.isEmpty() ? item.propertyNames().stream() : fields.stream())
                .flatMap(field -> text(item.path(field)).stream())
                .findFirst();
    }

    /** The text, shortened to fit into a label. */
    public static String shortened(String text) {
        return ValueFormat.shortened(text);
    }

    private static Optional<String> text(JsonNode value) {
        return value.isString() || value.isNumber()
                ? Optional.of(ValueFormat.shortened(value.asString())).filter(text -> !text.isEmpty())
                : Optional.empty();
    }
}
