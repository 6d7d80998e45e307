// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.networknt.schema.Error;
import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Turns the faults that a schema validator finds into messages for people who fill in a form. The messages say what to write instead, and
 * show no regular expressions. Each sentence follows the label of its field.
 */
final class Wording {
    private final JsonNode root;
    private final JsonNode content;

    private Wording(JsonNode root, JsonNode content) {
        this.root = root;
        this.content = content;
    }

    /** The faults that the validator found in the content, without repetitions. */
    static List<Fault> of(JsonNode root, JsonNode content, List<Error> errors) {
        var wording = new Wording(root, content);
        var plain = new ArrayList<ErrorPlace>();
        var ambiguous = new ArrayList<ErrorPlace>();
        var choices = new LinkedHashMap<String, List<ErrorPlace>>();
        for (var error : errors) {
            var place = ErrorPlace.of(error, root);
            if (place.isAmbiguousChoice()) ambiguous.add(place);
            else if (place.choice() == null) plain.add(place);
            else
                choices.computeIfAbsent(place.choice().key(), key -> new ArrayList<>())
                        .add(place);
        }
        // drops a choice with too many matching branches: the faults of branches matter only if none matches
        ambiguous.forEach(place -> choices.remove(place.key()));
        plain.removeIf(place -> choices.containsKey(place.key()));
        plain.addAll(ambiguous);
        var faults = new LinkedHashSet<Fault>();
        plain.forEach(place -> faults.add(wording.fault(place)));
        choices.values().forEach(places -> faults.add(wording.unmatchedChoice(places)));
        return List.copyOf(faults);
    }

    private Fault fault(ErrorPlace place) {
        String property = String.valueOf(place.error().getProperty());
        return switch (place.keyword()) {
            case "required" -> {
                var missing = place.schema().path("properties").path(property);
                yield new Fault(
                        Pointers.join(place.pointer(), property),
                        CustomMessages.of(missing, "required")
                                .or(() -> CustomMessages.of(ErrorPlace.referred(missing, root), "required"))
                                .or(place::customMessage)
                                .orElse("is required"));
            }
            case "dependentRequired" ->
                new Fault(
                        Pointers.join(
                                place.pointer(), String.valueOf(place.error().getArguments()[0])),
                        place.customMessage().orElse("is required because another field is filled in"));
            case "additionalProperties", "unevaluatedProperties" ->
                new Fault(
                        Pointers.join(place.pointer(), property),
                        place.customMessage().orElseGet(() -> unknown(property, Shape.of(place.schema()))));
            default ->
                new Fault(
                        place.pointer(),
                        place.customMessage().orElseGet(() -> KeywordMessage.of(place, content.at(place.pointer()))));
        };
    }

    private static String unknown(String name, Shape shape) {
        String known = String.join(", ", shape.properties());
        return "“" + ValueFormat.shortened(name) + "” is not a field of this content type"
                + (known.isEmpty() ? "" : "; the fields here are " + known);
    }

    /** The fault of a choice in which no branch matches; the fault says what each branch needs. */
    private Fault unmatchedChoice(List<ErrorPlace> places) {
        var choice = places.getFirst().choice();
        if (choice == null) throw new IllegalArgumentException("no choice");
        var custom = CustomMessages.of(choice.schema(), choice.keyword());
        if (custom.isPresent()) return new Fault(choice.pointer(), custom.get());
        var messages = new LinkedHashMap<String, String>();
        for (var place : places) {
            var fault = fault(place);
            String inner = fault.pointer().substring(choice.pointer().length());
            String message = inner.isEmpty() ? fault.detail() : inner.substring(1) + " " + fault.detail();
            messages.putIfAbsent(place.choice() == null ? "" : place.choice().branch(), message);
        }
        return new Fault(choice.pointer(), String.join("; or ", new LinkedHashSet<>(messages.values())));
    }
}
