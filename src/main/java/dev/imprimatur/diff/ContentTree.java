// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A content as a mutable tree. Items of lists are addressed by their ids, never by their positions. */
public final class ContentTree {
    private sealed interface Node {}

    private record Leaf(JsonNode value) implements Node {}

    private record Group(Map<String, Node> members) implements Node {}

    private record Items(List<String> order, Map<String, Node> items) implements Node {}

    private final Group root;

    private ContentTree(Group root) {
        this.root = root;
    }

    public static ContentTree of(JsonNode content, ItemIds ids) {
        return read(content, "", ids) instanceof Group group
                ? new ContentTree(group)
                : new ContentTree(new Group(new LinkedHashMap<>()));
    }

    private static Node read(JsonNode value, String path, ItemIds ids) {
        if (value.isObject()) {
            var members = new LinkedHashMap<String, Node>();
            value.properties()
                    .forEach(member -> members.put(
                            member.getKey(), read(member.getValue(), Pointers.join(path, member.getKey()), ids)));
            return new Group(members);
        }
        if (!value.isArray()) return new Leaf(value);
        var order = new ArrayList<>(ids.of(path));
        if (order.size() != value.size()) throw new IllegalStateException("items without ids at " + path);
        var items = new LinkedHashMap<String, Node>();
        for (int i = 0; i < order.size(); i++)
            items.put(order.get(i), read(value.get(i), path + "/" + order.get(i), ids));
        return new Items(order, items);
    }

    public JsonNode content() {
        return written(root);
    }

    private static JsonNode written(Node node) {
        return switch (node) {
            case Leaf(JsonNode value) -> value;
            case Group(Map<String, Node> members) -> {
                var object = JsonNodeFactory.instance.objectNode();
                members.forEach((name, member) -> object.set(name, written(member)));
                yield object;
            }
            case Items(List<String> order, Map<String, Node> items) -> {
                var array = JsonNodeFactory.instance.arrayNode();
                order.forEach(id -> array.add(written(java.util.Objects.requireNonNull(items.get(id)))));
                yield array;
            }
        };
    }

    public ItemIds ids() {
        return new ItemIds(lists());
    }

    /** The ids of the items of every list in the content, by the path of the list. */
    Map<String, List<String>> lists() {
        var lists = new TreeMap<String, List<String>>();
        visit(root, "", (path, node) -> {
            if (node instanceof Items items) lists.put(path, List.copyOf(items.order()));
        });
        return lists;
    }

    /** All values of the content as texts, by path. */
    Map<String, String> values() {
        return under("");
    }

    /** The values at and below a path. The keys are relative to that path. */
    public Map<String, String> under(String path) {
        var values = new TreeMap<String, String>();
        var from = at(path);
        if (from != null)
            visit(from, "", (place, node) -> {
                if (node instanceof Leaf leaf) values.put(place, text(leaf.value()));
            });
        return values;
    }

    private interface Visitor {
        void see(String path, Node node);
    }

    private static void visit(Node node, String path, Visitor visitor) {
        visitor.see(path, node);
        switch (node) {
            case Leaf leaf -> {}
            case Group group ->
                group.members().forEach((name, member) -> visit(member, Pointers.join(path, name), visitor));
            case Items items -> items.items().forEach((id, item) -> visit(item, path + "/" + id, visitor));
        }
    }

    /** The text that an input of a form shows for a value. */
    static String text(JsonNode value) {
        if (value.isNumber()) return value.decimalValue().toPlainString();
        return value.isValueNode() ? value.asString("") : value.toString();
    }

    public boolean has(String path) {
        return at(path) != null;
    }

    /** The text of the value at a path; null if there is no value. */
    public @Nullable String textAt(String path) {
        return at(path) instanceof Leaf(JsonNode value) ? text(value) : null;
    }

    private @Nullable Node at(String path) {
        Node at = root;
        for (String step : steps(path)) {
            at = child(at, step);
            if (at == null) return null;
        }
        return at;
    }

    private static @Nullable Node child(@Nullable Node of, String step) {
        return switch (of) {
            case Group group -> group.members().get(Pointers.unescape(step));
            case Items items -> items.items().get(step);
            case Leaf leaf -> null;
            case null -> null;
        };
    }

    public static String[] steps(String path) {
        return path.isEmpty() ? new String[0] : path.substring(1).split("/", -1);
    }

    public static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    public static String lastStep(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Sets a value and creates missing parents. Returns false if the path leads through an item that does not exist. */
    public boolean put(Shape type, String path, JsonNode value) {
        return put(type, path, new Leaf(value));
    }

    private boolean put(Shape type, String path, Node node) {
        var holder = holder(type, parent(path));
        String step = lastStep(path);
        switch (holder) {
            case Group group -> group.members().put(Pointers.unescape(step), node);
            case Items items
            when items.items().containsKey(step) -> items.items().put(step, node);
            case null, default -> {
                return false;
            }
        }
        return true;
    }

    private @Nullable Node holder(Shape type, String path) {
        Node at = root;
        var shape = type;
        for (String step : steps(path)) {
            boolean list = at instanceof Items;
            shape = list ? shape.items() : shape.property(Pointers.unescape(step));
            var next = child(at, step);
            if (next == null && at instanceof Group group) {
                next = shape.type().equals("array")
                        ? new Items(new ArrayList<>(), new LinkedHashMap<>())
                        : new Group(new LinkedHashMap<>());
                group.members().put(Pointers.unescape(step), next);
            }
            if (next == null) return null;
            at = next;
        }
        return at;
    }

    /**
     * Puts a new, empty item into a list.
     *
     * @param after the item to insert behind; null inserts at the start. If that item does not exist, the new item goes to the end
     * @return whether the list exists or could be created
     */
    public boolean insert(Shape type, String list, String id, @Nullable String after) {
        if (!(holder(type, list) instanceof Items items)) return false;
        items.items().put(id, new Group(new LinkedHashMap<>()));
        items.order().add(place(items, after), id);
        return true;
    }

    public void move(String path, @Nullable String after) {
        if (!(at(parent(path)) instanceof Items items)) return;
        String id = lastStep(path);
        if (id.equals(after) || !items.order().remove(id)) return;
        items.order().add(place(items, after), id);
    }

    private static int place(Items items, @Nullable String after) {
        if (after == null) return 0;
        int at = items.order().indexOf(after);
        return at < 0 ? items.order().size() : at + 1;
    }

    /** Removes the node at a path, and then its parents that have become empty, up to the item that contains them. */
    public void remove(String path) {
        switch (at(parent(path))) {
            case Group group -> group.members().remove(Pointers.unescape(lastStep(path)));
            case Items items -> {
                items.items().remove(lastStep(path));
                items.order().remove(lastStep(path));
            }
            case null, default -> {
                return;
            }
        }
        for (String holder = parent(path); !holder.isEmpty() && isEmpty(at(holder)); holder = parent(holder)) {
            if (!(at(parent(holder)) instanceof Group group)) return;
            group.members().remove(Pointers.unescape(lastStep(holder)));
        }
    }

    /** Whether the path has no value, or only empty ones. */
    public boolean holdsNothing(String path) {
        var node = at(path);
        return node == null || isEmpty(node);
    }

    private static boolean isEmpty(@Nullable Node node) {
        return switch (node) {
            case Group group -> group.members().isEmpty();
            case Items items -> items.order().isEmpty();
            case Leaf leaf -> false;
            case null -> false;
        };
    }
}
