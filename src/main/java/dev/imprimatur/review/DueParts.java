// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.store.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Does what a process has no timer for: it marks parts of published guides as overdue, and lets an open review of parts include what comes
 * due meanwhile. The cards of guides say what is due, the logs say what is done, so each step takes effect once on all nodes.
 */
@Component
class DueParts {
    private static final Logger log = LoggerFactory.getLogger(DueParts.class);

    private final Guides guides;
    private final Editions editions;
    private final Publication publication;
    private final GuideReconciler reconciler;
    private final LedgerReader ledger;
    private final Clock clock;
    private final Duration lead;

    DueParts(
            Guides guides,
            Editions editions,
            Publication publication,
            GuideReconciler reconciler,
            LedgerReader ledger,
            Clock clock,
            @Value("${imprimatur.review.lead:14d}") Duration lead) {
        this.guides = guides;
        this.editions = editions;
        this.publication = publication;
        this.reconciler = reconciler;
        this.ledger = ledger;
        this.clock = clock;
        this.lead = lead;
    }

    @Scheduled(initialDelayString = "2s", fixedDelayString = "1s")
    void markOverdue() {
        attempt(() -> each(
                guides.withPartsOverdueOn(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)),
                publication::markPartsOverdue));
    }

    @Scheduled(initialDelayString = "3s", fixedDelayString = "10s")
    void requestMore() {
        var now = clock.instant();
        var beyond = LocalDate.ofInstant(now.plus(lead), ZoneOffset.UTC).plusDays(1);
        attempt(() -> each(
                guides.withMoreDueBefore(beyond),
                id -> editions.reviewDue(id, stamp -> ReviewTimes.requestedBy(now, stamp, lead))));
    }

    private void attempt(Runnable work) {
        // MongoDB may have been restored from an old backup
        if (ledger.isBehind()) return;
        try {
            work.run();
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("reviews of parts wait, because a store is unavailable: {}", failed.toString());
        }
    }

    /** Takes a step for the published edition of each guide. A guide whose log is damaged holds up no other. */
    private void each(List<String> due, Consumer<EditionId> step) {
        if (due.isEmpty()) return;
        for (var guide : guides.find(due).values()) {
            var live = guide.live();
            if (live == null) continue;
            try {
                take(step, guide, new EditionId(guide.id(), live.edition()));
            } catch (RuntimeException failed) {
                if (Failures.isOutage(failed)) throw failed;
                log.debug("the parts of guide {} are left to the next pass: {}", guide.id(), failed.toString());
            }
        }
    }

    private void take(Consumer<EditionId> step, Guide guide, EditionId id) {
        editions.together(() -> {
            int before = editions.get(id).log().size();
            step.accept(id);
            if (editions.get(id).log().size() > before) reconciler.reconcileOrDefer(guide.id());
            return id;
        });
    }
}
