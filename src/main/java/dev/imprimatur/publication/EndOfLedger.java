// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.HighWaterMark.Mark;
import dev.imprimatur.store.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Detects a ledger that has lost its last entries. The marks, the edition logs and the webhooks remember positions outside the ledger.
 * This class compares all of them with the ledger before anything is served, and the marks every second.
 * While the ledger is behind, nothing is appended. Guides that are known to have been unpublished by lost entries are not served.
 */
@Component
public class EndOfLedger implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EndOfLedger.class);
    /** How often the ledger is read before it counts as behind: for a moment after a failover, a store may show fewer entries. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final String LOGS = "the edition logs";
    private static final String THIS_NODE = "this node";
    /** How many of the last positions may hold a replaced entry: far more than are appended before every node has read them. */
    private static final int LOOKED_BACK = 1_000;

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
    private final Editions editions;
    private final List<HighWaterMark> marks;
    private final ObjectProvider<Witness> witnesses;
    private final Clock clock;
    private final Duration every;
    private final Object work = new Object();
    private boolean isDue;
    /** The claims of the edition logs and the webhooks, as of the last full comparison. */
    private List<Claim> claimsOfWitnesses = List.of();

    private Map<String, Integer> withdrawnByLogs = Map.of();
    private long agreedUpTo;
    private long comparedAt = -1;
    private volatile @Nullable Report behind;
    /** The report for lost entries that this node has read, and whose effects the node therefore knows. */
    private volatile @Nullable Report cutOff;

    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    /** @param every the interval at which the marks are raised and compared, {@code imprimatur.ledger.mark-every} */
    EndOfLedger(
            Ledger ledger,
            Lineage lineage,
            Integrity integrity,
            Editions editions,
            List<HighWaterMark> marks,
            ObjectProvider<Witness> witnesses,
            Clock clock,
            @Value("${imprimatur.ledger.mark-every:1s}") Duration every) {
        this.ledger = ledger;
        this.lineage = lineage;
        this.integrity = integrity;
        this.editions = editions;
        this.marks = marks;
        this.witnesses = witnesses;
        this.clock = clock;
        this.every = every;
    }

    /** Returns the result of the last comparison. */
    public Report report() {
        var now = behind == null ? cutOff : behind;
        return now != null ? now : new Report(lineage.id(), ledger.verified(), List.of(), List.of(), false, null);
    }

    /** Compares the ledger with all records outside it. Runs before anything is served and before anything is decided. */
    synchronized Report compare() {
        look(true);
        return report();
    }

    /**
     * Reads the ledger again and then compares. Both happen under one lock, so that a comparison that began earlier cannot count for the
     * new reading.
     */
    synchronized Report compareAnew() {
        ledger.startOver();
        return compare();
    }

    private void look(boolean asked) {
        if (lineage.refresh()) ledger.startOver();
        boolean whole = asked || integrity.isNotCompared();
        // read the marks first: the ledger, read later, must then reach at least as far as they do
        var remembered = remembered();
        ledger.last();
        for (int look = 1; look < LOOKS && isAhead(remembered.values()) && behind == null; look++) {
            if (integrity.damagedAt() > 0) break;
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            ledger.last();
        }
        cutOff = cutOff();
        long position = ledger.verified();
        whole |= behind != null && position != comparedAt;
        if (whole) askWitnesses(position);
        comparedAt = position;
        var claims = new ArrayList<Claim>();
        remembered.forEach((place, mark) -> {
            if (!isKept(mark))
                claims.add(
                        new Claim(place, mark.position(), mark.lineage().equals(lineage.id()) ? null : mark.lineage()));
        });
        long known = claims.stream().mapToLong(Claim::position).max().orElse(0);
        claims.addAll(claimsOfWitnesses);
        if (claims.isEmpty()) {
            isAsFar();
            raise(remembered);
        } else if (whole || behind == null || !behind.claims().equals(claims))
            isBehind(claims, Math.max(known, furthestOfLogs()));
    }

    /** Reports entries that this node has read and that the store has lost. Readers are still served from what this node has read. */
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

    private boolean isAhead(Collection<Mark> all) {
        return all.stream()
                .anyMatch(mark -> mark.lineage().equals(lineage.id()) && mark.position() > ledger.verified());
    }

    private Map<String, Mark> remembered() {
        var all = new LinkedHashMap<String, Mark>();
        for (var mark : marks)
            answered(mark, HighWaterMark::mark, Optional.<Mark>empty()).ifPresent(it -> all.put(mark.place(), it));
        return all;
    }

    /** Asks a mark, and returns {@code otherwise} if it fails. The first failure is logged, and the mark is asked again next time. */
    private <T> T answered(HighWaterMark mark, Function<HighWaterMark, T> question, T otherwise) {
        try {
            T answer = question.apply(mark);
            silent.remove(mark.place());
            return answer;
        } catch (RuntimeException failed) {
            if (silent.add(mark.place()))
                log.warn("{} cannot read or write how far the ledger goes: {}", mark.place(), failed.toString());
            return otherwise;
        }
    }

    private boolean isKept(Mark mark) {
        if (!mark.lineage().equals(lineage.id())) return lineage.isFormer(mark.lineage());
        if (mark.position() > ledger.verified()) return false;
        return ledger.find(List.of(mark.position())).stream()
                .allMatch(entry -> entry.hash().equals(mark.hash()));
    }

    private void askWitnesses(long end) {
        var claims = new ArrayList<Claim>();
        var withdrawn = new HashMap<String, Integer>();
        long furthest = 0;
        var missing = missingFromLedger(end);
        for (var entry : missing) {
            furthest = Math.max(furthest, requireNonNull(entry.position()));
            if (entry.kind() == LogEntry.Kind.UNPUBLISHED)
                withdrawn.merge(entry.edition().guide(), entry.edition().number(), Math::max);
        }
        if (!missing.isEmpty()) claims.add(new Claim(LOGS, furthest, null));
        witnesses.forEach(witness -> {
            long it = witness.furthest();
            if (it > end) claims.add(new Claim(witness.name(), it, null));
        });
        claimsOfWitnesses = List.copyOf(claims);
        withdrawnByLogs = withdrawn;
        agreedUpTo = missing.stream()
                .mapToLong(entry -> requireNonNull(entry.position()) - 1)
                .min()
                .orElse(end);
    }

    /**
     * Returns the log entries whose ledger entries are missing: those beyond the ledger's end, and those at whose position the ledger has
     * another entry now. A node that had not yet read the last entries when they were lost may have appended others at their positions.
     */
    private List<LogEntry> missingFromLedger(long end) {
        var told = editions.entriesBeyond(Math.max(0, end - LOOKED_BACK)).stream()
                .filter(entry -> !lineage.isLost(entry))
                .toList();
        var there = ledger
                .find(told.stream()
                        .map(entry -> requireNonNull(entry.position()))
                        .filter(position -> position <= end)
                        .toList())
                .stream()
                .collect(Collectors.toMap(LedgerEntry::position, Function.identity()));
        return told.stream()
                .filter(entry -> {
                    var stored = there.get(entry.position());
                    return stored == null || !stored.isToldBy(entry);
                })
                .toList();
    }

    /** The last position up to which the ledger and the edition logs agree, as of the last full comparison. */
    synchronized long agreedUpTo() {
        return agreedUpTo;
    }

    private long furthestOfLogs() {
        return claimsOfWitnesses.stream()
                .filter(claim -> claim.by().equals(LOGS))
                .mapToLong(Claim::position)
                .max()
                .orElse(0);
    }

    /** Asks every mark, and returns the places that do not answer. Such a place may know of further guides that were unpublished. */
    Set<String> silent() {
        remembered();
        return Set.copyOf(silent);
    }

    /** Returns the lineages that marks name and that the store does not know. */
    List<String> others() {
        return remembered().values().stream()
                .map(Mark::lineage)
                .filter(it -> !it.equals(lineage.id()) && !lineage.isFormer(it))
                .distinct()
                .toList();
    }

    /** Returns editions that the ledger has as published although they, or later ones, are known to have been unpublished. */
    List<EditionId> withheld() {
        var withdrawn = new HashMap<>(withdrawnByLogs);
        for (var mark : marks) {
            boolean counts = answered(mark, HighWaterMark::mark, Optional.<Mark>empty())
                    .filter(it -> !lineage.isFormer(it.lineage()))
                    .isPresent();
            if (counts)
                answered(mark, HighWaterMark::withdrawn, Map.<String, Integer>of())
                        .forEach((guide, edition) -> withdrawn.merge(guide, edition, Math::max));
        }
        return ledger.lastOf(withdrawn.keySet()).values().stream()
                .filter(LedgerEntry::isLive)
                .filter(last -> last.edition() <= withdrawn.getOrDefault(last.id(), 0))
                .map(last -> new EditionId(last.id(), last.edition()))
                .sorted(Comparator.comparing(EditionId::toString))
                .toList();
    }

    /** @param known the last position up to which all unpublished guides are known */
    private void isBehind(List<Claim> claims, long known) {
        var before = behind;
        boolean unknown = claims.stream().anyMatch(claim -> claim.position() > known);
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
                "The publication ledger ends at position %d, and %s."
                        .formatted(
                                report.position(),
                                claims.stream().map(Claim::inWords).collect(Collectors.joining(", "))),
                Set.copyOf(report.withheld()),
                unknown));
    }

    private void isAsFar() {
        if (behind == null && !integrity.isNotCompared()) return;
        behind = null;
        integrity.isBehind(null);
    }

    /** Raises the marks to the ledger's last entry. Changes nothing while an entry is damaged. */
    private void raise(Map<String, Mark> remembered) {
        var last = ledger.last();
        if (last.isEmpty() || integrity.damagedAt() > 0) return;
        var mark = new Mark(lineage.id(), last.get().position(), last.get().hash());
        var withdrawn = ledger.withdrawn();
        for (var it : marks)
            if (!mark.equals(remembered.get(it.place())))
                answered(
                        it,
                        place -> {
                            place.raise(mark, withdrawn, lineage::isFormer);
                            return true;
                        },
                        false);
    }

    /** Notes that the ledger has a new lineage, in which no entry is missing. */
    synchronized void hasBegunAnew() {
        claimsOfWitnesses = List.of();
        withdrawnByLogs = Map.of();
        cutOff = null;
        raise(Map.of());
        isAsFar();
    }

    /** Notes an append, so that the marks are raised soon. */
    void appended() {
        synchronized (work) {
            isDue = true;
            work.notifyAll();
        }
    }

    private void follow() {
        try {
            while (running) {
                pause(every, true);
                lookQuietly();
                pause(every.dividedBy(2), false);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param orAppended whether an append ends the pause */
    private void pause(Duration longest, boolean orAppended) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        synchronized (work) {
            for (long left = longest.toMillis();
                    running && left > 0 && !(orAppended && isDue);
                    left = (until - System.nanoTime()) / 1_000_000) work.wait(left);
            if (orAppended) isDue = false;
        }
    }

    private synchronized void lookQuietly() {
        try {
            look(false);
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) log.debug("the end of the ledger is looked at later: {}", failed.toString());
            else log.warn("the end of the ledger could not be looked at: {}", failed.toString());
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().daemon().name("ledger-mark").start(this::follow);
    }

    /** Stops the thread and raises the marks a last time, before the stores are closed. */
    @Override
    public void stop() {
        running = false;
        var last = thread;
        thread = null;
        if (last == null) return;
        synchronized (work) {
            work.notifyAll();
        }
        try {
            // no interrupt here: an interrupt would break the file of the embedded engine's store
            last.join(STOP);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        lookQuietly();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
