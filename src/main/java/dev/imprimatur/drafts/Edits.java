// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Applies the edits of a person to a working copy. An edit that fits is applied; changes to different words of one text
 * are merged; an edit that contradicts a newer one becomes a conflict; an edit that would make the draft invalid becomes a fault.
 */
public final class Edits {
    private static final Pattern ID = Pattern.compile("([a-z0-9]{1,32}):([0-9]{1,9})");
    private static final int MOST_EDITS = 10_000;

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
    private EditedTree tree;

    private Edits(ContentType type, WorkingCopy copy, List<Edit> edits) {
        this.type = type;
        this.copy = copy;
        this.edits = edits;
        this.tree = new EditedTree(type, copy);
    }

    /**
     * Applies the edits of one request to a working copy.
     *
     * @return the copy as it is then and one outcome for each edit, in their order
     */
    public static Result apply(ContentType type, WorkingCopy copy, List<Edit> all, Person by, Instant now) {
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
        tree = new EditedTree(type, copy);
        conflicts.clear();
        effective.clear();
        var inserted = new ArrayList<Edit.Insert>();
        for (var edit : edits) {
            if (dropped.contains(edit)) continue;
            var effect = tree.apply(edit);
            if (effect.changed()) effective.add(edit);
            if (effect.changed() && edit instanceof Edit.Insert insert) inserted.add(insert);
            if (effect.conflict() != null) conflicts.put(edit, effect.conflict());
            if (effect.fault() != null) {
                faults.put(edit, effect.fault());
                dropped.add(edit);
            }
        }
        for (var insert : inserted)
            if (tree.removeIfEmpty(insert)) {
                effective.remove(insert);
                dropped.add(insert);
            }
    }

    /** Finds the edit that caused a fault and drops it. Dropping the insertion of an item drops all edits within the item. */
    private void dropCauseOf(Fault fault, String path) {
        var culprits = edits.stream()
                .filter(effective::contains)
                .filter(edit -> !dropped.contains(edit))
                .filter(edit -> edit.place().equals(path))
                .toList();
        if (culprits.isEmpty()) {
            var near = edits.stream()
                    .filter(effective::contains)
                    .filter(edit -> !dropped.contains(edit))
                    .filter(edit -> isWithin(edit.place(), path) || isWithin(path, edit.place()))
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
        String item = insert.place();
        edits.stream().filter(edit -> isWithin(edit.place(), item)).forEach(dropped::add);
    }

    private static boolean isWithin(String path, String holder) {
        return path.startsWith(holder + "/");
    }
}
