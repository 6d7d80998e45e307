package dev.imprimatur.review;

import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.EditionId;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.store.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Brings facts and positions together, at start and every minute in which something was logged: a missing process is started
 * and led to where its edition stands, one whose edition is over is ended, a task whose outcome is logged is completed, a card
 * that lags behind its logs is refreshed, a task of somebody who may not take it any more is given back.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class Reconciler implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
    /** How far back entries are looked at again: more than clocks of nodes may differ. */
    private static final Duration MARGIN = Duration.ofMinutes(15);

    private final Editing editing;
    private final Editions editions;
    private final Processes processes;
    private final Review review;
    private final Assignments assignments;
    private final Clock clock;
    private final Engine engine;
    private boolean everything = true;
    /** How much was logged when the last pass began, if it left nothing undone. */
    private long settled = -1;

    Reconciler(
            Editing editing,
            Editions editions,
            Processes processes,
            Review review,
            Assignments assignments,
            Clock clock,
            Engine engine) {
        this.engine = engine;
        this.editing = editing;
        this.editions = editions;
        this.processes = processes;
        this.review = review;
        this.assignments = assignments;
        this.clock = clock;
    }

    /** Before the application is ready: whatever was going on when it stopped. */
    @Override
    public void run(ApplicationArguments arguments) {
        var guides = editing.all();
        guides.stream()
                .map(Guide::updatedAt)
                .max(Comparator.naturalOrder())
                .ifPresent(last -> engine.ask(() -> reconcile(guides, last.minus(MARGIN)), () -> false));
    }

    /**
     * The first time everything, since the engine's store may have been restored from another moment; soon after the start, so
     * that what a timer got in the way of then is tried again.
     */
    @Scheduled(initialDelayString = "5s", fixedDelayString = "${imprimatur.review.reconcile-every:60s}")
    synchronized void everyMinute() {
        try {
            boolean all = engine.ask(
                    () -> {
                        pass();
                        return true;
                    },
                    () -> false);
            // while the engine was away, anything may have been missed
            if (!all) everything = true;
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("facts and positions could not be brought together and will be: {}", failed.toString());
        }
    }

    private void pass() {
        giveBack();
        long logged = editions.logged();
        if (logged == settled && !everything) return;
        boolean done = reconcile(
                editing.all(), everything ? Instant.EPOCH : clock.instant().minus(MARGIN));
        everything = false;
        settled = done ? logged : -1;
    }

    /** Accounts change without anything being logged. */
    private void giveBack() {
        try {
            assignments.giveBackAll();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) throw failed;
            log.warn("whose tasks are whose could not be looked at and will be tried again: {}", failed.toString());
        }
    }

    /** Whether nothing is left to be done. */
    private boolean reconcile(List<Guide> guides, Instant since) {
        return unsettled(guides, since).stream().filter(guide -> !settle(guide)).count() == 0;
    }

    /** The guides of which something was logged since then that the engine may have missed, and those that it drives wrongly. */
    Set<String> unsettled(List<Guide> guides, Instant since) {
        var grown = editions.grownSince(since);
        var standings = processes.standings();
        var unsettled = new HashSet<String>();
        var known = new HashSet<String>();
        var stray = new HashSet<>(standings.keySet());
        grown.keySet().forEach(edition -> unsettled.add(edition.guide()));
        for (Guide guide : guides) {
            known.add(guide.id());
            var driven = driven(guide);
            driven.forEach(stray::remove);
            if (!standings.keySet().containsAll(driven)) unsettled.add(guide.id());
            else if (isAtRest(guide, grown, standings)) unsettled.remove(guide.id());
        }
        stray.forEach(edition -> unsettled.add(edition.guide()));
        unsettled.retainAll(known);
        return unsettled;
    }

    /** The editions of a guide that a process should drive. */
    static Set<EditionId> driven(Guide guide) {
        var driven = new HashSet<EditionId>();
        if (!guide.state().isOver()) driven.add(guide.current());
        var live = guide.live();
        if (live != null) driven.add(new EditionId(guide.id(), live.edition()));
        return driven;
    }

    /**
     * Whether the first edition of a guide is all there is, its card knows the whole log and the titles, and its process waits where nothing is
     * to be done for an edition in that state. So stands nearly everything after an import, which need not be read one by one.
     */
    private static boolean isAtRest(
            Guide guide, Map<EditionId, Integer> grown, Map<EditionId, Processes.Standing> standings) {
        var first = guide.current();
        return guide.edition() == 1
                && guide.drafted() != null
                && !grown.containsKey(first.next())
                && Integer.valueOf(guide.entries()).equals(grown.get(first))
                && switch (guide.state()) {
                    case DRAFT -> new Processes.Standing(1, 1, 0).equals(standings.get(first));
                    case PUBLISHED -> new Processes.Standing(1, 0, 0).equals(standings.get(first));
                    default -> false;
                };
    }

    private boolean settle(String guide) {
        try {
            editions.refreshCard(guide);
            review.settle(guide);
            return true;
        } catch (Refused refused) {
            // a ledger that nothing is appended to until it is mended is logged where it was found
            if (refused.refusal().kind() != Refusal.Kind.UNAVAILABLE)
                log.warn("guide {} is not brought in order: {}", guide, refused.getMessage());
            return false;
        } catch (RuntimeException failed) {
            // the others would wait for the same store
            if (Failures.isOutage(failed)) throw failed;
            log.warn("guide {} could not be brought in order and will be tried again: {}", guide, failed.toString());
            return false;
        }
    }
}
