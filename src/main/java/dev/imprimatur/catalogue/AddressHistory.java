// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.EntrySummary;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.PublishedGuide;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The publication history of one address.
 *
 * @param guide the published guide; null if it is unpublished, or if the stored content is not the approved content
 * @param last the latest ledger entry of the address
 * @param times when the address and its published guide changed
 */
public record AddressHistory(@Nullable PublishedGuide guide, LedgerEntry last, ChangeTimes times) {
    /**
     * When an address changed.
     *
     * @param firstPosition the position of the first ledger entry of the address
     * @param firstAt when that entry was appended
     * @param changes when the published guide changed since it was last unpublished; earlier changes are never delivered again
     */
    record ChangeTimes(long firstPosition, Instant firstAt, Changes changes) {
        /** Returns the times after the next entry; the times before is null for the first entry. */
        static ChangeTimes after(@Nullable ChangeTimes before, EntrySummary entry) {
            return after(before, entry.position(), entry.isLive(), entry.at());
        }

        static ChangeTimes after(@Nullable ChangeTimes before, LedgerEntry entry) {
            return after(before, entry.position(), entry.isLive(), entry.at());
        }

        private static ChangeTimes after(@Nullable ChangeTimes before, long position, boolean isLive, Instant at) {
            var changes = before == null ? Changes.NONE : before.changes();
            return new ChangeTimes(
                    before == null ? position : before.firstPosition(),
                    before == null ? at : before.firstAt(),
                    isLive ? changes.and(position, at) : Changes.NONE);
        }
    }

    static AddressHistory startingWith(LedgerEntry entry, @Nullable PublishedGuide guide) {
        return new AddressHistory(guide, entry, ChangeTimes.after(null, entry));
    }

    /** Returns the history after the next entry. */
    AddressHistory after(LedgerEntry entry, @Nullable PublishedGuide newGuide) {
        return new AddressHistory(newGuide, entry, ChangeTimes.after(times, entry));
    }

    /** Returns the history with the guide beside other translations. */
    AddressHistory showing(PublishedGuide other) {
        return new AddressHistory(other, last, times);
    }

    /** Returns the history without its guide, because the stored content turned out not to be the approved content. */
    AddressHistory damaged() {
        return new AddressHistory(null, last, times);
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
        return times.changes().positionAt(instant);
    }

    /** The position of the latest change up to the given position; empty if the guide was not published then, or was unpublished since. */
    Optional<Long> positionUpTo(long position) {
        long latest = times.changes().positionUpTo(position);
        return latest == 0 ? Optional.empty() : Optional.of(latest);
    }

    /** Whether the guide was first published by the instant, and what was published then was unpublished since. */
    public boolean wasWithdrawnSince(Instant instant) {
        return !times.firstAt().isAfter(instant) && positionAt(instant) == 0;
    }

    /** The position of the first ledger entry of the address. */
    public long firstPosition() {
        return times.firstPosition();
    }
}
