// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A content as a form's inputs hold it: a flat map of texts, in which items of lists are addressed by their ids.
 *
 * @param values the texts of all existing values, by path
 * @param lists the ids of each existing list's items in order, by the path of the list
 */
public record FormValues(Map<String, String> values, Map<String, List<String>> lists) {
    public static FormValues of(JsonNode content, ItemIds ids) {
        var tree = ContentTree.of(content, ids);
        return new FormValues(tree.values(), tree.lists());
    }

    /** The text that an input shows for a value. A number is written in digits, never with an exponent. */
    public static String text(JsonNode value) {
        return ContentTree.text(value);
    }

    /** The ids of a list's items in order; empty if the list does not exist. */
    public List<String> items(String list) {
        return lists.getOrDefault(list, List.of());
    }

    /** The values at and below a path. The keys are relative to that path. */
    public Map<String, String> under(String path) {
        var under = new LinkedHashMap<String, String>();
        values.forEach((at, text) -> {
            if (isAt(at, path)) under.put(at.substring(path.length()), text);
        });
        return under;
    }

    private static boolean isAt(String path, String holder) {
        return path.equals(holder) || path.startsWith(holder + "/");
    }

    /**
     * The edits that turn this content into the submitted form, in an order in which they can be applied. An unchanged input is no edit,
     * and neither is a new item in which nothing was written.
     *
     * @param shown the submitted form; a list that is missing in it is not part of the form
     * @param page the id of the form; see {@link Edit#id()}
     */
    public List<Edit> editsTo(FormValues shown, String page) {
        var edits = new ArrayList<Edit>();
        var gone = new ArrayList<String>();
        var paths = new TreeSet<>(Comparator.comparingInt((String path) -> ContentTree.steps(path).length)
                .thenComparing(Comparator.naturalOrder()));
        paths.addAll(shown.lists().keySet());
        for (String list : paths) {
            if (gone.stream().anyMatch(item -> isAt(list, item))) continue;
            var before = items(list);
            var now = shown.items(list);
            for (String id : before) {
                if (now.contains(id)) continue;
                String path = list + "/" + id;
                gone.add(path);
                edits.add(new Edit.Remove(id(page, edits), path, under(path)));
            }
            var kept = now.stream().filter(before::contains).toList();
            var inOrder =
                    Diff.longestAscending(kept.stream().map(before::indexOf).toList());
            String after = null;
            for (String id : now) {
                boolean known = before.contains(id);
                if (!known && shown.isBlank(list + "/" + id)) continue;
                if (!known) edits.add(new Edit.Insert(id(page, edits), list, id, after));
                else if (!inOrder.contains(before.indexOf(id)))
                    edits.add(new Edit.Move(id(page, edits), list + "/" + id, after));
                after = id;
            }
        }
        shown.values().forEach((path, text) -> {
            String was = values.get(path);
            if (isSame(was == null ? "" : was, text)) return;
            boolean item = shown.lists().containsKey(ContentTree.parent(path));
            edits.add(new Edit.Replace(id(page, edits), path, was, text.isEmpty() && !item ? null : text));
        });
        return edits;
    }

    private static String id(String page, List<Edit> before) {
        return page + ":" + (before.size() + 1);
    }

    private boolean isBlank(String item) {
        return under(item).values().stream().allMatch(String::isEmpty);
    }

    /**
     * Whether an input still shows the text that it was given. Browsers convert line ends: a text area to one kind, a one-line input to
     * none.
     */
    private static boolean isSame(String given, String shown) {
        return given.equals(shown)
                || lines(given).equals(lines(shown))
                || given.replaceAll("[\\r\\n]", "").equals(shown);
    }

    private static String lines(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    /** These values with unsaved edits applied, for a form that is shown again. */
    public FormValues with(List<Edit> edits) {
        var nextValues = new LinkedHashMap<>(values);
        var nextLists = new LinkedHashMap<String, List<String>>();
        lists.forEach((path, ids) -> nextLists.put(path, new ArrayList<>(ids)));
        for (var edit : edits)
            switch (edit) {
                case Edit.Replace(String id, String path, String from, String to) -> {
                    if (to == null) nextValues.remove(path);
                    else nextValues.put(path, to);
                }
                case Edit.Insert(String id, String path, String item, String after) ->
                    place(nextLists.computeIfAbsent(path, it -> new ArrayList<>()), item, after);
                case Edit.Move(String id, String path, String after) -> {
                    var ids = nextLists.getOrDefault(ContentTree.parent(path), new ArrayList<>());
                    if (ids.remove(ContentTree.lastStep(path))) place(ids, ContentTree.lastStep(path), after);
                }
                case Edit.Remove(String id, String path, Map<String, String> from) ->
                    nextLists
                            .getOrDefault(ContentTree.parent(path), new ArrayList<>())
                            .remove(ContentTree.lastStep(path));
            }
        return new FormValues(nextValues, nextLists);
    }

    private static void place(List<String> ids, String item, @Nullable String after) {
        if (ids.contains(item)) return;
        int at = after == null ? 0 : ids.indexOf(after) + 1;
        ids.add(after != null && at == 0 ? ids.size() : at, item);
    }

    /** The paths of all differences: changed values, and lists whose items differ. */
    public List<String> differences(FormValues other) {
        var places = new TreeSet<String>();
        for (var path : union(values, other.values))
            if (!Objects.equals(values.get(path), other.values.get(path))) places.add(path);
        for (var path : union(lists, other.lists)) if (!items(path).equals(other.items(path))) places.add(path);
        return List.copyOf(places);
    }

    private static HashSet<String> union(Map<String, ?> one, Map<String, ?> other) {
        var all = new HashSet<>(one.keySet());
        all.addAll(other.keySet());
        return all;
    }
}
