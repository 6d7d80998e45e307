// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The ids of the items of all lists in a content. The ids are stored beside the content, so that its bytes and its hash do not depend on
 * them. An item keeps its id while it is edited or moved and while other items are added or removed.
 *
 * <p>A <em>path</em> is like a JSON Pointer, but names an item of a list by its id instead of its position: {@code /duties/items/i3}.
 *
 * @param lists the ids of each list's items in order, by the path of the list
 */
public record ItemIds(Map<String, List<String>> lists) {
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_DIGITS = 11;

    public ItemIds {
        lists = Map.copyOf(lists);
    }

    /** A new random id, which no other item has. */
    public static String fresh() {
        var random = ThreadLocalRandom.current();
        var id = new StringBuilder("s");
        for (int i = 0; i < RANDOM_DIGITS; i++) id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return id.toString();
    }

    /** Whether the text is a valid id. Pages may choose the ids of the items that they add. */
    public static boolean isId(String text) {
        return text.matches("[a-z][a-z0-9]{0,31}");
    }

    /** Numbers the items of a content that has no ids yet. The same content always gets the same ids. */
    public static ItemIds numbered(JsonNode content) {
        var lists = new LinkedHashMap<String, List<String>>();
        number(content, "", lists, new int[1]);
        return new ItemIds(lists);
    }

    private static void number(JsonNode value, String path, Map<String, List<String>> lists, int[] count) {
        if (value.isArray()) {
            var ids = new ArrayList<String>();
            for (var item : value.values()) {
                String id = "i" + ++count[0];
                ids.add(id);
                number(item, path + "/" + id, lists, count);
            }
            lists.put(path, List.copyOf(ids));
        } else
            value.properties()
                    .forEach(member -> number(member.getValue(), Pointers.join(path, member.getKey()), lists, count));
    }

    /** These ids if they cover every item of the content; otherwise numbered ids. */
    public ItemIds orNumbered(JsonNode content) {
        return covers(content, "") ? this : numbered(content);
    }

    private boolean covers(JsonNode value, String path) {
        if (!value.isArray())
            return value.properties().stream()
                    .allMatch(member -> covers(member.getValue(), Pointers.join(path, member.getKey())));
        var ids = of(path);
        return ids.size() == value.size()
                && IntStream.range(0, ids.size()).allMatch(i -> covers(value.get(i), path + "/" + ids.get(i)));
    }

    /** The ids of a list's items in order; empty if no ids are known. */
    public List<String> of(String list) {
        return lists.getOrDefault(list, List.of());
    }

    /** Converts a JSON Pointer to a path. Steps that lead nowhere are copied as they are. */
    public String path(JsonNode content, String pointer) {
        var path = new StringBuilder();
        var at = content;
        for (String step : steps(pointer)) {
            String next = step;
            if (at.isArray() && step.matches("[0-9]{1,6}")) {
                int place = Integer.parseInt(step);
                var ids = of(path.toString());
                if (place < ids.size()) next = ids.get(place);
                at = at.path(place);
            } else at = at.path(Pointers.unescape(step));
            path.append('/').append(next);
        }
        return path.toString();
    }

    /** Converts a path to a JSON Pointer; empty if an item on the path does not exist. */
    public Optional<String> pointer(JsonNode content, String path) {
        var pointer = new StringBuilder();
        var walked = new StringBuilder();
        var at = content;
        for (String step : steps(path)) {
            String next = step;
            if (at.isArray()) {
                int place = of(walked.toString()).indexOf(step);
                if (place < 0) return Optional.empty();
                next = Integer.toString(place);
                at = at.path(place);
            } else at = at.path(Pointers.unescape(step));
            pointer.append('/').append(next);
            walked.append('/').append(step);
        }
        return Optional.of(pointer.toString());
    }

    private static String[] steps(String pointer) {
        return pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1);
    }

    /**
     * The ids after the whole content was replaced. An item keeps its id if its value or its key is unchanged, or if it takes the place of
     * an item between unchanged neighbours.
     */
    public ItemIds follow(Shape type, JsonNode before, JsonNode after) {
        var next = new LinkedHashMap<String, List<String>>();
        follow(type, before, after, "", "", next);
        return new ItemIds(next);
    }

    private void follow(
            Shape shape, JsonNode before, JsonNode after, String was, String is, Map<String, List<String>> next) {
        if (after.isArray()) {
            var ids = before.isArray() ? matched(shape, before, after, of(was)) : fresh(after.size());
            next.put(is, ids);
            for (int i = 0; i < ids.size(); i++) {
                int old = before.isArray() ? of(was).indexOf(ids.get(i)) : -1;
                follow(
                        shape.items(),
                        before.path(old),
                        after.get(i),
                        was + "/" + ids.get(i),
                        is + "/" + ids.get(i),
                        next);
            }
        } else
            after.properties().forEach(member -> {
                String name = member.getKey();
                follow(
                        shape.property(name),
                        before.path(name),
                        member.getValue(),
                        Pointers.join(was, name),
                        Pointers.join(is, name),
                        next);
            });
    }

    private static List<String> fresh(int size) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < size; i++) ids.add(fresh());
        return List.copyOf(ids);
    }

    private static List<String> matched(Shape list, JsonNode before, JsonNode after, List<String> ids) {
        @Nullable String[] given = new String[after.size()];
        boolean[] used = new boolean[before.size()];
        match(after, before, given, used, ids, item -> item);
        if (!list.key().isEmpty())
            match(
                    after,
                    before,
                    given,
                    used,
                    ids,
                    item -> list.key().stream().map(item::path).toList());
        // The remaining items take the ids of remaining old items that follow the same neighbour.
        var free = new HashMap<String, List<String>>();
        String neighbour = "";
        for (int i = 0; i < before.size(); i++)
            if (used[i]) neighbour = ids.get(i);
            else free.computeIfAbsent(neighbour, it -> new ArrayList<>()).add(ids.get(i));
        neighbour = "";
        for (int i = 0; i < given.length; i++) {
            String id = given[i];
            if (id == null) {
                var candidates = free.getOrDefault(neighbour, List.of());
                given[i] = candidates.isEmpty() ? fresh() : candidates.removeFirst();
            } else neighbour = id;
        }
        return Arrays.stream(given).map(java.util.Objects::requireNonNull).toList();
    }

    private static void match(
            JsonNode after,
            JsonNode before,
            @Nullable String[] given,
            boolean[] used,
            List<String> ids,
            Function<JsonNode, Object> identity) {
        var places = new HashMap<Object, List<Integer>>();
        for (int i = 0; i < before.size() && i < ids.size(); i++)
            if (!used[i])
                places.computeIfAbsent(identity.apply(before.get(i)), it -> new ArrayList<>())
                        .add(i);
        for (int i = 0; i < given.length; i++) {
            var found = given[i] == null ? places.get(identity.apply(after.get(i))) : null;
            if (found == null || found.isEmpty()) continue;
            int place = found.removeFirst();
            given[i] = ids.get(place);
            used[place] = true;
        }
    }
}
