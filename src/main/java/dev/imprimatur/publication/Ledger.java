// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static dev.imprimatur.publication.LedgerVerifier.MISSING;
import static java.util.Objects.requireNonNull;

import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerRows.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * The publication ledger: every change of what readers can see, in order. Inserting an entry under its unique position is the commit point.
 * Each entry also has a unique cause, by which a retried step finds the entry that its first attempt appended.
 *
 * <p>The ledger returns only verified entries. When this node first reads an entry, the node checks its position, hash and signatures and
 * remembers a fingerprint of the entry; later reads compare the entry with that fingerprint. After a damaged entry the ledger reads and
 * appends nothing. Every read checks the damaged entry again, so a repaired store needs no restart.
 *
 * <p>A start takes the fingerprints of earlier entries from {@link Checkpoints}, and verifies these entries afterwards.
 */
@Component
@DependsOn("signingKeys")
class Ledger {
    private static final int BATCH = 500;
    private static final int FEW = 4;
    /** More entries than a release can have: a document holds at most 16 MB. */
    private static final int MOST_IN_RELEASE = 10_000;

    /** How often the ledger looks for a missing entry: for a moment after a failover, a store may show fewer entries than before. */
    private static final int READS = 10;

    private static final Duration BETWEEN_READS = Duration.ofMillis(200);

    private static final String CHANGED = "is not the one that was verified";

    /** Makes the next, still unsealed entry from the last entry of the ledger and the last entry of the guide. */
    interface Proposal {
        LedgerEntry after(long lastPosition, String lastHash, @Nullable LedgerEntry ofGuide);

        /** Whether the entry still has to be made; a release leaves it out otherwise. */
        default boolean isDue(@Nullable LedgerEntry ofGuide) {
            return true;
        }
    }

    private final LedgerRows rows;
    private final AuditAnchors anchors;
    private final LedgerChain chain;
    private final Integrity integrity;
    private final LedgerVerifier verifier;
    private final @Nullable Checkpoints checkpoints;
    private final CheckpointDraft draft;
    private final VerifiedEntries verified = new VerifiedEntries();
    private final ExclusiveReads exclusive = new ExclusiveReads();
    private final WaitingAppends appends = new WaitingAppends(exclusive, this::appended);
    private final List<Runnable> afterAppend = new CopyOnWriteArrayList<>();
    /** Whether this node has made sure that the ledger ends where a query by position finds no more entries. */
    private boolean endIsKnown;
    /** What this node took from checkpoints; null until the node first reads the ledger. */
    private volatile @Nullable RestoredEntries restored;

    /** A ledger without checkpoints. */
    Ledger(LedgerRows rows, AuditAnchors anchors, LedgerChain chain, Integrity integrity) {
        this(rows, anchors, chain, integrity, null);
    }

    @Autowired
    Ledger(
            LedgerRows rows,
            AuditAnchors anchors,
            LedgerChain chain,
            Integrity integrity,
            @Nullable Checkpoints checkpoints) {
        this.rows = rows;
        this.anchors = anchors;
        this.chain = chain;
        this.integrity = integrity;
        this.verifier = new LedgerVerifier(rows, chain);
        this.checkpoints = checkpoints;
        this.draft = new CheckpointDraft(checkpoints == null ? 0 : checkpoints.every());
    }

    /** The position of the last verified entry; 0 if there is none. */
    long verified() {
        return verified.end();
    }

    /** Runs the action after every append on this node. */
    void onAppend(Runnable action) {
        afterAppend.add(action);
    }

    /** Runs the actions that are registered for appends. */
    void announceAppend() {
        afterAppend.forEach(Runnable::run);
    }

    /**
     * An entry to append.
     *
     * @param cause the step that causes the entry, such as {@code publish:EDITION:REVISION}
     * @param guide the id of the guide
     */
    record Addition(String cause, String guide, Proposal proposal) {}

    LedgerEntry append(String cause, String guide, Proposal proposal) {
        return append(new Addition(cause, guide, proposal));
    }

    LedgerEntry append(Addition addition) {
        return append(List.of(addition)).getFirst();
    }

    /**
     * Appends entries at the next positions, in order; each is a commit point of its own. If another node takes a position first, the
     * ledger reads the new entries and asks the open proposals again. If a cause already has an entry, the ledger returns that entry: the
     * unique index on the cause refuses a second one, and a proposal may see the first one as a conflict.
     *
     * @return the entry of each addition
     */
    List<LedgerEntry> append(List<Addition> additions) {
        var entries = appends.append(additions);
        announceAppend();
        return entries;
    }

