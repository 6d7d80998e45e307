package dev.imprimatur.delivery;

import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What readers were told at one address.
 *
 * @param live the guide, while it is live
 * @param last the entry that told of it last
 * @param moments when what readers saw changed, in order
 */
record Life(@Nullable Delivered live, LedgerEntry last, List<Moment> moments) {
    /** When a ledger entry was appended. */
    record Moment(long position, Instant at) {
        static Moment of(LedgerEntry entry) {
            return new Moment(entry.position(), entry.at());
        }
    }

    static Life begun(LedgerEntry entry, @Nullable Delivered live) {
        return new Life(live, entry, List.of(Moment.of(entry)));
    }

    /** What it is once that entry, too, is read. */
    Life after(LedgerEntry entry, @Nullable Delivered nowLive) {
        return new Life(
                nowLive,
                entry,
                Stream.concat(moments.stream(), Stream.of(Moment.of(entry))).toList());
    }

    /** The entry that took it from readers; empty while it is live. */
    Optional<LedgerEntry> gone() {
        return last.isLive() ? Optional.empty() : Optional.of(last);
    }

    /** The last change up to that instant. */
    Optional<Moment> at(Instant instant) {
        return moments.stream()
                .takeWhile(moment -> !moment.at().isAfter(instant))
                .reduce((earlier, later) -> later);
    }

    /** The position at which readers were first told of it. */
    long firstTold() {
        return moments.getFirst().position();
    }
}
