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
 * Whether the ledger still goes as far as it ever did. What remembers that outside it (the marks, the edition logs, the webhooks) is
 * compared with it before anything is served, and the marks every second. While the ledger is behind, nothing is appended, and what is
 * known to have been withdrawn in the part that is lost is not served.
 */
@Component
public class EndOfLedger implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EndOfLedger.class);
    /** How often the ledger is looked at before it is said to be behind: after a failover a store may show less, for a moment. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final String LOGS = "the edition logs";
    private static final String THIS_NODE = "this node";
    /** How many of the last positions may have been given out twice: far more than are appended before every node has read them. */
    private static final int LOOKED_BACK = 1_000;

    /**
     * Something that tells of an entry that the ledger does not have.
     *
     * @param by what tells of it
     * @param position of that entry
     * @param lineage of its ledger, if it is another one
     */
    public record Claim(String by, long position, @Nullable String lineage) {
        String inWords() {
            return by + " know" + (by.endsWith("s") ? "" : "s") + " of position " + position
                    + (lineage == null ? "" : " of the ledger " + lineage);
        }
    }

    /**
     * How the ledger stands.
     *
     * @param lineage that it has
     * @param position of its last entry
     * @param claims what tells of more; empty if nothing does
     * @param withheld guides that are live by the ledger and known to have been withdrawn
     * @param unknown whether more may have been withdrawn than is known: then nothing is served
     * @param since when it was found to be behind; null if it is not
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
    /** What the logs and the webhooks tell of that the ledger does not have, as of the last whole comparison. */
    private List<Claim> claimsOfWitnesses = List.of();

    private Map<String, Integer> withdrawnByLogs = Map.of();
    private long agreedUpTo;
    private long comparedAt = -1;
    private volatile @Nullable Report behind;
    /** The same where this node has read the entries that are gone, and knows all that they tell. */
    private volatile @Nullable Report cutOff;

    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    /** @param every how often the marks are raised and compared at most, {@code imprimatur.ledger.mark-every} */
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

    /** How the ledger stood when it was looked at last. */
    public Report report() {
        var now = behind == null ? cutOff : behind;
        return now != null ? now : new Report(lineage.id(), ledger.verified(), List.of(), List.of(), false, null);
    }

    /** Compares with everything that remembers more: before anything is served, and before anything is decided. */
    synchronized Report compare() {
        look(true);
        return report();
    }

    /** The same, once the ledger is read anew; in one, so that no look that began before takes the new reading for compared. */
    synchronized Report compareAnew() {
        ledger.startOver();
        return compare();
    }

    private void look(boolean asked) {
        if (lineage.refresh()) ledger.startOver();
        boolean whole = asked || integrity.isNotCompared();
        // first what is remembered: what is read of the ledger then goes at least as far
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

    /** Readers are served what this node has read; it is decided like any other loss. */
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

    /** A place that does not answer is told of once; the other one counts, and it is asked again. */
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
     * What the logs tell of that the ledger does not have: beyond its end, or in place of what is there now. A node that had not
     * read the last entries yet when they were lost has appended others at their positions.
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

    /** Up to where ledger and edition logs tell the same, as of the last whole comparison. */
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

    /** The places that do not answer: what they know of withdrawals is not known. */
    Set<String> silent() {
        remembered();
        return Set.copyOf(silent);
    }

    /** Other lineages that are remembered, and that the store knows nothing of. */
    List<String> others() {
        return remembered().values().stream()
                .map(Mark::lineage)
                .filter(it -> !it.equals(lineage.id()) && !lineage.isFormer(it))
                .distinct()
                .toList();
    }

    /** What the ledger has live of an edition that is known to have been withdrawn, or of one before it: it has to be withdrawn. */
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

    /** @param known up to which position everything that was withdrawn is known */
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

    /** Remembers how far the ledger goes now. */
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

    /** The ledger has another lineage now, in which it is as it should be. */
    synchronized void hasBegunAnew() {
        claimsOfWitnesses = List.of();
        withdrawnByLogs = Map.of();
        cutOff = null;
        raise(Map.of());
        isAsFar();
    }

    /** The marks are raised soon. */
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

    /** @param orAppended whether an append ends it */
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

    /** What was appended last is remembered before the stores are closed. */
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
            // not interrupted: the file of the embedded engine's store does not survive that
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