    private List<LedgerEntry> appended(List<Addition> additions) {
        var done = new HashMap<String, LedgerEntry>();
        for (var open = causes(additions, done); !open.isEmpty(); open = causes(additions, done)) {
            var before = last();
            integrity.mustHaveIntactEntries();
            integrity.mustNotBeBehind();
            try {
                if (append(additions, open, before.orElse(null), done)) continue;
                last();
                done.putAll(byCauses(causes(additions, done)));
            } catch (Refused conflict) {
                var appendedBefore = byCauses(open);
                if (appendedBefore.isEmpty()) throw conflict;
                done.putAll(appendedBefore);
            }
        }
        return additions.stream()
                .map(it -> requireNonNull(done.get(it.cause())))
                .toList();
    }

    /**
     * Appends the entries of a release at the next positions, in order and in one commit point: no reader sees some of them without the
     * others. If the release has been appended before, its entries are returned.
     *
     * @param id of the release
     * @return the entry of each addition by cause, without those that were not due
     */
    Map<String, LedgerEntry> appendRelease(String id, List<Addition> additions) {
        var entries = exclusive.run(() -> releaseAppended(id, additions));
        announceAppend();
        return entries;
    }

    private Map<String, LedgerEntry> releaseAppended(String id, List<Addition> additions) {
        for (; ; ) {
            var before = last().orElse(null);
            integrity.mustHaveIntactEntries();
            integrity.mustNotBeBehind();
            var done = byCauses(causes(additions, Map.of()));
            boolean isAppended = done.values().stream()
                    .map(LedgerEntry::release)
                    .anyMatch(release -> release != null && release.id().equals(id));
            var due = isAppended
                    ? List.<Addition>of()
                    : additions.stream()
                            .filter(it -> !done.containsKey(it.cause()))
                            .filter(it -> it.proposal().isDue(lastVerifiedOf(it.guide())))
                            .toList();
            if (due.isEmpty()) return done;
            var rows = release(id, due, before);
            if (this.rows.insertRelease(rows)) {
                var all = new HashMap<>(done);
                for (var row : rows) {
                    remember(row.entry(), chain.fingerprint(row.entry()));
                    all.put(row.cause(), row.entry());
                }
                return all;
            }
        }
    }

    private List<LedgerRows.Row> release(String id, List<Addition> due, @Nullable LedgerEntry last) {
        long first = last == null ? 1 : last.position() + 1;
        var release = new LedgerEntry.Release(id, first, first + due.size() - 1);
        var made = new ArrayList<LedgerRows.Row>();
        var before = last;
        for (var addition : due) {
            before = chain.seal(addition.proposal()
                    .after(
                            before == null ? 0L : before.position(),
                            before == null ? LedgerChain.GENESIS : before.hash(),
                            lastVerifiedOf(addition.guide()))
                    .in(release, made.isEmpty() ? null : made.getFirst().entry().at()));
            made.add(new LedgerRows.Row(before.position(), addition.cause(), before, anchors.of(before)));
        }
        return made;
    }

    private static Set<String> causes(List<Addition> additions, Map<String, LedgerEntry> done) {
        return additions.stream()
                .map(Addition::cause)
                .filter(cause -> !done.containsKey(cause))
                .collect(Collectors.toSet());
    }

    /**
     * Appends entries of the open causes after the last one, and notes them as done, up to the first whose position or cause is taken.
     *
     * @return whether no position and no cause was taken
     */
    private boolean append(
            List<Addition> additions, Set<String> open, @Nullable LedgerEntry last, Map<String, LedgerEntry> done) {
        var made = new LinkedHashMap<String, LedgerEntry>();
        var ofGuides = new HashMap<String, LedgerEntry>();
        var before = last;
        for (var addition : additions) {
            if (!open.contains(addition.cause()) || made.containsKey(addition.cause())) continue;
            var ofGuide = ofGuides.get(addition.guide());
            before = chain.seal(addition.proposal()
                    .after(
                            before == null ? 0L : before.position(),
                            before == null ? LedgerChain.GENESIS : before.hash(),
                            ofGuide == null ? lastVerifiedOf(addition.guide()) : ofGuide));
            ofGuides.put(addition.guide(), before);
            made.put(addition.cause(), before);
        }
        var anchored = made.entrySet().parallelStream()
                .map(it -> new LedgerRows.Row(
                        it.getValue().position(), it.getKey(), it.getValue(), anchors.of(it.getValue())))
                .toList();
        int inserted = rows.insert(anchored);
        for (var row : anchored.subList(0, inserted)) {
            remember(row.entry(), chain.fingerprint(row.entry()));
            done.put(row.cause(), row.entry());
        }
        return inserted == anchored.size();
    }

