// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.publication.LedgerRows.Stored;
import dev.imprimatur.store.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * The publication ledger: every change of what readers can see, in order. Inserting an entry under its unique position is the commit point.
 * Each entry also has a unique cause, by which a retried step finds the entry that its first attempt appended.
 *
 * <p>The ledger returns only verified entries. When this node first reads an entry, the node checks its position, hash and signatures and
 * remembers a fingerprint of the entry; later reads compare the entry with that fingerprint. After a damaged entry the ledger reads and
 * appends nothing. Every read checks the damaged entry again, so a repaired store needs no restart.
 */
@Component
@DependsOn("signingKeys")
class Ledger {
    private static final int BATCH = 500;
    private static final int FEW = 4;
    /** How often the ledger looks for a missing entry: for a moment after a failover, a store may show fewer entries than before. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private static final String MISSING = "is missing";
    private static final String CHANGED = "is not the one that was verified";

    /** Makes the next, still unsealed entry from the last entry of the ledger and the last entry of the guide. */
    interface Proposal {
        LedgerEntry after(long lastPosition, String lastHash, @Nullable LedgerEntry ofGuide);
    }

    /** @param fault what is wrong with an entry; null if nothing is */
    private record Checked(@Nullable String fault, String print) {
        static Checked wrong(String fault) {
            return new Checked(fault, "");
        }
    }

    private final LedgerRows rows;
    private final AuditAnchors anchors;
    private final LedgerChain chain;
    private final Integrity integrity;
    /** The fingerprints of the verified entries; the entry at position n has index n - 1. */
    private final List<String> prints = Collections.synchronizedList(new ArrayList<>());
    /** The position of each guide's last verified entry. */
    private final Map<String, Long> lastOfGuide = new HashMap<>();

    /** By guide, the last edition that was unpublished, according to the verified entries. */
    private final Map<String, Integer> withdrawn = new HashMap<>();

    private @Nullable LedgerEntry last;
    /** The number of store outages so far; {@link #outage} holds the exception of the last one. */
    private volatile int outages;

    private @Nullable RuntimeException outage;
    /** Whether this node has made sure that the ledger ends where a query by position finds no more entries. */
    private boolean endIsKnown;

    Ledger(LedgerRows rows, AuditAnchors anchors, LedgerChain chain, Integrity integrity) {
        this.rows = rows;
        this.anchors = anchors;
        this.chain = chain;
        this.integrity = integrity;
    }

    /**
     * Runs one read at a time. If the store fails to answer a read, the threads that waited for that read get the same exception, so that
     * they do not wait for another timeout each.
     */
    private <T> T alone(Supplier<T> reading) {
        int before = outages;
        synchronized (this) {
            if (outages != before) throw requireNonNull(outage);
            try {
                return reading.get();
            } catch (RuntimeException failed) {
                if (Failures.isOutage(failed)) {
                    outage = failed;
                    outages = before + 1;
                }
                throw failed;
            }
        }
    }

    /** The position of the last verified entry; 0 if there is none. */
    long verified() {
        return prints.size();
    }

    /**
     * Appends an entry at the next position. If another node takes that position first, the ledger reads the new entries and asks
     * the proposal again. If the cause already has an entry, the ledger returns that entry. The ledger looks up the cause after it
     * has read all entries, so that a proposal never sees an earlier entry of its own cause as a conflict.
     *
     * @param cause the step that causes the entry, such as {@code publish:EDITION:REVISION}
     */
    LedgerEntry append(String cause, String guide, Proposal proposal) {
        return alone(() -> appended(cause, guide, proposal));
    }

    private LedgerEntry appended(String cause, String guide, Proposal proposal) {
        for (; ; ) {
            var before = last();
            integrity.mustHaveRightEntries();
            integrity.mustNotBeBehind();
            var done = byCause(cause);
            if (done.isPresent()) return done.get();
            var entry = chain.seal(proposal.after(
                    before.map(LedgerEntry::position).orElse(0L),
                    before.map(LedgerEntry::hash).orElse(LedgerChain.GENESIS),
                    lastReadOf(guide)));
            if (rows.insert(entry, cause, anchors.of(entry))) return entry;
        }
    }

