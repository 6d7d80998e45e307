package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Rules between fields, which JSON Schema itself cannot say: {@code x-ordered} pairs, {@code x-ascending} lists, and
 * {@code x-key} fields that must be unique within their list.
 */
final class CrossFieldRules {
    private final List<Fault> faults = new ArrayList<>();

    private CrossFieldRules() {}

    static List<Fault> check(Shape shape, JsonNode content) {
        var rules = new CrossFieldRules();
        rules.walk(shape, content, "");
        return rules.faults;
    }

    private void walk(Shape shape, JsonNode value, String pointer) {
        if (value.isObject()) {
            shape.ordered().forEach(pair -> ordered(value, pair.getFirst(), pair.getLast(), pointer));
            value.properties()
                    .forEach(entry -> walk(
                            shape.property(entry.getKey()), entry.getValue(), Pointers.join(pointer, entry.getKey())));
        } else if (value.isArray()) {
            unique(shape.key(), value, pointer);
            shape.ascending().forEach(field -> ascending(value, field, pointer));
            for (int i = 0; i < value.size(); i++) walk(shape.items(), value.get(i), pointer + "/" + i);
        }
    }

    private void ordered(JsonNode object, String low, String high, String pointer) {
        if (exceeds(object.path(low), object.path(high)))
            faults.add(new Fault(
                    pointer + "/" + high,
                    "%s (%s) is below %s (%s)".formatted(high, object.get(high), low, object.get(low))));
    }

    private void ascending(JsonNode list, String field, String pointer) {
        for (int i = 1; i < list.size(); i++)
            if (exceeds(list.get(i - 1).path(field), list.get(i).path(field)))
                faults.add(new Fault(
                        pointer + "/" + i + "/" + field,
                        "%s falls from %s to %s; put the items in ascending order"
                                .formatted(
                                        field,
                                        list.get(i - 1).get(field),
                                        list.get(i).get(field))));
    }

    private void unique(List<String> key, JsonNode list, String pointer) {
        if (key.isEmpty()) return;
        var seen = new HashMap<List<String>, Integer>();
        for (int i = 0; i < list.size(); i++) {
            var item = list.get(i);
            var identity =
                    key.stream().map(field -> item.path(field).asString("")).toList();
            Integer first = seen.putIfAbsent(identity, i);
            if (first != null)
                faults.add(new Fault(
                        pointer + "/" + i,
                        "has the same %s as item %d of the list; each may stand there once"
                                .formatted(String.join(" and ", key), first)));
        }
    }

    private static boolean exceeds(JsonNode low, JsonNode high) {
        return low.isNumber() && high.isNumber() && low.decimalValue().compareTo(high.decimalValue()) > 0;
    }
}