    /** Remembers an entry that follows the last verified one. */
    private void remember(LedgerEntry entry, Fingerprint fingerprint) {
        verified.add(entry, fingerprint);
        draft.add(entry, fingerprint);
        integrity.forgetContentsOf(entry.id());
    }

    /** Returns the entry with this cause, if there is one. */
    Optional<LedgerEntry> ofCause(String cause) {
        return exclusive.run(() -> byCause(cause));
    }

    /** Returns, by guide, the last edition that was unpublished. */
    Map<String, Integer> withdrawn() {
        return exclusive.run(verified::withdrawn);
    }

    /**
     * Discards all verified entries and reads the whole ledger again, without checkpoints. Nothing is appended until the end of the ledger
     * has been compared.
     */
    void startOver() {
        exclusive.run(() -> {
            restored = RestoredEntries.NONE;
            forget();
            endIsKnown = false;
            integrity.comparisonIsDue();
            var dropped = integrity.dropDamage();
            var last = last();
            integrity.entriesWereReadAgain(dropped);
            return last;
        });
    }

    private void forget() {
        verified.clear();
        draft.clear();
    }

    /** Returns what this node took from checkpoints. The first call for a reading of the ledger reads the checkpoints. */
    RestoredEntries restored() {
        var known = restored;
        return known != null ? known : exclusive.run(this::restore);
    }

    /** Returns what this node took from checkpoints; empty while it has not read the ledger yet. Reads nothing. */
    Optional<RestoredEntries> restoredSoFar() {
        return Optional.ofNullable(restored);
    }

    /** Takes verified entries from the longest run of checkpoints whose last entry the ledger has. */
    private RestoredEntries restore() {
        var known = restored;
        if (known != null) return known;
        var signed = checkpoints == null ? List.<Checkpoint>of() : checkpoints.read();
        int count = signed.size();
        while (count > 0 && !isRestored(signed.subList(0, count))) {
            requireNonNull(checkpoints)
                    .isIgnored(signed.get(count - 1).from(), "the ledger does not have its last entry");
            count--;
        }
        var taken = new RestoredEntries(List.copyOf(signed.subList(0, count)));
        restored = taken;
        return taken;
    }

    private boolean isRestored(List<Checkpoint> signed) {
        var end = signed.getLast();
        var stored = rows.at(List.of(end.to()));
        if (stored.isEmpty() || !end.hash().equals(stored.getFirst().hash())) return false;
        try {
            CheckpointEntries.decode(signed, (entry, fingerprint) -> {
                verified.add(entry, fingerprint);
                draft.know(entry.subject());
            });
        } catch (IllegalArgumentException wrong) {
            forget();
            return false;
        }
        if (!isAsVerified(end.to(), stored.getFirst())) {
            forget();
            return false;
        }
        verified.endsWith(requireNonNull(stored.getFirst().entry()));
        draft.continueAfter(end);
        return true;
    }

    /**
     * Verifies the next entries that were taken from checkpoints. One thread calls this method.
     *
     * @return what is wrong with the first entry that is damaged, in a sentence; null if nothing is
     */
    @Nullable
    String verifyRestored() {
        return restored().verifyNext(rows, verifier, verified);
    }

    /** Returns a complete checkpoint that is not stored yet, if there is one. */
    Optional<Checkpoint> nextCheckpoint() {
        return exclusive.run(draft::next);
    }

    /** Notes that the checkpoint is stored. */
    void isStored(Checkpoint checkpoint) {
        exclusive.run(() -> {
            draft.isStored(checkpoint);
            return checkpoint;
        });
    }

    /** Returns a checkpoint of the entries after the last complete checkpoint, if there are any. */
    Optional<Checkpoint> lastCheckpoint() {
        return exclusive.run(draft::rest);
    }

    private Optional<LedgerEntry> byCause(String cause) {
        return Optional.ofNullable(byCauses(Set.of(cause)).get(cause));
    }

