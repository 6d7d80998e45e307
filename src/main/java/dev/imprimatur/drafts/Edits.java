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
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Applies the edits of a person to a working copy. An edit that fits is applied; changes to different words of one text
 * are merged; an edit that contradicts a newer one becomes a conflict; an edit that would make the draft invalid becomes a fault.
 */
public final class Edits {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern ID = Pattern.compile("([a-z0-9]{1,32}):([0-9]{1,9})");
    private static final int MOST_EDITS = 10_000;
    private static final int MOST_DIGITS = 15;

    /**
     * The outcome of one edit. The edit is saved unless it has a fault or a conflict, or belongs to an item that was not saved.
     *
     * @param fault why the draft cannot hold the edit
     */
    public record Outcome(
            Edit edit,
            boolean saved,
            @Nullable Fault fault,
            @Nullable EditConflict conflict) {}

    private final ContentType type;
    private final WorkingCopy copy;
    private final List<Edit> edits;
    private final Map<Edit, Fault> faults = new HashMap<>();
    private final Set<Edit> dropped = new HashSet<>();
    private final Map<Edit, EditConflict> conflicts = new HashMap<>();
    private final Set<Edit> effective = new HashSet<>();
    private ContentTree tree;

    private Edits(ContentType type, WorkingCopy copy, List<Edit> edits) {
        this.type = type;
        this.copy = copy;
        this.edits = edits;
        this.tree = ContentTree.of(copy.content(), copy.items());
    }

    /**
     * Applies the edits of one request to a working copy.
     *
     * @return the copy as it is then and one outcome for each edit, in their order
     */
    public static Result apply(ContentType type, WorkingCopy copy, List<Edit> all, Person by, java.time.Instant now) {
        if (all.size() > MOST_EDITS)
            throw Refusal.malformed("/edits", "at most " + MOST_EDITS + " edits at a time")
                    .raise();
        var receipts = new HashMap<String, EditReceipt>();
        copy.receipts().forEach(receipt -> receipts.put(receipt.page(), receipt));
        var run = new Edits(
                type,
                copy,
                all.stream()
                        .filter(edit -> {
                            var receipt = receipts.get(page(edit));
                            return receipt == null || !receipt.covers(number(edit));
                        })
                        .toList());
        run.applyUntilValid();
        var outcomes = all.stream().map(run::outcome).toList();
        var content = run.tree.content();
        var next = content.equals(copy.content())
                ? copy
                : copy.edited(content, run.tree.ids(), by, Set.of(), received(copy.receipts(), outcomes), now);
        return new Result(copy, next, outcomes);
    }

    /**
     * The outcome of all edits of a request.
     *
     * @param found the copy before the edits
     * @param copy the copy after the edits; the same instance as {@code found} if nothing changed
     */
    public record Result(WorkingCopy found, WorkingCopy copy, List<Outcome> outcomes) {}

    private Outcome outcome(Edit edit) {
        var fault = faults.get(edit);
        var conflict = conflicts.get(edit);
        return new Outcome(edit, fault == null && conflict == null && !dropped.contains(edit), fault, conflict);
    }

    private static List<EditReceipt> received(List<EditReceipt> before, List<Outcome> outcomes) {
        var pages = new LinkedHashMap<String, EditReceipt>();
        before.forEach(receipt -> pages.put(receipt.page(), receipt));
        var open = new LinkedHashMap<String, List<Long>>();
        for (var outcome : outcomes) {
            var list = open.computeIfAbsent(page(outcome.edit()), it -> new ArrayList<>());
            if (!outcome.saved()) list.add(number(outcome.edit()));
        }
        open.forEach((page, numbers) -> {
            var earlier = pages.remove(page);
            long last = outcomes.stream()
                    .map(Outcome::edit)
                    .filter(edit -> page(edit).equals(page))
                    .mapToLong(Edits::number)
                    .max()
                    .orElse(0);
            // a delayed older request must not overwrite the receipt of a later one
            if (earlier != null && earlier.upTo() > last) pages.put(page, earlier);
            else pages.put(page, new EditReceipt(page, last, numbers));
        });
        return EditReceipt.latest(List.copyOf(pages.values()));
    }

    private static String page(Edit edit) {
        return id(edit).group(1);
    }

    private static long number(Edit edit) {
        return Long.parseLong(id(edit).group(2));
    }

    private static Matcher id(Edit edit) {
        var id = ID.matcher(edit.id());
        if (!id.matches())
            throw Refusal.malformed("/edits", "an edit’s id is PAGE:NUMBER").raise();
        return id;
    }

    /** Applies the edits repeatedly, each time without those that made the draft invalid, until the draft is valid. */
    private void applyUntilValid() {
        var known = Set.copyOf(type.draftFaults(copy.content()));
        for (; ; ) {
            applyAll();
            if (effective.isEmpty()) return;
            var content = tree.content();
            var wrong = type.draftFaults(content).stream()
                    .filter(fault -> !known.contains(fault))
                    .toList();
            if (wrong.isEmpty()) return;
            for (var fault : wrong) dropCauseOf(fault, tree.ids().path(content, fault.pointer()));
        }
    }