    /** Returns the entry with this cause, if there is one. */
    Optional<LedgerEntry> ofCause(String cause) {
        return alone(() -> byCause(cause));
    }

    /** Returns, by guide, the last edition that was unpublished. */
    Map<String, Integer> withdrawn() {
        return alone(() -> Map.copyOf(withdrawn));
    }

    /** Discards all verified entries and reads the ledger again. Nothing is appended until the end of the ledger has been compared. */
    void startOver() {
        alone(() -> {
            prints.clear();
            lastOfGuide.clear();
            withdrawn.clear();
            last = null;
            endIsKnown = false;
            integrity.comparisonIsDue();
            integrity.entriesAreRight();
            return last();
        });
    }

    private Optional<LedgerEntry> byCause(String cause) {
        var known = rows.byCause(cause).map(Stored::position);
        // another node appended it a moment ago
        if (known.isPresent() && known.get() > verified()) last();
        if (known.isPresent() && known.get() > verified()) {
            integrity.entryFailed(known.get(), "does not follow " + verified(), false);
            throw Integrity.ledgerDamaged().raise();
        }
        return known.map(position -> at(List.of(position)).getFirst());
    }

    private @Nullable LedgerEntry lastReadOf(String guide) {
        var position = lastOfGuide.get(guide);
        return position == null ? null : at(List.of(position)).getFirst();
    }

    /** Reads and verifies all new entries, and returns the last entry. Reading also updates each guide's last entry. */
    Optional<LedgerEntry> last() {
        return alone(() -> {
            int read;
            do read = readOn(BATCH).size();
            while (read == BATCH);
            return Optional.ofNullable(last);
        });
    }

