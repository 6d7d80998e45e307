package dev.imprimatur.editing;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What two people made of the same content, in one: field by field, list items matched by identity. Where both changed the
 * same place differently, the merged content holds mine there and the place is told.
 *
 * @param content merged
 * @param conflicts places in {@code content} that both changed differently
 */
public record Merge(JsonNode content, List<Conflict> conflicts) {
    /**
     * A place that both changed.
     *
     * @param base what it was; missing if it was not there
     * @param mine missing if I removed it
     * @param theirs missing if they removed it
     */
    public record Conflict(String pointer, JsonNode base, JsonNode mine, JsonNode theirs) {}

    static Merge of(Shape shape, JsonNode base, JsonNode mine, JsonNode theirs) {
        var conflicts = new ArrayList<Conflict>();
        var content = values(shape, base, mine, theirs, "", conflicts);
        return new Merge(content, conflicts);
    }

    /** The same with what was chosen for the places in conflict. */
    public JsonNode resolved(Map<String, JsonNode> choices) {
        var resolved = content.deepCopy();
        // from the last place on, so that what is removed moves no place before it
        choices.entrySet().stream()
                .sorted(Map.Entry.<String, JsonNode>comparingByKey().reversed())
                .forEach(choice -> set(resolved, choice.getKey(), choice.getValue()));
        return resolved;
    }

    private static void set(JsonNode root, String pointer, JsonNode value) {
        int last = pointer.lastIndexOf('/');
        String name = Pointers.unescape(pointer.substring(last + 1));
        switch (root.at(pointer.substring(0, last))) {
            case ObjectNode object when value.isMissingNode() -> object.remove(name);
            case ObjectNode object -> object.set(name, value);
            case ArrayNode array when value.isMissingNode() -> array.remove(Integer.parseInt(name));
            case ArrayNode array -> array.set(Integer.parseInt(name), value);
            default -> throw new IllegalArgumentException("nothing holds " + pointer);
        }
    }

    private static JsonNode values(
            Shape shape, JsonNode base, JsonNode mine, JsonNode theirs, String pointer, List<Conflict> conflicts) {
        if (mine.equals(theirs) || theirs.equals(base)) return mine;
        if (mine.equals(base)) return theirs;
        if (mine.isObject() && theirs.isObject()) return objects(shape, base, mine, theirs, pointer, conflicts);
        if (mine.isArray() && theirs.isArray()) {
            var merged = lists(shape, base, mine, theirs, pointer, conflicts);
            if (merged.isPresent()) return merged.get();
        }
        conflicts.add(new Conflict(pointer, base, mine, theirs));
        return mine.isMissingNode() ? theirs : mine;
    }

    private static JsonNode objects(
            Shape shape, JsonNode base, JsonNode mine, JsonNode theirs, String pointer, List<Conflict> conflicts) {
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        var names = new LinkedHashSet<>(mine.propertyNames());
        names.addAll(theirs.propertyNames());
        for (String name : names) {
            var value = values(
                    shape.property(name),
                    base.path(name),
                    mine.path(name),
                    theirs.path(name),
                    Pointers.join(pointer, name),
                    conflicts);
            if (!value.isMissingNode()) merged.set(name, value);
        }
        return merged;
    }

    private static Optional<JsonNode> lists(
            Shape shape, JsonNode base, JsonNode mine, JsonNode theirs, String pointer, List<Conflict> conflicts) {
        var inBase = items(shape, base);
        var inMine = items(shape, mine);
        var inTheirs = items(shape, theirs);
        if (inBase.isEmpty() || inMine.isEmpty() || inTheirs.isEmpty()) return Optional.empty();
        var merged = JsonNodeFactory.instance.arrayNode();
        for (var identity : order(inBase.get(), inMine.get(), inTheirs.get())) {
            var value = values(
                    shape.items(),
                    inBase.get().getOrDefault(identity, JsonNodeFactory.instance.missingNode()),
                    inMine.get().getOrDefault(identity, JsonNodeFactory.instance.missingNode()),
                    inTheirs.get().getOrDefault(identity, JsonNodeFactory.instance.missingNode()),
                    pointer + "/" + merged.size(),
                    conflicts);
            if (!value.isMissingNode()) merged.add(value);
        }
        return Optional.of(merged);
    }

    /** The order of whoever changed it, mine before theirs; items that only the other has stand behind what they stood behind. */
    private static List<List<JsonNode>> order(
            Map<List<JsonNode>, JsonNode> base,
            Map<List<JsonNode>, JsonNode> mine,
            Map<List<JsonNode>, JsonNode> theirs) {
        boolean iMoved = !List.copyOf(mine.keySet()).equals(List.copyOf(base.keySet()));
        var order = new ArrayList<>((iMoved ? mine : theirs).keySet());
        List<JsonNode> before = null;
        for (var identity : (iMoved ? theirs : mine).keySet()) {
            if (!order.contains(identity)) order.add(before == null ? 0 : order.indexOf(before) + 1, identity);
            before = identity;
        }
        return order;
    }

    /** The items by identity, or empty where they cannot be told apart. */
    private static Optional<Map<List<JsonNode>, JsonNode>> items(Shape shape, JsonNode list) {
        var items = new LinkedHashMap<List<JsonNode>, JsonNode>();
        for (var item : list.values()) {
            List<JsonNode> identity = shape.key().isEmpty()
                    ? List.of(item)
                    : shape.key().stream().map(item::path).toList();
            if (items.put(identity, item) != null) return Optional.empty();
        }
        return Optional.of(items);
    }
}