    private void applyAll() {
        tree = ContentTree.of(copy.content(), copy.items());
        conflicts.clear();
        effective.clear();
        var inserted = new ArrayList<Edit.Insert>();
        for (var edit : edits) {
            if (dropped.contains(edit)) continue;
            switch (edit) {
                case Edit.Replace replace -> replace(replace);
                case Edit.Insert insert -> {
                    if (insert(insert)) inserted.add(insert);
                }
                case Edit.Remove remove -> remove(remove);
                case Edit.Move move -> move(move);
            }
        }
        for (var insert : inserted) {
            String item = insert.path() + "/" + insert.item();
            if (!tree.holdsNothing(item)) continue;
            tree.remove(item);
            effective.remove(insert);
            dropped.add(insert);
        }
    }

    /** Finds the edit that caused a fault and drops it. Dropping the insertion of an item drops all edits within the item. */
    private void dropCauseOf(Fault fault, String path) {
        var culprits = edits.stream()
                .filter(effective::contains)
                .filter(edit -> !dropped.contains(edit))
                .filter(edit -> place(edit).equals(path))
                .toList();
        if (culprits.isEmpty()) {
            var near = edits.stream()
                    .filter(effective::contains)
                    .filter(edit -> !dropped.contains(edit))
                    .filter(edit -> isWithin(place(edit), path) || isWithin(path, place(edit)))
                    .toList();
            var all = near.isEmpty()
                    ? edits.stream()
                            .filter(effective::contains)
                            .filter(edit -> !dropped.contains(edit))
                            .toList()
                    : near;
            if (all.isEmpty()) return;
            culprits = List.of(all.getLast());
        }
        for (var culprit : culprits) {
            faults.put(culprit, new Fault(path, fault.detail()));
            drop(culprit);
        }
    }

    private void drop(Edit culprit) {
        dropped.add(culprit);
        if (!(culprit instanceof Edit.Insert insert)) return;
        String item = place(insert);
        edits.stream().filter(edit -> isWithin(place(edit), item)).forEach(dropped::add);
    }

    private static String place(Edit edit) {
        return edit instanceof Edit.Insert insert ? insert.path() + "/" + insert.item() : edit.path();
    }

    private static boolean isWithin(String path, String holder) {
        return path.startsWith(holder + "/");
    }

    private void replace(Edit.Replace edit) {
        var shape = shape(edit.path());
        if (shape.type().equals("object") || shape.type().equals("array")) throw unknown(edit.path());
        String now = tree.textAt(edit.path());
        String from = lines(edit.from());
        String to = lines(edit.to());
        if (Objects.equals(lines(now), to)) return;
        String gone = removedItem(edit.path());
        if (gone != null) {
            if (to != null)
                conflicts.put(
                        edit, new EditConflict(gone, EditConflict.Kind.THEY_REMOVED, edit.from(), edit.to(), null));
            return;
        }
        String wanted = to;
        if (!Objects.equals(lines(now), from)) {
            wanted = now != null && from != null && to != null && isText(shape)
                    ? TextMerge.of(from, to, Objects.requireNonNull(lines(now))).orElse(null)
                    : null;
            if (wanted == null) {
                conflicts.put(
                        edit,
                        new EditConflict(edit.path(), EditConflict.Kind.BOTH_CHANGED, edit.from(), edit.to(), now));
                return;
            }
        }
        effective.add(edit);
        if (wanted == null) clear(edit, shape);
        else write(edit, shape, wanted, now);
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

    private void write(Edit edit, Shape shape, String text, @Nullable String now) {
        JsonNode value;
        try {
            value = value(shape.type(), text, now);
        } catch (NumberFormatException wrong) {
            faults.put(edit, new Fault(edit.path(), "“" + text + "” is not a number; write digits only, as in 112500"));
            effective.remove(edit);
            dropped.add(edit);
            return;
        }
        tree.put(type.shape(), edit.path(), value);
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

    private boolean insert(Edit.Insert edit) {
        if (!shape(edit.path()).type().equals("array") || !ItemIds.isId(edit.item())) throw unknown(edit.path());
        String item = place(edit);
        if (tree.has(item)) return false;
        String gone = removedItem(edit.path());
        if (gone != null || !tree.insert(type.shape(), edit.path(), edit.item(), edit.after())) {
            conflicts.put(
                    edit,
                    new EditConflict(
                            gone == null ? edit.path() : gone, EditConflict.Kind.THEY_REMOVED, null, null, null));
            return false;
        }
        effective.add(edit);
        return true;
    }

    private void remove(Edit.Remove edit) {
        if (!holderShape(edit.path()).type().equals("array")) throw unknown(edit.path());
        if (!tree.has(edit.path())) return;
        var now = tree.under(edit.path());
        if (!sameLines(now).equals(sameLines(edit.from()))) {
            conflicts.put(
                    edit,
                    new EditConflict(
                            edit.path(),
                            EditConflict.Kind.I_REMOVED,
                            String.join("\n", edit.from().values()),
                            null,
                            String.join("\n", now.values())));
            return;
        }
        effective.add(edit);
        tree.remove(edit.path());
    }

    private static Map<String, String> sameLines(Map<String, String> values) {
        var same = new HashMap<String, String>();
        values.forEach((path, text) -> same.put(path, Objects.requireNonNull(lines(text))));
        return same;
    }

    private void move(Edit.Move edit) {
        if (!holderShape(edit.path()).type().equals("array")) throw unknown(edit.path());
        if (!tree.has(edit.path())) return;
        effective.add(edit);
        tree.move(edit.path(), edit.after());
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
