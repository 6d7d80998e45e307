package dev.imprimatur.studio;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Change;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Merge;
import dev.imprimatur.editing.Person;
import dev.imprimatur.editing.WorkingCopy;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Saves what the edit page holds: what is right is saved, what others changed meanwhile is kept, what collides is asked. */
@Component
class Drafting {
    private static final int ATTEMPTS = 5;

    private final Editing editing;
    private final ContentTypes types;
    private final JsonMapper json;

    Drafting(Editing editing, ContentTypes types, JsonMapper json) {
        this.editing = editing;
        this.types = types;
        this.json = json;
    }

    /**
     * What became of a form.
     *
     * @param copy the working copy as it now is
     * @param faults what could not be saved as it stands, and why
     * @param taken top-level places that others changed since the form was loaded
     * @param conflict what both changed differently; nothing was saved then
     */
    record Saved(
            WorkingCopy copy,
            List<Fault> faults,
            List<String> taken,
            @Nullable Merge conflict) {}

    /**
     * Saves the inputs of a form.
     *
     * @param etag the version the form was loaded from
     * @param base the content of that version, as JSON
     */
    Saved save(Guide guide, String etag, String base, Map<String, String[]> inputs, Person me) {
        var type = types.require(guide.type());
        var before = parsed(base);
        var form = FormContent.read(type.shape(), inputs);
        var mine = normalised(form.content());
        var faults = new ArrayList<>(form.faults());
        form.faults().forEach(fault -> putBack(mine, fault.pointer(), before));
        type.draftFaults(mine).forEach(fault -> {
            faults.add(fault);
            putBack(mine, fault.pointer(), before);
        });
        for (int attempt = 1; ; attempt++) {
            var current = editing.draft(guide);
            boolean fresh = current.etag().equals(etag);
            var theirs = normalised(current.content());
            var merge = fresh ? new Merge(mine, List.of()) : editing.merge(guide, before, mine, theirs);
            if (!merge.conflicts().isEmpty()) return new Saved(current, faults, List.of(), merge);
            try {
                var copy = editing.save(guide, current.etag(), merge.content(), me);
                return new Saved(copy, faults, fresh ? List.of() : taken(guide, mine, merge.content()), null);
            } catch (Refused refused) {
                if (refused.refusal().kind() != Refusal.Kind.STALE || attempt == ATTEMPTS) throw refused;
            }
        }
    }

    private List<String> taken(Guide guide, JsonNode mine, JsonNode merged) {
        return editing.changes(guide, mine, merged).stream()
                .map(Change::pointer)
                .map(pointer -> "/" + pointer.substring(1).split("/", 2)[0])
                .distinct()
                .toList();
    }

    /**
     * Saves what was chosen where two edits collided.
     *
     * @param merged the merge as it was shown, as JSON
     * @param inputs {@code choice:POINTER} says {@code mine}, {@code theirs} or {@code text}; the values stand under
     *     {@code mine:POINTER} and {@code theirs:POINTER} as JSON, a text under {@code text:POINTER}
     */
    Saved resolve(Guide guide, String etag, String merged, String theirs, Map<String, String[]> inputs, Person me) {
        var choices = new LinkedHashMap<String, JsonNode>();
        inputs.forEach((name, values) -> {
            if (!name.startsWith("choice:")) return;
            String pointer = name.substring("choice:".length());
            String choice = values[0];
            choices.put(
                    pointer,
                    choice.equals("text")
                            ? json.getNodeFactory()
                                    .stringNode(only(inputs, "text:" + pointer).replace("\r\n", "\n"))
                            : optional(only(inputs, choice + ":" + pointer)));
        });
        JsonNode chosen;
        try {
            chosen = new Merge(parsed(merged), List.of()).resolved(choices);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | JacksonException nowhere) {
            throw Refusal.malformed("", "a choice is for a place that the draft does not have")
                    .raise();
        }
        var current = editing.draft(guide);
        var again = current.etag().equals(etag)
                ? new Merge(chosen, List.of())
                : editing.merge(guide, parsed(theirs), normalised(chosen), normalised(current.content()));
        if (!again.conflicts().isEmpty()) return new Saved(current, List.of(), List.of(), again);
        return new Saved(editing.save(guide, current.etag(), again.content(), me), List.of(), List.of(), null);
    }

    private static String only(Map<String, String[]> inputs, String name) {
        var values = inputs.get(name);
        if (values == null) throw Refusal.malformed(name, "is missing").raise();
        return values[0];
    }

    private JsonNode optional(String text) {
        return text.isEmpty() ? json.getNodeFactory().missingNode() : parsed(text);
    }

    private JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (JacksonException wrong) {
            throw Refusal.malformed("", "the form does not say what it was made from; reload the page")
                    .raise();
        }
    }

    /** The same with numbers as JSON text has them, so that equal content is equal wherever it was read. */
    private JsonNode normalised(JsonNode content) {
        return json.readTree(json.writeValueAsString(content));
    }

    /** Takes what cannot be saved out of the content: the place is as it was before, or not there. */
    private static void putBack(JsonNode content, String pointer, JsonNode before) {
        if (pointer.isEmpty()) return;
        int last = pointer.lastIndexOf('/');
        var was = before.at(pointer);
        String name = dev.imprimatur.content.Pointers.unescape(pointer.substring(last + 1));
        switch (content.at(pointer.substring(0, last))) {
            case ObjectNode object when was.isMissingNode() -> object.remove(name);
            case ObjectNode object -> object.set(name, was);
            case ArrayNode array
            when name.matches("[0-9]{1,6}") && Integer.parseInt(name) < array.size() -> {
                if (was.isMissingNode()) array.set(Integer.parseInt(name), array.stringNode(""));
                else array.set(Integer.parseInt(name), was);
            }
            default -> {
                // its holder was put back already
            }
        }
    }

    /** What keeps the draft from being submitted, with what could not even be saved first. */
    List<Fault> faults(Guide guide, JsonNode content, List<Fault> unsaved) {
        return Stream.concat(unsaved.stream(), types.require(guide.type()).submissionFaults(content).stream())
                .distinct()
                .toList();
    }
}