    private Map<String, LedgerEntry> byCauses(Set<String> causes) {
        var positions = rows.byCauses(causes);
        if (positions.isEmpty()) return Map.of();
        long furthest = Collections.max(positions.values());
        // another node appended the entry a moment ago
        if (furthest > verified()) last();
        if (furthest > verified()) {
            integrity.entryFailed(furthest, "does not follow " + verified(), false);
            throw LedgerRefusals.ledgerDamaged().raise();
        }
        var entries =
                at(positions.values()).stream().collect(Collectors.toMap(LedgerEntry::position, Function.identity()));
        var byCause = new HashMap<String, LedgerEntry>();
        positions.forEach((cause, position) -> byCause.put(cause, requireNonNull(entries.get(position))));
        return byCause;
    }

    private @Nullable LedgerEntry lastVerifiedOf(String guide) {
        var position = verified.lastPositionOf(guide);
        return position == null ? null : at(List.of(position)).getFirst();
    }

    /** Reads and verifies all new entries, and returns the last entry. Reading also updates each guide's last entry. */
    Optional<LedgerEntry> last() {
        return exclusive.run(() -> {
            int read;
            do read = readOn(BATCH).size();
            while (read == BATCH);
            return Optional.ofNullable(verified.last());
        });
    }

    /** Reads new entries once, then returns the last entry of each guide. Leaves out entries that were changed since they were verified. */
    Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        var positions = exclusive.run(() -> {
            last();
            return guides.stream()
                    .map(verified::lastPositionOf)
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
        var entries = find(positions);
        long expected = positions.stream()
                .filter(position -> 0 < position && position <= verified())
                .distinct()
                .count();
        if (entries.size() < expected) throw LedgerRefusals.ledgerDamaged().raise();
        return entries;
    }

    /**
     * Returns the entries at these positions, in order. Leaves out entries that were changed since they were verified. Reads new entries if
     * a position is beyond the verified ones: another node may have appended the entry a moment ago, and written its position elsewhere.
     */
    List<LedgerEntry> find(Collection<Long> positions) {
        if (positions.stream().anyMatch(position -> position > verified())) last();
        var wanted = positions.stream()
                .filter(position -> 0 < position && position <= verified())
                .distinct()
                .sorted()
                .toList();
        if (wanted.isEmpty()) return List.of();
        var stored = rows.at(wanted).stream().collect(Collectors.toMap(Stored::position, Function.identity()));
        var changed = wanted.parallelStream()
                .filter(position -> !isAsVerified(position, stored.get(position)))
                .collect(Collectors.toSet());
        changed.stream()
                .min(Long::compare)
                .ifPresent(first -> integrity.entryFailed(first, stored.containsKey(first) ? CHANGED : MISSING, false));
        return wanted.stream()
                .filter(position -> !changed.contains(position))
                .map(position ->
                        requireNonNull(requireNonNull(stored.get(position)).entry()))
                .toList();
    }

    private boolean isAsVerified(long position, @Nullable Stored stored) {
        return stored != null
                && stored.entry() != null
                && stored.entry().position() == position
                && verified.hasFingerprint(position, chain.fingerprint(stored.entry()));
    }

    /** Returns entries above the position, in order. After the last verified entry, the ledger reads new entries from the store. */
    List<LedgerEntry> after(long position, int limit) {
        return next(position, limit).entries();
    }

    /** Returns the entries that {@link #after} returns, and whether the store was queried and had no further valid entries. */
    LedgerReader.Next next(long position, int limit) {
        // the end of the verified entries must not move between the comparison and the read
        restored();
        return position == verified()
                ? exclusive.run(() -> position == verified() ? atEnd(readOn(limit), limit) : beforeEnd(position, limit))
                : beforeEnd(position, limit);
    }

    private static LedgerReader.Next atEnd(List<LedgerEntry> read, int limit) {
        return new LedgerReader.Next(read.size() > limit ? read.subList(0, limit) : read, read.size() < limit);
    }

    private LedgerReader.Next beforeEnd(long position, int limit) {
        return new LedgerReader.Next(verifiedAfter(position, limit), false);
    }

    /** Returns entries above the position that are already verified, in order. */
    private List<LedgerEntry> verifiedAfter(long position, int limit) {
        long upTo = Math.min(verified(), position + limit);
        if (position >= upTo) return List.of();
        var last = verified.last();
        // the usual case: this node has just appended the entry
        if (last != null && last.position() == position + 1 && upTo == last.position()) return List.of(last);
        var entries = find(LongStream.rangeClosed(position + 1, upTo).boxed().toList());
        int consecutive = 0;
        while (consecutive < entries.size() && entries.get(consecutive).position() == position + 1 + consecutive)
            consecutive++;
        if (consecutive == 0) throw LedgerRefusals.ledgerDamaged().raise();
        return entries.subList(0, consecutive);
    }

    /** Reads and verifies new entries, after checking that the last verified entry is still unchanged. */
    private List<LedgerEntry> readOn(int limit) {
        restore();
        var before = integrity.damage();
        long damaged = before == null ? 0 : before.failure().position();
        if (0 < damaged && damaged < verified()) {
            var stored = rows.at(List.of(damaged));
            // a node that has not seen the damage may have unpublished a guide since
            if (stored.isEmpty() || !isAsVerified(damaged, stored.getFirst()))
                return failed(
                        damaged, stored.isEmpty() ? MISSING : CHANGED, isContinuedBy(rows.after(verified(), FEW)));
        }
        var stored = read(limit);
        if (verified() > 0) {
            if (stored.isEmpty() || stored.getFirst().position() != verified())
                return failed(verified(), MISSING, false);
            if (!isAsVerified(verified(), stored.getFirst())) return failed(verified(), CHANGED, false);
            stored = stored.subList(1, stored.size());
        }
        if (stored.isEmpty()) {
            if (isTheEnd()) integrity.entriesAreIntact(before);
            return List.of();
        }
        var results = verifier.check(stored, verified.last());
        var intact = new ArrayList<LedgerEntry>();
        int remembered = 0;
        for (int i = 0; i < stored.size(); i++) {
            var fault = results.get(i).fault();
            if (fault != null) {
                failed(
                        stored.get(remembered).position() + i - remembered,
                        fault,
                        isContinuedBy(stored.subList(i, stored.size())));
                return intact;
            }
            var entry = requireNonNull(stored.get(i).entry());
            if (entry.isContinued()) continue;
            if (entry.release() != null) rows.completeRelease(entry.release());
            // the entries of a release count together
            for (; remembered <= i; remembered++) {
                var next = requireNonNull(stored.get(remembered).entry());
                remember(next, requireNonNull(results.get(remembered).fingerprint()));
                intact.add(next);
            }
        }
        if (remembered < stored.size()) {
            failed(stored.getLast().position() + 1, MISSING, false);
            return intact;
        }
        integrity.entriesAreIntact(before);
        return intact;
    }

    /** Reads the stored entries, starting with the last verified one. */
    private List<Stored> read(int limit) {
        var stored = rows.after(Math.max(0, verified() - 1), limit + 1);
        for (int reads = 1; reads < READS && hasGap(stored) && integrity.damagedAt() == 0; reads++) {
            LockSupport.parkNanos(BETWEEN_READS.toNanos());
            stored = rows.after(Math.max(0, verified() - 1), limit + 1);
        }
        return withWholeRelease(stored);
    }

    /** Adds the rest of the release that the last of these entries belongs to. */
    private List<Stored> withWholeRelease(List<Stored> stored) {
        var last = stored.isEmpty() ? null : stored.getLast().entry();
        if (last == null || !last.isContinued()) return stored;
        long missing = requireNonNull(last.release()).last() - last.position();
        var whole = new ArrayList<>(stored);
        if (missing <= MOST_IN_RELEASE) whole.addAll(rows.after(last.position(), Math.toIntExact(missing)));
        return whole;
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
            failed(verified() + 1, MISSING, isContinuedBy(beyond));
        return endIsKnown;
    }

    /** Whether one of these entries is signed for its position, so that the ledger continues after the last verified entry. */
    private boolean isContinuedBy(List<Stored> stored) {
        return stored.stream().anyMatch(it -> chain.isSigned(it.position(), it.hash(), it.signature()));
    }

    private List<LedgerEntry> failed(long position, String why, boolean outdated) {
        integrity.entryFailed(position, why, outdated);
        return List.of();
    }

    /** Returns the stored entries at these positions, in order, and checks each again. Leaves out entries that cannot be read. */
    List<LedgerReader.CheckedEntry> recheck(Collection<Long> positions) {
        return verifier.at(positions);
    }

    /** Checks all stored entries from the first on, including those that were verified before. */
    LedgerReader.Verification verify() {
        long before = verified();
        var all = verifier.checkAll();
        long next = all.position() + 1;
        String broken;
        if (all.fault() != null) {
            if (next <= verified()) integrity.entryFailed(next, all.fault(), false);
            broken = "entry " + next + " " + all.fault();
        } else
            broken = next <= before
                    ? "entry " + next + " " + MISSING
                    : integrity.lost().orElse(null);
        return new LedgerReader.Verification(all.position(), all.position(), all.hash(), broken);
    }
}
