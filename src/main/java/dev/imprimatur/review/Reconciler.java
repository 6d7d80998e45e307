// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Renaming;
import dev.imprimatur.publication.TranslationLinks;
import dev.imprimatur.store.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Brings the processes in the engine in line with the edition logs, at start and every minute. It starts missing processes, moves those
 * that lag behind or differ from their log, and ends those whose edition is over or does not exist. It also refreshes index cards that lag
 * behind their logs, and unassigns tasks whose assignee may not take them any more.
 */
@Component("processesHealthIndicator")
@Order(Ordered.HIGHEST_PRECEDENCE)
class Reconciler implements ApplicationRunner, HealthIndicator, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
    /** How long the start-up waits for the first pass; a longer pass continues in the background. */
    private static final Duration AT_START = Duration.ofSeconds(2);
    /** The number of guides that are reconciled in one transaction of the engine, if more guides than this need it. */
    private static final int TOGETHER = 25;

    private static final Duration REPORT_EVERY = Duration.ofSeconds(10);

    private final Editions editions;
    private final OutdatedGuides outdatedGuides;
    private final GuideReconciler guideReconciler;
    private final Assignments assignments;
    private final Engine engine;
    private final LedgerReader ledger;
    private final ImportedReviews importedReviews;
    private final Renaming renaming;
    private final TranslationLinks translationLinks;
    private final Thread first = Thread.ofPlatform().name("reconciler").unstarted(this::everyMinute);
    private volatile boolean ended;
    /** The number of guides that the current pass still has to reconcile. */
    private volatile int behind;

    Reconciler(
            Editions editions,
            OutdatedGuides outdatedGuides,
            GuideReconciler guideReconciler,
            Assignments assignments,
            Engine engine,
            LedgerReader ledger,
            ImportedReviews importedReviews,
            Renaming renaming,
            TranslationLinks translationLinks) {
        this.translationLinks = translationLinks;
        this.renaming = renaming;
        this.importedReviews = importedReviews;
        this.engine = engine;
        this.ledger = ledger;
        this.editions = editions;
        this.outdatedGuides = outdatedGuides;
        this.guideReconciler = guideReconciler;
        this.assignments = assignments;
    }

    /** Completes what the last stop or crash interrupted; the start-up waits for it only briefly. */
    @Override
    public void run(ApplicationArguments arguments) throws InterruptedException {
        first.start();
        if (!first.join(AT_START))
            log.info("the application is ready; the first pass of the reconciler continues in the background");
    }

    @Override
    public void destroy() throws InterruptedException {
        ended = true;
        if (first.getState() != Thread.State.NEW) first.join(AT_START);
    }

    @Override
    public Health health() {
        return Health.up().withDetail("guidesBehind", behind).build();
    }

    /** Also runs shortly after the start, to retry what failed in the first pass because a timer changed the same process. */
    @Scheduled(initialDelayString = "5s", fixedDelayString = "${imprimatur.review.reconcile-every:60s}")
    synchronized void everyMinute() {
        // MongoDB may have been restored from an old backup
        if (ledger.isBehind()) return;
        try {
            if (!engine.runIfAvailable(this::pass)) outdatedGuides.forget();
        } catch (RuntimeException failed) {
            outdatedGuides.forget();
            if (ended) return;
            if (!Failures.isOutage(failed)) throw failed;
            log.warn(
                    "the processes could not be brought in line with the edition logs; the next pass tries again: {}",
                    failed.toString());
        } finally {
            behind = 0;
            engine.endRebuild();
        }
    }

    private void pass() {
        unassign();
        renaming.completeInterrupted();
        translationLinks.completeInterrupted();
        var outdated = importedReviews.betweenBatches(outdatedGuides::find);
        if (outdated.missing() > TOGETHER) engine.beginRebuild();
        if (!reconcileAll(new ArrayList<>(outdated.guides()))) outdatedGuides.forget();
    }

    /** Runs in each pass, because a change of an account leaves no entry in an edition log. */
    private void unassign() {
        try {
            assignments.giveBackAll();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) throw failed;
            log.warn("the assignments of tasks could not be checked; the next pass tries again: {}", failed.toString());
        }
    }

    /** Reconciles the guides; returns whether all succeeded. */
    private boolean reconcileAll(List<String> guides) {
        boolean many = guides.size() > TOGETHER;
        if (many)
            log.info(
                    "{} guides have processes that are not in line with their logs; they are reconciled",
                    guides.size());
        boolean done = true;
        long reportedAt = System.nanoTime();
        for (int from = 0; from < guides.size() && !ended; from += TOGETHER) {
            behind = guides.size() - from;
            if (System.nanoTime() - reportedAt > REPORT_EVERY.toNanos()) {
                reportedAt = System.nanoTime();
                log.info("{} of {} guides are reconciled", from, guides.size());
            }
            var some = guides.subList(from, Math.min(from + TOGETHER, guides.size()));
            if (!many || !reconcileTogether(some)) for (String guide : some) done &= reconcile(guide);
        }
        if (many && !ended) log.info("{} guides are reconciled", guides.size());
        return done;
    }

    private boolean reconcileTogether(List<String> guides) {
        try {
            guides.forEach(editions::refreshCard);
            guideReconciler.reconcileTogether(guides);
            return true;
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) throw failed;
            log.debug(
                    "{} guides could not be reconciled together and are reconciled one by one: {}",
                    guides.size(),
                    failed.toString());
            return false;
        }
    }

    private boolean reconcile(String guide) {
        try {
            editions.refreshCard(guide);
            guideReconciler.reconcile(guide);
            return true;
        } catch (Refused refused) {
            // the damage of a ledger that accepts no entries was logged where it was found
            if (refused.refusal().kind() != Refusal.Kind.UNAVAILABLE)
                log.warn("guide {} is not reconciled: {}", guide, refused.getMessage());
            return false;
        } catch (RuntimeException failed) {
            // all other guides need the same store
            if (Failures.isOutage(failed)) throw failed;
            log.warn("guide {} could not be reconciled; the next pass tries again: {}", guide, failed.toString());
            return false;
        }
    }
}
