// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.ListValues;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Makes the published guides of ledger entries. Their contents are read only if nobody has noted what lists need of them; guides in large
 * numbers are read by several threads.
 */
final class GuideLoader {
    /** How many guides a thread loads and prepares at a time. */
    private static final int BATCH = 20;

    private final LedgerReader ledger;
    private final ContentTypes types;
    private final GuideContents contents;

    GuideLoader(LedgerReader ledger, ContentTypes types, GuideContents contents) {
        this.ledger = ledger;
        this.types = types;
        this.contents = contents;
    }

    /**
     * Returns the guides of these entries by ledger position. A guide whose content was read and is not the approved content is left out.
     *
     * @param known a snapshot from which guides with the same content take it, so that it need not be read
     */
    Map<Long, PublishedGuide> load(List<LedgerEntry> entries, Snapshot known) {
        var guides = new ConcurrentHashMap<Long, PublishedGuide>();
        // many guides at once, as after a start, are encoded on first use instead
        boolean isFew = entries.size() <= BATCH;
        // while one thread loads its batch, others prepare theirs
        IntStream.range(0, (entries.size() + BATCH - 1) / BATCH)
                .mapToObj(batch -> entries.subList(batch * BATCH, Math.min(entries.size(), (batch + 1) * BATCH)))
                .toList()
                .parallelStream()
                .forEach(batch -> load(batch, known, isFew, guides));
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

    /**
     * Returns the guides of those entries that may be served, by ledger position. Reads only contents whose list values are not known.
     *
     * @param unread receives the guides whose content was not read
     */
    Map<Long, PublishedGuide> loadServed(
            Collection<LedgerEntry> entries,
            Map<StoredListValues.Content, ListValues> listed,
            Consumer<PublishedGuide> unread) {
        var guides = new HashMap<Long, PublishedGuide>();
        var others = new ArrayList<LedgerEntry>();
        for (var entry : entries) {
            var values = listed.get(new StoredListValues.Content(entry.type(), entry.contentHash()));
            if (values == null || !entry.isLive() || ledger.isWithheld(entry.id())) {
                others.add(entry);
                continue;
            }
            var guide = new PublishedGuide(entry, types.require(entry.type()), values);
            guides.put(entry.position(), guide);
            unread.accept(guide);
        }
        guides.putAll(loadServed(others, Snapshot.empty(0)));
        return guides;
    }

    private void load(List<LedgerEntry> entries, Snapshot known, boolean isFew, Map<Long, PublishedGuide> guides) {
        var missing = new ArrayList<LedgerEntry>();
        for (var entry : entries) {
            var before = known.find(GuideAddress.of(entry))
                    .filter(guide -> guide.entry().contentHash().equals(entry.contentHash()))
                    .orElse(null);
            if (before == null) {
                missing.add(entry);
                continue;
            }
            boolean isSame = before.entry().hash().equals(entry.hash());
            guides.put(entry.position(), isSame ? before : after(before, entry, isFew));
        }
        var read = ledger.contents(missing);
        for (var entry : missing) {
            var content = read.get(entry.position());
            if (content == null) continue;
            var type = types.require(entry.type());
            var guide = new PublishedGuide(entry, type, ListValues.of(type, content));
            if (isFew || contents.hasRoom()) keep(guide, content, isFew);
            guides.put(entry.position(), guide);
        }
    }

    private PublishedGuide after(PublishedGuide before, LedgerEntry entry, boolean isPrepared) {
        var guide = new PublishedGuide(entry, types.require(entry.type()), before.listed());
        // a guide of the past is rarely requested
        var content = entry.position() > before.position() ? contents.readyContent(before) : null;
        if (content != null) keep(guide, content, isPrepared);
        return guide;
    }

    private void keep(PublishedGuide guide, JsonNode content, boolean isPrepared) {
        if (isPrepared) contents.prepare(guide, content);
        else contents.put(guide, content);
    }
}
