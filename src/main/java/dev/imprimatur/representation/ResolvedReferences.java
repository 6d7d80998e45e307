// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The guides that a content refers to, as they are published at one ledger position.
 *
 * @param byGuide by the id of the guide, in the order of the content
 * @param guides the published ones among them, by id
 * @param changedAt when one of these guides was last published, unpublished or changed; the epoch if none ever was
 */
public record ResolvedReferences(
        Map<String, Reference> byGuide, Map<String, PublishedGuide> guides, Instant changedAt) {
    /** Collects the guides that are referred to. */
    public static final class Builder {
        private final Map<String, Reference> byGuide = new LinkedHashMap<>();
        private final Map<String, PublishedGuide> guides = new HashMap<>();
        private Instant changedAt = Instant.EPOCH;

        /** Adds a guide of which nothing is known to the reader. */
        public void add(String id) {
            byGuide.put(id, Reference.toNothing(id));
        }

        /** Adds a guide that is or was published; null if it is not published now. */
        public void add(String id, @Nullable PublishedGuide guide, Instant changed) {
            byGuide.put(id, guide == null ? Reference.toNothing(id) : Reference.to(guide));
            if (guide != null) guides.put(id, guide);
            if (changed.isAfter(changedAt)) changedAt = changed;
        }

        public ResolvedReferences build() {
            return new ResolvedReferences(byGuide, guides, changedAt);
        }
    }

    Instant since(Instant modifiedAt) {
        return changedAt.isAfter(modifiedAt) ? changedAt : modifiedAt;
    }

    /** The surrogate keys by which a CDN can purge what refers to these guides, each after a space. */
    String surrogateKeys() {
        return byGuide.keySet().stream().map(id -> " references/" + id).collect(Collectors.joining());
    }

    /** What is known of these guides, by id and in this order. */
    Map<String, Reference> of(Collection<String> guides) {
        var references = new LinkedHashMap<String, Reference>();
        for (String guide : guides) references.put(guide, byGuide.getOrDefault(guide, Reference.toNothing(guide)));
        return references;
    }

    /** The addresses of the published guides among these, by id. */
    Map<String, String> addresses(Collection<String> guides) {
        var addresses = new HashMap<String, String>();
        for (String guide : guides) {
            var reference = byGuide.get(guide);
            if (reference != null && reference.live()) addresses.put(guide, reference.address());
        }
        return addresses;
    }
}
