// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Carries out an administrator's decision that the ledger continues without its lost end. First, guides that were unpublished are
 * unpublished again. Then editions that the edition logs have as published go through the gate again. Finally the ledger gets a new
 * lineage, which tells sites and webhooks to start over. Every step is idempotent, so the next start completes what a crash interrupted.
 */
@Component
public class NewLineage {
    private static final Logger log = LoggerFactory.getLogger(NewLineage.class);
    private static final int LONGEST_MESSAGE = 5_000;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Lineage lineage;
    private final EndOfLedger end;
    private final Ledger ledger;
    private final Integrity integrity;
    private final Publication publication;
    private final Renaming renaming;
    private final Editions editions;
    private final Audit audit;
    private final ObjectProvider<Witness> witnesses;
    private final Clock clock;

    NewLineage(
            Lineage lineage,
            EndOfLedger end,
            Ledger ledger,
            Integrity integrity,
            Publication publication,
            Renaming renaming,
            Editions editions,
            Audit audit,
            ObjectProvider<Witness> witnesses,
            Clock clock) {
        this.lineage = lineage;
        this.end = end;
        this.ledger = ledger;
        this.integrity = integrity;
        this.publication = publication;
        this.renaming = renaming;
        this.editions = editions;
        this.audit = audit;
        this.witnesses = witnesses;
        this.clock = clock;
    }

    /** Returns the result of the last comparison of the ledger with the records outside it. */
    public EndOfLedger.Report report() {
        return end.report();
    }

    public List<Lineage.Decision> decisions() {
        return lineage.decisions();
    }

    /**
     * Continues with the ledger as it is. The same decision again changes nothing.
     *
     * @param ending the lineage that ends, as the report names it
     * @param message why, in the administrator's words
     */
    public synchronized EndOfLedger.Report decide(String ending, String message, Person by) {
        if (CleanText.isBlank(message) || CleanText.length(message) > LONGEST_MESSAGE)
            throw Refusal.malformed("/message", "say why, in at most " + LONGEST_MESSAGE + " characters")
                    .raise();
        if (lineage.isFormer(ending) && !end.report().isBehind()) return end.report();
        if (!ending.equals(lineage.id()))
            throw Refusal.conflict(
                            "ledger-changed",
                            "the ledger has the lineage " + lineage.id() + " now; read the report again")
                    .raise();
        mustKnowWithdrawals();
        // entries that this node has read may be gone from the store
        var report = end.rereadAndCompare();
        integrity.mustHaveIntactEntries();
        audit.record(by.account(), "ledger-continued", ending + " at " + report.position(), null);
        lineage.decide(
                        Math.min(report.position(), end.agreedUpTo()),
                        clock.instant(),
                        by.account(),
                        message,
                        end.unknownLineages())
                .ifPresentOrElse(this::carryOut, end::rereadAndCompare);
        return end.report();
    }

    /**
     * Compares the ledger with the records outside it before anything is served, and carries out a decision that was made before this node
     * started.
     */
    public void begin() {
        end.compare();
        carryOutPending();
    }

    /** Carries out the pending decision, if there is one. */
    @Scheduled(fixedDelayString = "${imprimatur.ledger.go-on-every:10s}")
    synchronized void carryOutPending() {
        try {
            lineage.pending().ifPresent(this::carryOut);
        } catch (Refused refused) {
            log.error("the decision on how the ledger continues cannot be carried out yet: {}", refused.getMessage());
        }
    }

    private void mustKnowWithdrawals() {
        for (String place : end.failedPlaces())
            throw Refusal.unavailable(
                            "unavailable",
                            place
                                    + " does not answer, and may know which guides were unpublished; the ledger continues once it answers",
                            RETRY_AFTER)
                    .raise();
    }

    private void carryOut(Lineage.Decision decision) {
        mustKnowWithdrawals();
        ScopedValue.where(Integrity.DECIDED, decision).run(() -> {
            witnesses.forEach(witness -> witness.forget(decision.end()));
            for (var withheld : end.withheld()) unpublish(withheld, decision);
            editions.entriesBeyond(decision.end()).stream()
                    .filter(lineage::isLost)
                    .map(entry -> entry.edition().guide())
                    .distinct()
                    .forEach(guide -> appendAgain(guide, decision));
            lineage.carriedOut(decision);
        });
        end.lineageBegan();
        ledger.announceAppend();
        log.warn(
                "the ledger continues after position {} with the lineage {} in place of {}, as {} decided",
                decision.end(),
                decision.next(),
                decision.lineage(),
                decision.by());
    }

    /** Unpublishes the edition in the ledger and in the edition log. */
    private void unpublish(EditionId id, Lineage.Decision decision) {
        var entry = publication.withdraw(id, null);
        editions.notedAnew(id, LogEntry.Kind.UNPUBLISHED, entry.position(), decision.message(), decision.at());
    }

    /** Whether the ledger has the last stamp of the edition. */
    private boolean hasLastStamp(Edition edition) {
        var published = ledger.lastOf(edition.id().guide()).map(LedgerEntry::review);
        var stamp = edition.stamp();
        return published.map(LedgerEntry.Review::reviewedAt).equals(stamp.map(Stamp::reviewedAt))
                && stamp.map(Stamp::stampedParts).orElse(List.of()).stream()
                        .allMatch(part -> published
                                .map(review -> review.reviewedParts().get(part.pointer()))
                                .filter(it -> it.reviewedAt().equals(part.reviewedAt()))
                                .isPresent());
    }

    /** Appends the lost entries that the guide's logs name again. An edition that the gate refuses is logged as unpublished. */
    private void appendAgain(String guide, Lineage.Decision decision) {
        for (var edition : editions.of(guide)) {
            var id = edition.id();
            if (edition.state() == Edition.State.UNPUBLISHED) unpublishUpTo(id, decision);
            if (edition.state() != Edition.State.PUBLISHED) continue;
            try {
                long position = publication.publish(id).position();
                renaming.alignLedger(guide);
                editions.notedAnew(id, LogEntry.Kind.PUBLISHED, position, decision.message(), decision.at());
                if (!hasLastStamp(edition)) publication.restamp(id);
                if (edition.isOverdueMarked())
                    publication
                            .markOverdue(id)
                            .ifPresent(entry -> editions.notedAnew(
                                    id, LogEntry.Kind.OVERDUE, entry.position(), decision.message(), decision.at()));
                publication
                        .markPartsOverdueAgain(id)
                        .forEach((part, entry) ->
                                editions.overdueAgain(id, part, entry.position(), decision.message(), decision.at()));
            } catch (Refused refused) {
                if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
                log.warn("{} is not published again: {}", id.inWords(), refused.getMessage());
                editions.notedAnew(id, LogEntry.Kind.UNPUBLISHED, null, decision.message(), decision.at());
                unpublishUpTo(id, decision);
            }
        }
    }

    /** Unpublishes the guide if its current edition is this one or an earlier one. */
    private void unpublishUpTo(EditionId id, Lineage.Decision decision) {
        ledger.lastOf(id.guide())
                .filter(current -> current.isLive() && current.edition() <= id.number())
                .ifPresent(current -> unpublish(new EditionId(id.guide(), current.edition()), decision));
    }
}
