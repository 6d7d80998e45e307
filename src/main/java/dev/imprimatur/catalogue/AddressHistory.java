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
 * What readers were told at one address.
 *
 * @param live the guide, while it is live and is stored as it was approved
 * @param last the entry that told of it last
 * @param first when they were told of it first
 * @param moments when what readers saw changed, in order, since it was withdrawn last: what was before is told to nobody any more
 */
public record AddressHistory(@Nullable PublishedGuide live, LedgerEntry last, Moment first, List<Moment> moments) {
    /** When a ledger entry was appended. */
    record Moment(long position, Instant at) {
        static Moment of(LedgerEntry entry) {
            return new Moment(entry.position(), entry.at());
        }
    }

    static AddressHistory begun(LedgerEntry entry, @Nullable PublishedGuide live) {
        var moment = Moment.of(entry);
        return new AddressHistory(live, entry, moment, entry.isLive() ? List.of(moment) : List.of());
    }

    /** What it is once that entry, too, is read. */
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

    /** Whether it is live by its entry, and cannot be served: what is stored of it is not what was approved. */
    public boolean isDamaged() {
        return live == null && last.isLive();
    }

    /** The entry that took it from readers; empty while it is live. */
    public Optional<LedgerEntry> gone() {
        return last.isLive() ? Optional.empty() : Optional.of(last);
    }

    /** The last position up to that instant at which it changed; 0 if it was not there, or was withdrawn since. */
    long at(Instant instant) {
        return moments.stream()
                .filter(moment -> !moment.at().isAfter(instant))
                .mapToLong(Moment::position)
                .max()
                .orElse(0);
    }

    /** The last position up to that one at which it changed; empty if it was not there, or was withdrawn since. */
    Optional<Long> upTo(long position) {
        return moments.stream()
                .map(Moment::position)
                .filter(it -> it <= position)
                .max(Comparator.naturalOrder());
    }

    /** Whether readers were told of it by that instant and what they were told then was withdrawn since. */
    public boolean wasWithdrawnSince(Instant instant) {
        return !first.at().isAfter(instant) && at(instant) == 0;
    }

    /** The position at which readers were first told of it. */
    public long firstTold() {
        return first.position();
    }
}
