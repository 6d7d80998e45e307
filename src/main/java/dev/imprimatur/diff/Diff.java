// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import com.github.difflib.DiffUtils;
import com.github.difflib.algorithm.DiffAlgorithmListener;
import com.github.difflib.patch.AbstractDelta;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Segmentation;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change.Kind;
import dev.imprimatur.diff.Change.Op;
import dev.imprimatur.diff.Change.Piece;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares two revisions: field by field, texts word by word, and list items by their identity. */
public final class Diff {
    /**
     * Texts with more inserted or deleted words than this are shown in full, the old one and the new one. The time of a comparison grows
     * with the square of this number, and nobody can read that many single changes.
     */
    private static final int MOST_DIFFERENCES = 2_000;

    private static final ItemIds UNKNOWN = new ItemIds(Map.of());

    private final List<Change> changes = new ArrayList<>();
    private final JsonNode older;
    private final JsonNode newer;
    private final ItemIds olderIds;
    private final ItemIds newerIds;

    private Diff(JsonNode older, ItemIds olderIds, JsonNode newer, ItemIds newerIds) {
        this.older = older;
        this.newer = newer;
        this.olderIds = olderIds;
        this.newerIds = newerIds;
    }

    public static List<Change> between(Shape shape, JsonNode older, JsonNode newer) {
        return between(shape, older, UNKNOWN, newer, UNKNOWN);
    }

    public static List<Change> between(
            Shape shape, JsonNode older, ItemIds olderIds, JsonNode newer, ItemIds newerIds) {
        var diff = new Diff(older, olderIds, newer, newerIds);
        diff.values(shape, older, newer, "", "", null);
        return diff.changes;
    }

    private void values(
            Shape shape, JsonNode older, JsonNode newer, String was, String pointer, @Nullable Surroundings around) {
        if (older.equals(newer)) return;
        if (older.isObject() && newer.isObject()) objects(shape, older, newer, was, pointer, around);
        else if (older.isArray() && newer.isArray()) lists(shape, older, newer, was, pointer, around);
        else if (older.isNumber() && newer.isNumber() && shape.isMeasured())
            changes.add(Surroundings.change(shape, older, newer, pointer, around));
        else changes.add(new Change(Kind.CHANGED, pointer, null, older, newer, words(older, newer)));
    }

    private void objects(
            Shape shape, JsonNode older, JsonNode newer, String was, String pointer, @Nullable Surroundings outer) {
        var around = new Surroundings(outer, shape, older, newer, pointer);
        var names = new LinkedHashSet<>(newer.propertyNames());
        names.addAll(older.propertyNames());
        for (String name : names) {
            String at = Pointers.join(pointer, name);
            if (!older.has(name)) added(newer.get(name), at);
            else if (!newer.has(name)) removed(older.get(name), Pointers.join(was, name));
            else values(shape.property(name), older.get(name), newer.get(name), Pointers.join(was, name), at, around);
        }
    }

    private void lists(
            Shape shape, JsonNode older, JsonNode newer, String was, String pointer, @Nullable Surroundings outer) {
        var around = new Surroundings(outer, shape, older, newer, pointer);
        var places = places(shape, older, newer, was, pointer);
        if (places.isEmpty()) {
            byValue(shape, older, newer, was, pointer, around.unmatched());
            return;
        }
        var inOrder = longestAscending(
                places.get().stream().filter(place -> place >= 0).toList());
        for (int i = 0; i < newer.size(); i++) {
            int place = places.get().get(i);
            String at = pointer + "/" + i;
            if (place < 0) added(newer.get(i), at);
            else {
                if (!inOrder.contains(place))
                    changes.add(new Change(Kind.MOVED, at, was + "/" + place, null, null, null));
                values(shape.items(), older.get(place), newer.get(i), was + "/" + place, at, around);
            }
        }
        for (int i = 0; i < older.size(); i++) if (!places.get().contains(i)) removed(older.get(i), was + "/" + i);
    }

    /**
     * The former index of each newer item, or -1 if the item is new. Items are matched by id, and the remaining ones by key, or by equality
     * in a list without keys. Empty if the list has neither ids nor keys that distinguish its items.
     */
    private Optional<List<Integer>> places(Shape shape, JsonNode older, JsonNode newer, String was, String pointer) {
        var before = olderIds.of(olderIds.path(this.older, was));
        var after = newerIds.of(newerIds.path(this.newer, pointer));
        boolean known = !before.isEmpty() && after.stream().anyMatch(before::contains);
        var keysBefore = identities(shape.key(), older);
        var keysAfter = identities(shape.key(), newer);
        boolean hasKeys = keysBefore.isPresent() && keysAfter.isPresent();
        if (!known && !hasKeys) return Optional.empty();
        var places = new ArrayList<Integer>();
        for (int i = 0; i < newer.size(); i++) places.add(known ? before.indexOf(after.get(i)) : -1);
        for (int i = 0; i < newer.size(); i++) {
            if (places.get(i) >= 0) continue;
            int same = hasKeys
                    ? keysBefore.get().indexOf(keysAfter.get().get(i))
                    : List.copyOf(older.values()).indexOf(newer.get(i));
            if (same >= 0 && !places.contains(same)) places.set(i, same);
        }
        return Optional.of(places);
    }

