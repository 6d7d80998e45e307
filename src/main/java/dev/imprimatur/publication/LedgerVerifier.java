// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.publication.LedgerReader.CheckedEntry;
import dev.imprimatur.publication.LedgerRows.Stored;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Checks stored entries against their positions, the hash chain and their signatures. Remembers nothing of an earlier check. */
final class LedgerVerifier {
    static final String MISSING = "is missing";

    static final String MISPLACED = "is not at its place in a release";

    private static final int BATCH = 500;

    /**
     * The result for one entry.
     *
     * @param fault what is wrong with the entry, as the rest of a sentence whose subject is the entry; null if nothing is
     * @param fingerprint null if something is wrong
     */
    record Result(@Nullable String fault, @Nullable Fingerprint fingerprint) {
        private static Result wrong(String fault) {
            return new Result(fault, null);
        }
    }

    /**
     * The result for the whole ledger.
     *
     * @param last the last entry before the first fault; null if there is none
     * @param fault what is wrong with the entry after the last one; null if nothing is
     */
    record WholeLedger(@Nullable LedgerEntry last, @Nullable String fault) {
        long position() {
            return last == null ? 0 : last.position();
        }

        String hash() {
            return hashOf(last);
        }
    }

    private final LedgerRows rows;
    private final LedgerChain chain;

    LedgerVerifier(LedgerRows rows, LedgerChain chain) {
        this.rows = rows;
        this.chain = chain;
    }

    private static String hashOf(@Nullable LedgerEntry entry) {
        return entry == null ? LedgerChain.GENESIS : entry.hash();
    }

    /**
     * Checks consecutive entries in parallel.
     *
     * @param before the entry before the first one; null if the first one begins the ledger
     */
    List<Result> check(List<Stored> stored, @Nullable LedgerEntry before) {
        return check(IntStream.range(0, stored.size()).parallel(), stored, before);
    }

    /** Checks consecutive entries one after the other, which leaves the other processors to requests. */
    List<Result> checkInBackground(List<Stored> stored, @Nullable LedgerEntry before) {
        return check(IntStream.range(0, stored.size()), stored, before);
    }

    private List<Result> check(IntStream which, List<Stored> stored, @Nullable LedgerEntry before) {
        long first = before == null ? 1 : before.position() + 1;
        return which.mapToObj(i -> check(
                        first + i,
                        stored.get(i),
                        i == 0 ? before : stored.get(i - 1).entry()))
                .toList();
    }

    private Result check(long position, Stored stored, @Nullable LedgerEntry before) {
        if (stored.position() != position) return Result.wrong(MISSING);
        var entry = stored.entry();
        if (entry == null) return Result.wrong("cannot be read");
        return chain.broken(entry, position - 1, hashOf(before))
                .or(() -> isInPlace(entry, before) ? Optional.empty() : Optional.of(MISPLACED))
                .map(Result::wrong)
                .orElseGet(() -> new Result(null, chain.fingerprint(entry)));
    }

    /** Whether the entry begins or continues a release, or stands alone, as the entry before demands. */
    static boolean isInPlace(LedgerEntry entry, @Nullable LedgerEntry before) {
        var release = entry.release();
        return before != null && before.isContinued()
                ? requireNonNull(before.release()).equals(release)
                : release == null || release.first() == entry.position() && release.last() >= entry.position();
    }

    /** Checks all stored entries from the first on, up to the first fault. */
    WholeLedger checkAll() {
        LedgerEntry last = null;
        for (; ; ) {
            var stored = rows.after(last == null ? 0 : last.position(), BATCH);
            var results = check(stored, last);
            for (int i = 0; i < stored.size(); i++) {
                var fault = results.get(i).fault();
                if (fault != null) return new WholeLedger(last, fault);
                last = requireNonNull(stored.get(i).entry());
            }
            if (stored.size() < BATCH) return new WholeLedger(last, null);
        }
    }

    /** Checks the stored entries at these positions, and returns them in order. Leaves out entries that cannot be read. */
    List<CheckedEntry> at(Collection<Long> positions) {
        var withPrevious = positions.stream()
                .flatMap(position -> LongStream.of(position - 1, position).boxed())
                .distinct()
                .toList();
        var stored = rows.at(withPrevious).stream()
                .filter(it -> it.entry() != null)
                .collect(Collectors.toMap(Stored::position, it -> requireNonNull(it.entry())));
        return positions.stream()
                .sorted()
                .filter(stored::containsKey)
                .map(position -> {
                    var entry = requireNonNull(stored.get(position));
                    var fault = chain.broken(entry, position - 1, hashOf(stored.get(position - 1)));
                    return new CheckedEntry(entry, fault.orElse(null));
                })
                .toList();
    }
}
