// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.References;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks that the guides exist that a content refers to, and are of the types that its content type names. */
final class ReferenceCheck {
    /** The most guides that a content may refer to; each is named in a header of what sites read. */
    private static final int MOST = 100;

    private ReferenceCheck() {}

    /**
     * What is wrong with the references of a draft that its last version did not have. Links in texts are checked at submission, so that
     * nobody loses what they are writing.
     */
    static List<Fault> ofDraft(Guides guides, Guide guide, ContentType type, JsonNode before, JsonNode after) {
        var fields = References.ofFields(type, after);
        if (fields.isEmpty()) return List.of();
        var known = ids(References.ofFields(type, before));
        return faults(
                guides,
                guide,
                fields.stream().filter(field -> !known.contains(field.guide())).toList());
    }

    /** What is wrong with the references of the fields of a new guide, whose content is the member {@code content} of the request. */
    static List<Fault> ofNew(Guides guides, ContentType type, JsonNode content) {
        return faults(guides, null, References.ofFields(type, content)).stream()
                .map(fault -> new Fault("/content" + fault.pointer(), fault.detail()))
                .toList();
    }

    /** Throws a refusal if there are faults. */
    static void mustBeRight(List<Fault> faults) {
        if (!faults.isEmpty())
            throw Refusal.malformed("the draft refers to guides that it cannot refer to", faults)
                    .raise();
    }

    /** What is wrong with the references of a submission. Whether the guides are published does not matter: two may refer to each other. */
    static List<Fault> ofSubmission(Guides guides, Guide guide, ContentType type, JsonNode content) {
        var found = References.of(type, content);
        var faults = new ArrayList<>(faults(guides, guide, found));
        if (ids(found).size() > MOST)
            faults.add(new Fault("", "refers to more than " + MOST + " guides; remove references"));
        return faults;
    }

    /** Warnings about the guides that a content refers to and that readers cannot read now. They prevent nothing. */
    static List<Fault> warnings(Guides guides, ContentType type, JsonNode content) {
        var found = References.of(type, content);
        if (found.isEmpty()) return List.of();
        var existing = guides.find(ids(found));
        var warnings = new ArrayList<Fault>();
        for (var reference : found) {
            var to = existing.get(reference.guide());
            if (to == null) warnings.add(new Fault(reference.pointer(), missing(reference.guide())));
            else if (to.live() == null)
                warnings.add(new Fault(
                        reference.pointer(),
                        "refers to “" + to.title()
                                + "”, which is not published: until it is, readers see no link to it"));
        }
        return warnings;
    }

    private static String missing(String id) {
        return "refers to guide " + id + ", which does not exist; choose another guide, or remove it";
    }

    private static Set<String> ids(List<References.Found> found) {
        return found.stream().map(References.Found::guide).collect(Collectors.toSet());
    }

    /** @param guide the guide that refers; null if it does not exist yet */
    private static List<Fault> faults(Guides guides, @Nullable Guide guide, List<References.Found> found) {
        if (found.isEmpty()) return List.of();
        var existing = guides.find(ids(found));
        var faults = new ArrayList<Fault>();
        for (var reference : found) {
            String fault = fault(guide, reference, existing.get(reference.guide()));
            if (fault != null) faults.add(new Fault(reference.pointer(), fault));
        }
        return faults;
    }

    private static @Nullable String fault(@Nullable Guide from, References.Found reference, @Nullable Guide to) {
        String id = reference.guide();
        if (from != null && id.equals(from.id()))
            return "refers to this guide itself; choose another guide, or remove it";
        if (to == null) return missing(id);
        var types = reference.types();
        return types.isEmpty() || types.contains(to.type())
                ? null
                : "refers to a guide of the type " + to.type() + "; choose one of the type "
                        + String.join(" or ", types);
    }
}