    /** Reads new entries once, then returns the last entry of each guide. Leaves out entries that were changed since they were verified. */
    Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        var positions = alone(() -> {
            last();
            return guides.stream()
                    .map(lastOfGuide::get)
                    .filter(Objects::nonNull)
                    .toList();
        });
        return find(positions).stream().collect(Collectors.toMap(LedgerEntry::id, entry -> entry));
    }

    /** The position of the last stored entry, verified or not; 0 if there is none. */
    long end() {
        return rows.last().map(Stored::position).orElse(0L);
    }

    /** Reads new entries, then returns the guide's last entry. */
    Optional<LedgerEntry> lastOf(String guide) {
        return Optional.ofNullable(lastOf(List.of(guide)).get(guide));
    }

    /** Returns the entries at these positions, in order. Throws a refusal if one was changed since it was verified. */
    List<LedgerEntry> at(Collection<Long> positions) {
        var found = find(positions);
        long asked = positions.stream()
                .filter(position -> 0 < position && position <= verified())
                .distinct()
                .count();
        if (found.size() < asked) throw Integrity.ledgerDamaged().raise();
        return found;
    }

    /** Returns the entries at these positions, in order. Leaves out entries that were changed since they were verified. */
    List<LedgerEntry> find(Collection<Long> positions) {
        var known = positions.stream()
                .filter(position -> 0 < position && position <= verified())
                .distinct()
                .sorted()
                .toList();
        if (known.isEmpty()) return List.of();
        var stored = rows.at(known).stream().collect(Collectors.toMap(Stored::position, Function.identity()));
        var changed = known.parallelStream()
                .filter(position -> !isAsVerified(position, stored.get(position)))
                .collect(Collectors.toSet());
        changed.stream()
                .min(Long::compare)
                .ifPresent(first -> integrity.entryFailed(first, stored.containsKey(first) ? CHANGED : MISSING, false));
        return known.stream()
                .filter(position -> !changed.contains(position))
                .map(position ->
                        requireNonNull(requireNonNull(stored.get(position)).entry()))
                .toList();
    }

    private boolean isAsVerified(long position, @Nullable Stored stored) {
        return stored != null
                && stored.entry() != null
                && stored.entry().position() == position
                && chain.print(stored.entry()).equals(prints.get(Math.toIntExact(position) - 1));
    }

    /** Returns entries above the position, in order. After the last verified entry, the ledger reads new entries from the store. */
    List<LedgerEntry> after(long position, int limit) {
        return next(position, limit).entries();
    }

    /** Returns the entries that {@link #after} returns, and whether the store was queried and had no further valid entries. */
    Publication.Next next(long position, int limit) {
        return position == verified()
                ? alone(() -> position == verified() ? end(readOn(limit), limit) : middle(position, limit))
                : middle(position, limit);
    }

    private static Publication.Next end(List<LedgerEntry> read, int limit) {
        return new Publication.Next(read, read.size() < limit);
    }

    private Publication.Next middle(long position, int limit) {
        return new Publication.Next(known(position, limit), false);
    }

    /** Returns entries above the position that are already verified, in order. */
    private List<LedgerEntry> known(long position, int limit) {
        long upTo = Math.min(verified(), position + limit);
        if (position >= upTo) return List.of();
        var found = find(LongStream.rangeClosed(position + 1, upTo).boxed().toList());
        int right = 0;
        while (right < found.size() && found.get(right).position() == position + 1 + right) right++;
        if (right == 0) throw Integrity.ledgerDamaged().raise();
        return found.subList(0, right);
    }

    /** Reads and verifies new entries, after checking that the last verified entry is still unchanged. */
    private List<LedgerEntry> readOn(int limit) {
        long damaged = integrity.damagedAt();
        if (0 < damaged && damaged < verified()) {
            var stored = rows.at(List.of(damaged));
            // a node that has not seen the damage may have unpublished a guide since
            if (stored.isEmpty() || !isAsVerified(damaged, stored.getFirst()))
                return failed(damaged, stored.isEmpty() ? MISSING : CHANGED, goesOn(rows.after(verified(), FEW)));
        }
        var stored = read(limit);
        if (verified() > 0) {
            if (stored.isEmpty() || stored.getFirst().position() != verified())
                return failed(verified(), MISSING, false);
            if (!isAsVerified(verified(), stored.getFirst())) return failed(verified(), CHANGED, false);
            stored = stored.subList(1, stored.size());
        }
        if (stored.isEmpty()) {
            if (isTheEnd()) integrity.entriesAreRight();
            return List.of();
        }
        var fresh = stored;
        var before = last;
        long first = verified() + 1;
        var checked = IntStream.range(0, fresh.size())
                .parallel()
                .mapToObj(i -> check(
                        first + i,
                        fresh.get(i),
                        i == 0 ? before : fresh.get(i - 1).entry()))
                .toList();
        var right = new ArrayList<LedgerEntry>();
        for (int i = 0; i < fresh.size(); i++) {
            var wrong = checked.get(i).fault();
            if (wrong != null) {
                failed(verified() + 1, wrong, goesOn(fresh.subList(i, fresh.size())));
                return right;
            }
            var entry = requireNonNull(fresh.get(i).entry());
            prints.add(checked.get(i).print());
            lastOfGuide.put(entry.id(), entry.position());
            if (!entry.isLive()) withdrawn.merge(entry.id(), entry.edition(), Math::max);
            integrity.toldAnew(entry.id());
            last = entry;
            right.add(entry);
        }
        integrity.entriesAreRight();
        return right;
    }

    /** Reads the stored entries, starting with the last verified one. */
    private List<Stored> read(int limit) {
        var stored = rows.after(Math.max(0, verified() - 1), limit + 1);
        for (int look = 1; look < LOOKS && hasGap(stored) && integrity.damagedAt() == 0; look++) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            stored = rows.after(Math.max(0, verified() - 1), limit + 1);
        }
        return stored;
    }

    private boolean hasGap(List<Stored> stored) {
        long first = Math.max(1, verified());
        return stored.isEmpty() ? verified() > 0 : stored.getLast().position() != first + stored.size() - 1;
    }

    /** Whether no entry is stored after the last verified one. Queried when the end is first reached, and while an entry is damaged. */
    private boolean isTheEnd() {
        if (endIsKnown && integrity.damagedAt() == 0) return true;
        var beyond = rows.beyond(verified(), BATCH);
        endIsKnown = beyond.isEmpty();
        if (!endIsKnown && beyond.getFirst().position() > verified() + 1)
            failed(verified() + 1, MISSING, goesOn(beyond));
        return endIsKnown;
    }

    private Checked check(long position, Stored stored, @Nullable LedgerEntry before) {
        if (stored.position() != position) return Checked.wrong(MISSING);
        var entry = stored.entry();
        if (entry == null) return Checked.wrong("cannot be read");
        return chain.broken(entry, position - 1, before == null ? LedgerChain.GENESIS : before.hash())
                .map(Checked::wrong)
                .orElseGet(() -> new Checked(null, chain.print(entry)));
    }

    /** Whether one of these entries is signed for its position, so that the ledger continues after the last verified entry. */
    private boolean goesOn(List<Stored> stored) {
        return stored.stream().anyMatch(it -> chain.isSigned(it.position(), it.hash(), it.signature()));
    }

    private List<LedgerEntry> failed(long position, String why, boolean outdated) {
        integrity.entryFailed(position, why, outdated);
        return List.of();
    }

    /** Returns the stored entries at these positions, in order, and checks each again. Leaves out entries that cannot be read. */
    List<Publication.Proven> proven(Collection<Long> positions) {
        var named = positions.stream()
                .flatMap(position -> LongStream.of(position - 1, position).boxed())
                .distinct()
                .toList();
        var stored = rows.at(named).stream()
                .filter(it -> it.entry() != null)
                .collect(Collectors.toMap(Stored::position, it -> requireNonNull(it.entry())));
        return positions.stream()
                .sorted()
                .filter(stored::containsKey)
                .map(position -> {
                    var entry = requireNonNull(stored.get(position));
                    var before = stored.get(position - 1);
                    return new Publication.Proven(
                            entry,
                            chain.broken(entry, position - 1, before == null ? LedgerChain.GENESIS : before.hash())
                                    .orElse(null));
                })
                .toList();
    }

    /** Checks all stored entries from the first on, including those that were verified before. */
    Publication.Verification verify() {
        long known = verified();
        long position = 0;
        LedgerEntry before = null;
        for (; ; ) {
            var stored = rows.after(position, BATCH);
            var first = before;
            long from = position;
            var checked = IntStream.range(0, stored.size())
                    .parallel()
                    .mapToObj(i -> check(
                            from + 1 + i,
                            stored.get(i),
                            i == 0 ? first : stored.get(i - 1).entry()))
                    .toList();
            for (int i = 0; i < stored.size(); i++) {
                var wrong = checked.get(i).fault();
                if (wrong != null) {
                    if (position < verified()) integrity.entryFailed(position + 1, wrong, false);
                    return verification(position, before, "entry " + (position + 1) + " " + wrong);
                }
                before = requireNonNull(stored.get(i).entry());
                position = before.position();
            }
            if (stored.size() < BATCH)
                return verification(
                        position,
                        before,
                        position < known
                                ? "entry " + (position + 1) + " " + MISSING
                                : integrity.lost().orElse(null));
        }
    }

    private static Publication.Verification verification(
            long position, @Nullable LedgerEntry last, @Nullable String broken) {
        return new Publication.Verification(
                position, position, last == null ? LedgerChain.GENESIS : last.hash(), broken);
    }
}
