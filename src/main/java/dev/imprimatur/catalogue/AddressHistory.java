// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.PublishedGuide;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The publication history of one address.
 *
 * @param guide the published guide; null if it is unpublished, or if the stored content is not the approved content
 * @param last the latest ledger entry of the address
 * @param first when the first ledger entry of the address was appended
 * @param changes when the published guide changed since it was last unpublished, in order; earlier changes are never delivered again
 */
public record AddressHistory(@Nullable PublishedGuide guide, LedgerEntry last, Change first, List<Change> changes) {
    /** The position of a ledger entry and when it was appended. */
    record Change(long position, Instant at) {
        static Change of(LedgerEntry entry) {
            return new Change(entry.position(), entry.at());
        }
    }

    static AddressHistory startingWith(LedgerEntry entry, @Nullable PublishedGuide guide) {
        var change = Change.of(entry);
        return new AddressHistory(guide, entry, change, entry.isLive() ? List.of(change) : List.of());
    }

    /** Returns the history after the next entry. */
    AddressHistory after(LedgerEntry entry, @Nullable PublishedGuide newGuide) {
        return new AddressHistory(
                newGuide,
                entry,
                first,
                entry.isLive()
                        ? Stream.concat(changes.stream(), Stream.of(Change.of(entry)))
                                .toList()
                        : List.of());
    }

    /** Whether the guide is published by the ledger but cannot be delivered, because the stored content is not the approved content. */
    public boolean isDamaged() {
        return guide == null && last.isLive();
    }

    /** The entry that unpublished the guide; empty while the guide is published. */
    public Optional<LedgerEntry> unpublication() {
        return last.isLive() ? Optional.empty() : Optional.of(last);
    }

    /** The position of the latest change up to the instant; 0 if the guide was not published then, or was unpublished since. */
    long positionAt(Instant instant) {
        return changes.stream()
                .filter(change -> !change.at().isAfter(instant))
                .mapToLong(Change::position)
                .max()
                .orElse(0);
    }

    /** The position of the latest change up to the given position; empty if the guide was not published then, or was unpublished since. */
    Optional<Long> positionUpTo(long position) {
        return changes.stream()
                .map(Change::position)
                .filter(it -> it <= position)
                .max(Comparator.naturalOrder());
    }

    /** Whether the guide was first published by the instant, and what was published then was unpublished since. */
    public boolean wasWithdrawnSince(Instant instant) {
        return !first.at().isAfter(instant) && positionAt(instant) == 0;
    }

    /** The position of the first ledger entry of the address. */
    public long firstPosition() {
        return first.position();
    }
}
