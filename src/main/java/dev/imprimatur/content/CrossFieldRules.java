// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Checks rules between fields that JSON Schema cannot express: {@code x-ordered} fields, {@code x-ascending} lists, {@code x-key} fields,
 * which must be unique within their list, {@code x-one-of} choices, and {@code x-backs} pointers, which must lead to a place of the
 * document.
 */
final class CrossFieldRules {
    private final JsonNode document;
    private final List<Fault> faults = new ArrayList<>();

    private CrossFieldRules(JsonNode document) {
        this.document = document;
    }

    static List<Fault> check(Shape shape, JsonNode content) {
        var rules = new CrossFieldRules(content);
        rules.walk(shape, content, "");
        return rules.faults;
    }

    private void walk(Shape shape, JsonNode value, String pointer) {
        if (value.isObject()) {
            shape.ordered().forEach(fields -> ordered(shape, value, fields, pointer));
            oneOf(shape, value, pointer);
            value.properties()
                    .forEach(entry -> walk(
                            shape.property(entry.getKey()), entry.getValue(), Pointers.join(pointer, entry.getKey())));
        } else if (value.isArray()) {
            unique(shape, value, pointer);
            shape.ascending().forEach(field -> ascending(shape, value, field, pointer));
            for (int i = 0; i < value.size(); i++) walk(shape.items(), value.get(i), pointer + "/" + i);
        } else if (shape.backs() && value.isString() && !Pointers.leadsTo(document, value.stringValue()))
            faults.add(new Fault(
                    pointer,
                    ValueFormat.of(value) + " leads to no place of this document; name one that exists, or remove it"));
    }

    private void ordered(Shape shape, JsonNode object, List<String> fields, String pointer) {
        var present =
                fields.stream().filter(field -> object.path(field).isNumber()).toList();
        for (int i = 1; i < present.size(); i++) {
            String low = present.get(i - 1);
            String high = present.get(i);
            if (exceeds(object.path(low), object.path(high)))
                faults.add(new Fault(
                        Pointers.join(pointer, high),
                        "%s is below %s".formatted(shown(shape, object, high), shown(shape, object, low))));
        }
    }

    private void oneOf(Shape shape, JsonNode object, String pointer) {
        var fields = shape.oneOf();
        if (fields.isEmpty()) return;
        String labels = fields.stream()
                .map(field -> shape.property(field).title().orElse(field))
                .collect(Collectors.joining(" or "));
        var present = fields.stream().filter(object::has).toList();
        if (present.isEmpty())
            faults.add(new Fault(Pointers.join(pointer, fields.getFirst()), "is missing; fill in " + labels));
        present.stream()
                .skip(1)
                .forEach(field -> faults.add(new Fault(
                        Pointers.join(pointer, field), "is one too many; fill in " + labels + ", and not both")));
    }

    private void ascending(Shape list, JsonNode items, String field, String pointer) {
        for (int i = 1; i < items.size(); i++) {
            var before = items.get(i - 1);
            if (exceeds(before.path(field), items.get(i).path(field)))
                faults.add(new Fault(
                        Pointers.join(pointer + "/" + i, field),
                        "%s is below that of %s (%s); put them in ascending order"
                                .formatted(
                                        shown(list.items(), items.get(i), field),
                                        Labels.nameOf(list, before)
                                                .map(name -> "“" + name + "”")
                                                .orElse("the item before"),
                                        ValueFormat.of(
                                                before.get(field), list.items().property(field)))));
        }
    }

    /** Formats a number with the label of its field: {@code High (2,000)}. */
    private static String shown(Shape shape, JsonNode object, String field) {
        var number = shape.property(field);
        return number.title().orElse(field) + " (" + ValueFormat.of(object.get(field), number) + ")";
    }

    private void unique(Shape list, JsonNode items, String pointer) {
        List<String> key = list.key();
        if (key.isEmpty()) return;
        var seen = new HashSet<List<String>>();
        list.first().map(document::at).filter(JsonNode::isObject).ifPresent(first -> seen.add(identity(key, first)));
        for (int i = 0; i < items.size(); i++) {
            var identity = identity(key, items.get(i));
            if (!seen.add(identity)) faults.add(new Fault(pointer + "/" + i, twice(list, identity)));
        }
    }

    private static List<String> identity(List<String> key, JsonNode item) {
        return key.stream().map(field -> item.path(field).asString("")).toList();
    }

    private static String twice(Shape list, List<String> identity) {
        String labels = list.key().stream()
                .map(field -> list.items().property(field).title().orElse(field))
                .collect(Collectors.joining(" and "));
        String named = identity.stream()
                .map(ValueFormat::shortened)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        if (named.isEmpty())
            return "has no " + labels + ", like another item of the list; fill in what distinguishes them";
        String kind = list.items()
                .title()
                .map(title -> "the " + title.toLowerCase(Locale.ROOT) + " ")
                .orElse("");
        String where = list.first().isPresent() ? "is there twice" : "is in the list twice";
        return kind + "“" + named + "” " + where + "; change its " + labels + ", or remove one";
    }

    private static boolean exceeds(JsonNode low, JsonNode high) {
        return low.isNumber() && high.isNumber() && low.decimalValue().compareTo(high.decimalValue()) > 0;
    }
}
