// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.ContentTree;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.diff.TextMerge;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The content of a draft while edits are applied to it, one at a time. */
final class EditedTree {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MOST_DIGITS = 15;

    /**
     * What an edit did. An edit changes the tree, has a conflict, has a fault, or changes nothing because the tree already is as the
     * person wants it.
     */
    record Effect(
            boolean changed,
            @Nullable EditConflict conflict,
            @Nullable Fault fault) {
        private static final Effect NONE = new Effect(false, null, null);
        private static final Effect CHANGED = new Effect(true, null, null);

        private static Effect of(EditConflict conflict) {
            return new Effect(false, conflict, null);
        }

        private static Effect of(Fault fault) {
            return new Effect(false, null, fault);
        }
    }

    private final ContentType type;
    private final ContentTree tree;

    EditedTree(ContentType type, WorkingCopy copy) {
        this.type = type;
        this.tree = ContentTree.of(copy.content(), copy.items());
    }

    JsonNode content() {
        return tree.content();
    }

    ItemIds ids() {
        return tree.ids();
    }

    Effect apply(Edit edit) {
        return switch (edit) {
            case Edit.Replace replace -> replace(replace);
            case Edit.Insert insert -> insert(insert);
            case Edit.Remove remove -> remove(remove);
            case Edit.Move move -> move(move);
        };
    }

    /** Removes the item that the edit inserted if the item still holds nothing. Returns whether it was removed. */
    boolean removeIfEmpty(Edit.Insert inserted) {
        boolean empty = tree.holdsNothing(inserted.place());
        if (empty) tree.remove(inserted.place());
        return empty;
    }

    private Effect replace(Edit.Replace edit) {
        var shape = shape(edit.path());
        if (shape.type().equals("object") || shape.type().equals("array")) throw unknown(edit.path());
        String now = tree.textAt(edit.path());
        String from = lines(edit.from());
        String to = lines(edit.to());
        if (Objects.equals(lines(now), to)) return Effect.NONE;
        String gone = removedItem(edit.path());
        if (gone != null)
            return to == null
                    ? Effect.NONE
                    : Effect.of(new EditConflict(gone, EditConflict.Kind.THEY_REMOVED, edit.from(), edit.to(), null));
        String wanted = to;
        if (!Objects.equals(lines(now), from)) {
            wanted = now != null && from != null && to != null && isText(shape)
                    ? TextMerge.of(from, to, Objects.requireNonNull(lines(now))).orElse(null)
                    : null;
            if (wanted == null)
                return Effect.of(
                        new EditConflict(edit.path(), EditConflict.Kind.BOTH_CHANGED, edit.from(), edit.to(), now));
        }
        if (wanted != null) return write(edit, shape, wanted, now);
        clear(edit, shape);
        return Effect.CHANGED;
    }

    /** The first item on the path that no longer exists; null if there is none. Missing groups do not count, since they can be created. */
    private @Nullable String removedItem(String path) {
        var walked = new StringBuilder();
        var shape = type.shape();
        for (String step : ContentTree.steps(path)) {
            walked.append('/').append(step);
            boolean item = shape.type().equals("array");
            if (item && !tree.has(walked.toString())) return walked.toString();
            shape = item ? shape.items() : shape.property(Pointers.unescape(step));
        }
        return null;
    }

    private void clear(Edit edit, Shape shape) {
        boolean needed = holderShape(edit.path()).requires(Pointers.unescape(ContentTree.lastStep(edit.path())));
        if (shape.type().equals("boolean") && needed) tree.put(type.shape(), edit.path(), JSON.booleanNode(false));
        else tree.remove(edit.path());
    }

    private Effect write(Edit edit, Shape shape, String text, @Nullable String now) {
        JsonNode value;
        try {
            value = value(shape.type(), text, now);
        } catch (NumberFormatException wrong) {
            return Effect.of(new Fault(edit.path(), "“" + text + "” is not a number; write digits only, as in 112500"));
        }
        tree.put(type.shape(), edit.path(), value);
        return Effect.CHANGED;
    }

    private static JsonNode value(String type, String text, @Nullable String now) {
        return switch (type) {
            case "boolean" -> JSON.booleanNode(text.equals("true"));
            case "integer", "number" -> number(text.strip());
            // Keep the line ends that this text had before.
            default -> JSON.stringNode(now == null ? text : TextMerge.withEndsOf(now, text));
        };
    }

    private static JsonNode number(String text) {
        var number = new BigDecimal(text);
        if (number.precision() > MOST_DIGITS || number.scale() < 0 || number.scale() > MOST_DIGITS)
            throw new NumberFormatException(text);
        return NormalForm.of(JSON.numberNode(number));
    }

    /** Browsers send different line ends and different Unicode forms; this converts both to one form. */
    private static @Nullable String lines(@Nullable String text) {
        return text == null ? null : CleanText.normal(text.replace("\r\n", "\n").replace('\r', '\n'));
    }

    private static boolean isText(Shape shape) {
        return shape.type().equals("string") && shape.options().isEmpty();
    }

    private Effect insert(Edit.Insert edit) {
        if (!shape(edit.path()).type().equals("array") || !ItemIds.isId(edit.item())) throw unknown(edit.path());
        if (tree.has(edit.place())) return Effect.NONE;
        String gone = removedItem(edit.path());
        if (gone != null || !tree.insert(type.shape(), edit.path(), edit.item(), edit.after()))
            return Effect.of(new EditConflict(
                    gone == null ? edit.path() : gone, EditConflict.Kind.THEY_REMOVED, null, null, null));
        return Effect.CHANGED;
    }

    private Effect remove(Edit.Remove edit) {
        if (!holderShape(edit.path()).type().equals("array")) throw unknown(edit.path());
        if (!tree.has(edit.path())) return Effect.NONE;
        var now = tree.under(edit.path());
        if (!sameLines(now).equals(sameLines(edit.from())))
            return Effect.of(new EditConflict(
                    edit.path(),
                    EditConflict.Kind.I_REMOVED,
                    String.join("\n", edit.from().values()),
                    null,
                    String.join("\n", now.values())));
        tree.remove(edit.path());
        return Effect.CHANGED;
    }

    private static Map<String, String> sameLines(Map<String, String> values) {
        var same = new HashMap<String, String>();
        values.forEach((path, text) -> same.put(path, Objects.requireNonNull(lines(text))));
        return same;
    }

    private Effect move(Edit.Move edit) {
        if (!holderShape(edit.path()).type().equals("array")) throw unknown(edit.path());
        if (!tree.has(edit.path())) return Effect.NONE;
        tree.move(edit.path(), edit.after());
        return Effect.CHANGED;
    }

    private Shape holderShape(String path) {
        return shape(ContentTree.parent(path));
    }

    /** The shape of the value at a path. Refuses a path that the content type does not define. */
    private Shape shape(String path) {
        if (!path.isEmpty() && !path.startsWith("/")) throw unknown(path);
        var shape = type.shape();
        for (String step : ContentTree.steps(path)) {
            if (shape.type().equals("array")) {
                if (!ItemIds.isId(step)) throw unknown(path);
                shape = shape.items();
            } else {
                String name = Pointers.unescape(step);
                if (!shape.properties().contains(name)) throw unknown(path);
                shape = shape.property(name);
            }
        }
        return shape;
    }

    private static RuntimeException unknown(String path) {
        return Refusal.malformed(path, "is not an input of this form").raise();
    }
}
