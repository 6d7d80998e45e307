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
 * @param live the published guide; null if it is unpublished, or if the stored content is not the approved content
 * @param last the latest ledger entry of the address
 * @param first when the first ledger entry of the address was appended
 * @param moments when the published guide changed since it was last unpublished, in order; earlier changes are never delivered again
 */
public record AddressHistory(@Nullable PublishedGuide live, LedgerEntry last, Moment first, List<Moment> moments) {
    /** The position of a ledger entry and when it was appended. */
    record Moment(long position, Instant at) {
        static Moment of(LedgerEntry entry) {
            return new Moment(entry.position(), entry.at());
        }
    }

    static AddressHistory begun(LedgerEntry entry, @Nullable PublishedGuide live) {
        var moment = Moment.of(entry);
        return new AddressHistory(live, entry, moment, entry.isLive() ? List.of(moment) : List.of());
    }

    /** Returns the history after the next entry. */
    AddressHistory after(LedgerEntry entry, @Nullable PublishedGuide nowLive) {
        return new AddressHistory(
                nowLive,
                entry,
                first,
                entry.isLive()
                        ? Stream.concat(moments.stream(), Stream.of(Moment.of(entry)))
                                .toList()
                        : List.of());
    }

    /** Whether the guide is published by the ledger but cannot be delivered, because the stored content is not the approved content. */
    public boolean isDamaged() {
        return live == null && last.isLive();
    }

    /** The entry that unpublished the guide; empty while the guide is published. */
    public Optional<LedgerEntry> gone() {
        return last.isLive() ? Optional.empty() : Optional.of(last);
    }

    /** The position of the latest change up to the instant; 0 if the guide was not published then, or was unpublished since. */
    long at(Instant instant) {
        return moments.stream()
                .filter(moment -> !moment.at().isAfter(instant))
                .mapToLong(Moment::position)
                .max()
                .orElse(0);
    }

    /** The position of the latest change up to the given position; empty if the guide was not published then, or was unpublished since. */
    Optional<Long> upTo(long position) {
        return moments.stream()
                .map(Moment::position)
                .filter(it -> it <= position)
                .max(Comparator.naturalOrder());
    }

    /** Whether the guide was first published by the instant, and what was published then was unpublished since. */
    public boolean wasWithdrawnSince(Instant instant) {
        return !first.at().isAfter(instant) && at(instant) == 0;
    }

    /** The position of the first ledger entry of the address. */
    public long firstTold() {
        return first.position();
    }
}
