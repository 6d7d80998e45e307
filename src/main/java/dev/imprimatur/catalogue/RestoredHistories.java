// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.publication.EntrySummary;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.ListValues;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The histories of all addresses as of the last checkpoint of the ledger. A checkpoint says when each address changed. What is delivered
 * comes from the last entry of each address, which is read from the store and verified, and from its content, which is read and verified
 * when it is needed. What lists need of the contents comes from {@link StoredListValues}.
 */
final class RestoredHistories {
    /** How many entries a thread loads at once. */
    private static final int BATCH = 200;
    /** How many batches are loaded at a time. */
    private static final int AT_ONCE = 2 * Runtime.getRuntime().availableProcessors();

    private record Restored(long last, AddressHistory.ChangeTimes times) {
        static Restored after(@Nullable Restored before, EntrySummary entry) {
            return new Restored(
                    entry.position(), AddressHistory.ChangeTimes.after(before == null ? null : before.times(), entry));
        }
    }

    private record Rename(String guide, GuideAddress from, GuideAddress to) {}

    private final LedgerReader ledger;
    private final GuideLoader loader;
    private final StoredListValues listValues;
    private List<PublishedGuide> unread = List.of();

    RestoredHistories(LedgerReader ledger, GuideLoader loader, StoredListValues listValues) {
        this.ledger = ledger;
        this.loader = loader;
        this.listValues = listValues;
    }

    /**
     * Returns the snapshot at the last checkpoint, the first time only; after that, or without checkpoints, the empty snapshot. Throws a
     * refusal if the last entry of an address is not the one that was verified.
     */
    Snapshot snapshot(int reading) {
        var empty = Snapshot.empty(reading);
        var byAddress = new HashMap<GuideAddress, Restored>();
        var addresses = new HashMap<String, GuideAddress>();
        var renames = new ArrayList<Rename>();
        var sets = new HashMap<String, String>();
        var groups = new HashMap<String, TranslationGroup>();
        ledger.takeRestored(entry -> {
            var address = GuideAddress.of(entry.subject());
            String guide = entry.subject().id();
            var former = addresses.put(guide, address);
            if (former != null && !former.equals(address)) {
                renames.add(new Rename(guide, former, address));
                byAddress.put(address, requireNonNull(byAddress.remove(former)));
            }
            String set = entry.subject().set();
            String setBefore = sets.put(guide, set);
            if (setBefore != null && !setBefore.equals(set))
                groups.computeIfPresent(setBefore, (same, group) -> group.without(guide, entry.position(), entry.at()));
            groups.merge(
                    set,
                    TranslationGroup.EMPTY.with(guide, address, entry.position(), entry.at()),
                    (group, one) -> group.with(guide, address, entry.position(), entry.at()));
            byAddress.compute(address, (same, before) -> Restored.after(before, entry));
        });
        if (byAddress.isEmpty()) return empty;
        var inOrder = byAddress.values().stream()
                .sorted((one, other) -> Long.compare(one.last(), other.last()))
                .toList();
        var listed = listValues.read();
        var withoutContent = new ConcurrentLinkedQueue<PublishedGuide>();
        var fold = new Snapshot.Fold(empty);
        // before the histories, which are added at their current addresses
        renames.forEach(it -> fold.rename(it.guide(), it.from(), it.to()));
        IntStream.range(0, (inOrder.size() + BATCH - 1) / BATCH)
                .mapToObj(batch -> inOrder.subList(batch * BATCH, Math.min(inOrder.size(), (batch + 1) * BATCH)))
                // while some batches wait for the store, the processors are busy with others
                .gather(Gatherers.mapConcurrent(AT_ONCE, batch -> histories(batch, listed, withoutContent)))
                .forEach(histories -> histories.forEach(fold::add));
        groups.forEach((set, group) ->
                group.members().values().stream().findFirst().ifPresent(member -> fold.add(member.type(), set, group)));
        var snapshot = fold.snapshot();
        unread = withoutContent.stream()
                .flatMap(guide -> snapshot.current(guide).stream())
                .toList();
        byAddress.keySet().forEach(snapshot::updateFront);
        return snapshot;
    }

    private List<AddressHistory> histories(
            List<Restored> batch,
            Map<StoredListValues.Content, ListValues> listed,
            Queue<PublishedGuide> withoutContent) {
        var entries = new HashMap<Long, LedgerEntry>();
        for (var entry : ledger.at(batch.stream().map(Restored::last).toList())) entries.put(entry.position(), entry);
        var guides = loader.loadServed(entries.values(), listed, withoutContent::add);
        return batch.stream()
                .map(restored -> new AddressHistory(
                        guides.get(restored.last()), requireNonNull(entries.get(restored.last())), restored.times()))
                .toList();
    }

    /** Returns the guides whose content was not read, the first time only. */
    List<PublishedGuide> takeUnread() {
        var taken = unread;
        unread = List.of();
        return taken;
    }
}
