// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Loads the approved content of ledger entries and prepares the guides that sites receive, in several threads. */
final class GuideLoader {
    /** How many guides a thread loads and prepares at a time. */
    private static final int BATCH = 20;

    private final LedgerReader ledger;
    private final ContentTypes types;
    private final JsonMapper json;

    GuideLoader(LedgerReader ledger, ContentTypes types, JsonMapper json) {
        this.ledger = ledger;
        this.types = types;
        this.json = json;
    }

    /**
     * Returns the guides of these entries by ledger position. A guide whose stored content is not the approved content is left out.
     *
     * @param known a snapshot whose content is reused where its hash is the same, so that it need not be loaded
     */
    Map<Long, PublishedGuide> load(List<LedgerEntry> entries, Snapshot known) {
        var guides = new ConcurrentHashMap<Long, PublishedGuide>();
        // while one thread loads its batch, others prepare theirs
        IntStream.range(0, (entries.size() + BATCH - 1) / BATCH)
                .mapToObj(batch -> entries.subList(batch * BATCH, Math.min(entries.size(), (batch + 1) * BATCH)))
                .toList()
                .parallelStream()
                .forEach(batch -> {
                    var contents = contents(batch, known);
                    for (var entry : batch) {
                        var content = contents.get(entry.position());
                        if (content != null)
                            guides.put(
                                    entry.position(),
                                    new PublishedGuide(entry, types.require(entry.type()), content, json));
                    }
                });
        // many guides at once, as after a start, are encoded on first use instead
        if (entries.size() <= BATCH)
            guides.values().forEach(guide -> guide.representation().prepare());
        return guides;
    }

    /** Returns the guides of those entries that may be served, by ledger position, as {@link #load} does. */
    Map<Long, PublishedGuide> loadServed(Collection<LedgerEntry> entries, Snapshot known) {
        return load(
                entries.stream()
                        .filter(LedgerEntry::isLive)
                        .filter(entry -> !ledger.isWithheld(entry.id()))
                        .toList(),
                known);
    }

    private Map<Long, JsonNode> contents(List<LedgerEntry> entries, Snapshot known) {
        var contents = new HashMap<Long, JsonNode>();
        var missing = new ArrayList<LedgerEntry>();
        for (var entry : entries) {
            var guide = known.find(GuideAddress.of(entry));
            if (guide.isPresent() && guide.get().entry().contentHash().equals(entry.contentHash()))
                contents.put(entry.position(), guide.get().content());
            else missing.add(entry);
        }
        contents.putAll(ledger.contents(missing));
        return contents;
    }
}
