// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.history.EditionId;
import dev.imprimatur.publication.HighWaterMark.Mark;
import dev.imprimatur.publication.LedgerWitnesses.Missing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Detects a ledger that has lost its last entries. The marks, the edition logs and the webhooks remember positions outside the ledger.
 * This class compares all of them with the ledger before anything is served, and the marks every second.
 * While the ledger is behind, nothing is appended. Guides that are known to have been unpublished by lost entries are not served.
 */
@Component
public class EndOfLedger {
    /** How often the ledger is read before it counts as behind: for a moment after a failover, a store may show fewer entries. */
    private static final int READS = 10;

    private static final Duration BETWEEN_READS = Duration.ofMillis(200);
    private static final String THIS_NODE = "this node";

    /**
     * A record outside the ledger that names an entry which the ledger does not have.
     *
     * @param by who keeps the record
     * @param position of the missing entry
     * @param lineage of the missing entry's ledger; null if it is the current lineage
     */
    public record Claim(String by, long position, @Nullable String lineage) {
        String inWords() {
            return by + " know" + (by.endsWith("s") ? "" : "s") + " of position " + position
                    + (lineage == null ? "" : " of the ledger " + lineage);
        }
    }

    /**
     * The result of comparing the ledger with the records outside it.
     *
     * @param lineage the ledger's current lineage
     * @param position the position of the ledger's last entry
     * @param claims the records that name missing entries; empty if the ledger is not behind
     * @param withheld guides that are published according to the ledger, but are known to have been unpublished
     * @param unknown whether lost entries may have unpublished further guides, so that nothing is served
     * @param since when the ledger was found to be behind; null if it is not behind
     */
    public record Report(
            String lineage,
            long position,
            List<Claim> claims,
            List<String> withheld,
            boolean unknown,
            @Nullable Instant since) {
        public boolean isBehind() {
            return !claims.isEmpty();
        }
    }

    private final Ledger ledger;
    private final Lineage lineage;
    private final Integrity integrity;
    private final HighWaterMarks marks;
    private final LedgerWitnesses witnesses;
    private final Clock clock;
    /** What the edition logs and the webhooks name, as of the last full comparison. */
    private Missing missing = Missing.none(0);

    private long comparedAt = -1;
    private volatile @Nullable Report behind;
    /** The report for lost entries that this node has read, and whose effects the node therefore knows. */
    private volatile @Nullable Report cutOff;

    EndOfLedger(
            Ledger ledger,
            Lineage lineage,
            Integrity integrity,
            HighWaterMarks marks,
            LedgerWitnesses witnesses,
            Clock clock) {
        this.ledger = ledger;
        this.lineage = lineage;
        this.integrity = integrity;
        this.marks = marks;
        this.witnesses = witnesses;
        this.clock = clock;
    }

    /** Returns the result of the last comparison. */
    public Report report() {
        var lost = behind == null ? cutOff : behind;
        return lost != null ? lost : new Report(lineage.id(), ledger.verified(), List.of(), List.of(), false, null);
    }

    /** Compares the ledger with all records outside it. Runs before anything is served and before anything is decided. */
    synchronized Report compare() {
        compare(true);
        return report();
    }

    /**
     * Reads the ledger again and then compares. Both happen under one lock, so that a comparison that began earlier cannot count for the
     * new reading.
     */
    synchronized Report rereadAndCompare() {
        ledger.startOver();
        return compare();
    }

    /** Compares the ledger with the marks, and raises the marks if no entry is missing. */
    synchronized void compareMarks() {
        compare(false);
    }

    /** @param withWitnesses whether the edition logs and the webhooks are compared in any case */
    private void compare(boolean withWitnesses) {
        if (lineage.refresh()) ledger.startOver();
        boolean full = withWitnesses || integrity.isNotCompared();
        // read the marks first: the ledger, read later, must then reach at least as far as they do
        var current = marks.read();
        ledger.last();
        for (int reads = 1; reads < READS && isAhead(current.values()) && behind == null; reads++) {
            if (integrity.damagedAt() > 0) break;
            LockSupport.parkNanos(BETWEEN_READS.toNanos());
            ledger.last();
        }
        cutOff = cutOff();
        long position = ledger.verified();
        // an entry before the end may be missing only as long as it is damaged
        full |= behind != null && (position != comparedAt || missing.agreedUpTo() < position);
        if (full) missing = witnesses.compare(position);
        comparedAt = position;
        var claims = new ArrayList<Claim>();
        current.forEach((place, mark) -> {
            if (!isKept(mark))
                claims.add(
                        new Claim(place, mark.position(), mark.lineage().equals(lineage.id()) ? null : mark.lineage()));
        });
        long furthestOfMarks = claims.stream().mapToLong(Claim::position).max().orElse(0);
        claims.addAll(missing.claims());
        if (claims.isEmpty()) {
            isComplete();
            raise(current);
        } else if (full || behind == null || !behind.claims().equals(claims))
            isBehind(claims, Math.max(furthestOfMarks, missing.furthestOfLogs()));
    }