    /** The identity of an item: the values of its key fields. */
    private record Identity(List<JsonNode> values) {}

    /** The identities of the items; empty if the key does not distinguish them. */
    private static Optional<List<Identity>> identities(List<String> key, JsonNode list) {
        if (key.isEmpty()) return Optional.empty();
        var identities = list.values().stream()
                .map(item -> new Identity(key.stream().map(item::path).toList()))
                .toList();
        return new HashSet<>(identities).size() == identities.size() ? Optional.of(identities) : Optional.empty();
    }

    /** Compares lists whose items have no identity: items with equal values are matched first, the remaining items pairwise. */
    private void byValue(Shape shape, JsonNode older, JsonNode newer, String was, String pointer, Surroundings around) {
        var before = List.copyOf(older.values());
        var after = List.copyOf(newer.values());
        for (AbstractDelta<JsonNode> delta : DiffUtils.diff(before, after).getDeltas()) {
            int from = delta.getSource().getPosition();
            int to = delta.getTarget().getPosition();
            int gone = delta.getSource().size();
            int come = delta.getTarget().size();
            for (int i = 0; i < Math.max(gone, come); i++) {
                String at = pointer + "/" + (to + i);
                if (i >= gone) added(newer.get(to + i), at);
                else if (i >= come) removed(older.get(from + i), was + "/" + (from + i));
                else values(shape.items(), older.get(from + i), newer.get(to + i), was + "/" + (from + i), at, around);
            }
        }
    }

    private void added(JsonNode value, String pointer) {
        changes.add(new Change(Kind.ADDED, pointer, null, null, value, null));
    }

    private void removed(JsonNode value, String pointer) {
        changes.add(new Change(Kind.REMOVED, pointer, null, value, null, null));
    }

    public static @Nullable List<Piece> words(JsonNode older, JsonNode newer) {
        if (!older.isString() || !newer.isString()) return null;
        var before = Segmentation.words(older.stringValue());
        var after = Segmentation.words(newer.stringValue());
        var deltas = deltas(before, after);
        if (deltas == null) return null;
        var pieces = new ArrayList<Piece>();
        int read = 0;
        for (AbstractDelta<String> delta : deltas) {
            int at = delta.getSource().getPosition();
            piece(Op.EQUAL, before.subList(read, at), pieces);
            piece(Op.DELETE, delta.getSource().getLines(), pieces);
            piece(Op.INSERT, delta.getTarget().getLines(), pieces);
            read = at + delta.getSource().size();
        }
        piece(Op.EQUAL, before.subList(read, before.size()), pieces);
        return pieces;
    }

    private static void piece(Op op, List<String> words, List<Piece> pieces) {
        if (!words.isEmpty()) pieces.add(new Piece(op, String.join("", words)));
    }

    /** The differences of two texts; null if there are too many. */
    private static @Nullable List<AbstractDelta<String>> deltas(List<String> before, List<String> after) {
        if (Math.abs(before.size() - after.size()) > MOST_DIFFERENCES) return null;
        try {
            return DiffUtils.diff(before, after, new Bound()).getDeltas();
        } catch (Bound.Reached tooMany) {
            return null;
        }
    }

    /** Stops a comparison once it has found more differences than are shown. The library offers no other way to stop one. */
    private static final class Bound implements DiffAlgorithmListener {
        private static final class Reached extends RuntimeException {
            private static final long serialVersionUID = 1;

            Reached() {
                super(null, null, false, false);
            }
        }

        @Override
        public void diffStart() {}

        @Override
        public void diffStep(int differences, int most) {
            if (differences > MOST_DIFFERENCES) throw new Reached();
        }

        @Override
        public void diffEnd() {}
    }

    /** The items of a longest ascending subsequence: those that did not move. */
    static Set<Integer> longestAscending(List<Integer> places) {
        int[] length = new int[places.size()];
        int[] previous = new int[places.size()];
        int best = -1;
        for (int i = 0; i < length.length; i++) {
            length[i] = 1;
            previous[i] = -1;
            for (int j = 0; j < i; j++)
                if (places.get(j) < places.get(i) && length[j] + 1 > length[i]) {
                    length[i] = length[j] + 1;
                    previous[i] = j;
                }
            if (best < 0 || length[i] > length[best]) best = i;
        }
        var kept = new HashSet<Integer>();
        for (int i = best; i >= 0; i = previous[i]) kept.add(places.get(i));
        return kept;
    }
}
