package dev.imprimatur.studio;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The content that a posted form holds. Inputs are named by JSON Pointers; items of a list stand in the order in which the
 * form names them, whatever their indexes are. What is left empty is not there.
 *
 * @param content as far as it can be read
 * @param faults inputs that cannot be read, such as a number that is none
 */
record FormContent(JsonNode content, List<Fault> faults) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int DEEPEST = 16;

    /** @param inputs by name, in the order of the form; those that are no pointer are not content */
    static FormContent read(Shape type, Map<String, String[]> inputs) {
        var tree = new LinkedHashMap<String, Object>();
        inputs.forEach((name, values) -> {
            if (name.startsWith("/")) put(tree, name, values[values.length - 1]);
        });
        var faults = new ArrayList<Fault>();
        var content = value(type, tree, "", faults);
        return new FormContent(content.isMissingNode() ? JSON.objectNode() : content, faults);
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> tree, String pointer, String value) {
        String[] steps = pointer.substring(1).split("/", -1);
        if (steps.length > DEEPEST) throw unknown(pointer);
        var at = tree;
        for (int i = 0; i < steps.length - 1; i++) {
            var next = at.computeIfAbsent(Pointers.unescape(steps[i]), name -> new LinkedHashMap<String, Object>());
            if (!(next instanceof Map<?, ?>)) throw unknown(pointer);
            at = (Map<String, Object>) next;
        }
        at.put(Pointers.unescape(steps[steps.length - 1]), value);
    }

    private static JsonNode value(Shape shape, Object given, String pointer, List<Fault> faults) {
        return switch (shape.type()) {
            case "object" -> object(shape, given, pointer, faults);
            case "array" -> list(shape, given, pointer, faults);
            default -> {
                if (!(given instanceof String text)) throw unknown(pointer);
                yield scalar(shape.type(), text, pointer, faults);
            }
        };
    }

    private static JsonNode object(Shape shape, Object given, String pointer, List<Fault> faults) {
        if (!(given instanceof Map<?, ?> members)) throw unknown(pointer);
        for (var name : members.keySet())
            if (!shape.properties().contains(name)) throw unknown(Pointers.join(pointer, String.valueOf(name)));
        var object = JSON.objectNode();
        for (String name : shape.properties()) {
            var member = members.get(name);
            if (member == null) continue;
            var value = value(shape.property(name), member, Pointers.join(pointer, name), faults);
            if (!value.isMissingNode()) object.set(name, value);
        }
        return object.isEmpty() ? JSON.missingNode() : object;
    }

    private static JsonNode list(Shape shape, Object given, String pointer, List<Fault> faults) {
        if (!(given instanceof Map<?, ?> items)) return JSON.missingNode();
        var list = JSON.arrayNode();
        for (var item : items.values()) {
            var value = value(shape.items(), item, pointer + "/" + list.size(), faults);
            if (!value.isMissingNode()) list.add(value);
        }
        return list.isEmpty() ? JSON.missingNode() : list;
    }

    private static JsonNode scalar(String type, String text, String pointer, List<Fault> faults) {
        if (text.isEmpty()) return JSON.missingNode();
        return switch (type) {
            case "boolean" -> JSON.booleanNode(text.equals("true"));
            case "integer", "number" -> {
                try {
                    var number = new BigDecimal(text.strip());
                    if (number.precision() > 15 || number.scale() < 0) throw new NumberFormatException();
                    yield number.scale() == 0 ? JSON.numberNode(number.longValueExact()) : JSON.numberNode(number);
                } catch (NumberFormatException wrong) {
                    faults.add(new Fault(pointer, "“" + text + "” is not a number"));
                    yield JSON.missingNode();
                }
            }
            default -> JSON.stringNode(text.replace("\r\n", "\n"));
        };
    }

    private static RuntimeException unknown(String pointer) {
        return Refusal.malformed(pointer, "is not an input of this form").raise();
    }
}