    /** Reports entries that this node has read and that the store has lost. Sites are still served from the entries that were read. */
    private @Nullable Report cutOff() {
        long read = ledger.verified();
        long end = integrity.damagedAt() > 0 ? ledger.end() : read;
        var before = cutOff;
        return end >= read
                ? null
                : new Report(
                        lineage.id(),
                        end,
                        List.of(new Claim(THIS_NODE, read, null)),
                        List.of(),
                        false,
                        before == null ? clock.instant() : before.since());
    }

    private boolean isAhead(Collection<Mark> current) {
        return current.stream()
                .anyMatch(mark -> mark.lineage().equals(lineage.id()) && mark.position() > ledger.verified());
    }

    /** Whether the ledger has the entry that the mark names, or had the lineage that the mark names. */
    private boolean isKept(Mark mark) {
        if (!mark.lineage().equals(lineage.id())) return lineage.isFormer(mark.lineage());
        if (mark.position() > ledger.verified()) return false;
        return ledger.find(List.of(mark.position())).stream()
                .allMatch(entry -> entry.hash().equals(mark.hash()));
    }

    /** The last position up to which the ledger and the edition logs agree, as of the last full comparison. */
    synchronized long agreedUpTo() {
        return missing.agreedUpTo();
    }

    /** Reads every mark, and returns the places that fail. Such a place may know further guides that were unpublished. */
    Set<String> failedPlaces() {
        return marks.failed();
    }

    /** Returns the lineages that marks name and that the store does not know. */
    List<String> unknownLineages() {
        return marks.read().values().stream()
                .map(Mark::lineage)
                .filter(named -> !named.equals(lineage.id()) && !lineage.isFormer(named))
                .distinct()
                .toList();
    }

    /** Returns editions that the ledger has as published although they, or later ones, are known to have been unpublished. */
    List<EditionId> withheld() {
        var withdrawn = new HashMap<>(missing.withdrawn());
        marks.withdrawn(mark -> !lineage.isFormer(mark.lineage()))
                .forEach((guide, edition) -> withdrawn.merge(guide, edition, Math::max));
        return ledger.lastOf(withdrawn.keySet()).values().stream()
                .filter(LedgerEntry::isLive)
                .filter(last -> last.edition() <= withdrawn.getOrDefault(last.id(), 0))
                .map(last -> new EditionId(last.id(), last.edition()))
                .sorted(Comparator.comparing(EditionId::toString))
                .toList();
    }

    /** @param completeUpTo the last position up to which all unpublished guides are known */
    private void isBehind(List<Claim> claims, long completeUpTo) {
        var before = behind;
        boolean unknown = claims.stream().anyMatch(claim -> claim.position() > completeUpTo);
        var report = new Report(
                lineage.id(),
                ledger.verified(),
                List.copyOf(claims),
                withheld().stream().map(EditionId::guide).toList(),
                unknown,
                before == null ? clock.instant() : before.since());
        if (report.equals(before) && !integrity.isNotCompared()) return;
        behind = report;
        integrity.isBehind(new Integrity.Behind(
                (integrity.damagedAt() > 0
                                ? "The publication ledger can be read up to position %d only, because of its damaged entry, and %s."
                                : "The publication ledger ends at position %d, and %s.")
                        .formatted(
                                report.position(),
                                claims.stream().map(Claim::inWords).collect(Collectors.joining(", "))),
                Set.copyOf(report.withheld()),
                unknown));
    }

    private void isComplete() {
        if (behind == null && !integrity.isNotCompared()) return;
        behind = null;
        integrity.isBehind(null);
    }

    /** Raises the marks to the ledger's last entry. Changes nothing while an entry is damaged. */
    private void raise(Map<String, Mark> current) {
        var last = ledger.last();
        if (last.isEmpty() || integrity.damagedAt() > 0) return;
        var mark = new Mark(lineage.id(), last.get().position(), last.get().hash());
        marks.raise(mark, current, ledger.withdrawn(), lineage::isFormer);
    }

    /** Notes that the ledger has a new lineage, in which no entry is missing. */
    synchronized void lineageBegan() {
        missing = Missing.none(missing.agreedUpTo());
        cutOff = null;
        raise(Map.of());
        isComplete();
    }
}
