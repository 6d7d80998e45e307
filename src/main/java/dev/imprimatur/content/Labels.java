// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Places of a document in the words of its form: {@code Compensation › Salary bands › Senior › High}. */
public final class Labels {
    private static final String BETWEEN = " › ";

    private Labels() {}

    /**
     * What people call the place that a pointer leads to. Fields go by their title, items of a list by their first key field or
     * their first text, or else by their number; a step that the type does not know goes by what the pointer says.
     *
     * @param type the shape of the whole document
     * @param content the document, which need not have the place
     * @param pointer a JSON Pointer, or whatever was sent as one
     * @return the title of the type for the whole document
     */
    public static String of(Shape type, JsonNode content, String pointer) {
        if (pointer.isEmpty()) return type.title().orElse("The whole document");
        return String.join(BETWEEN, steps(type, content, pointer));
    }

    /** What people call the way from one place to a place within it; empty if that is the same place. */
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
                labels.add(shape.title().orElseGet(() -> Shown.shortened(step)));
            }
        }
        return labels;
    }

    /** No more digits than a number has room for. */
    private static boolean isIndex(String step) {
        return step.matches("[0-9]{1,9}");
    }

    /** What an item of the list is called: its first key field, or its first text, or itself. */
    static Optional<String> nameOf(Shape list, JsonNode item) {
        if (item.isString() || item.isNumber()) return text(item);
        List<String> fields = list.items().properties();
        return Stream.concat(list.key().stream(), fields.isEmpty() ? item.propertyNames().stream() : fields.stream())
                .flatMap(field -> text(item.path(field)).stream())
                .findFirst();
    }

    /** A text as a label has room for it. */
    public static String shortened(String text) {
        return Shown.shortened(text);
    }

    private static Optional<String> text(JsonNode value) {
        return value.isString() || value.isNumber()
                ? Optional.of(Shown.shortened(value.asString())).filter(text -> !text.isEmpty())
                : Optional.empty();
    }
}
