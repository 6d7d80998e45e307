package dev.imprimatur.review;

import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Edition;
import dev.imprimatur.editing.EditionId;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
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
 * Brings facts and positions together, at start and every minute: a missing process is started and led to where its
 * edition stands, one whose edition is over is ended, a task whose outcome is logged is completed, a card that lags behind
 * its logs is refreshed.
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
    private final Clock clock;
    private boolean everything = true;

    Reconciler(Editing editing, Editions editions, Processes processes, Review review, Clock clock) {
        this.editing = editing;
        this.editions = editions;
        this.processes = processes;
        this.review = review;
        this.clock = clock;
    }

    /** Before the application is ready: whatever was going on when it stopped. */
    @Override
    public void run(ApplicationArguments arguments) {
        editing.all().stream()
                .map(Guide::updatedAt)
                .max(Comparator.naturalOrder())
                .ifPresent(last -> reconcile(last.minus(MARGIN)));
    }

    /** The first time everything, since the engine's store may have been restored from another moment. */
    @Scheduled(fixedDelayString = "${imprimatur.review.reconcile-every:60s}")
    void everyMinute() {
        reconcile(everything ? Instant.EPOCH : clock.instant().minus(MARGIN));
        everything = false;
    }

    /** Settles every guide of which something was logged since then, or whose processes and card disagree. */
    void reconcile(Instant since) {
        Set<String> toSettle = new HashSet<>(editions.guidesLoggedSince(since));
        var driven = new HashSet<>(processes.businessKeys());
        var known = new HashSet<String>();
        for (Guide guide : editing.all()) {
            known.add(guide.id());
            if (shouldBeDriven(guide) && !driven.remove(guide.current().toString())) toSettle.add(guide.id());
            var live = guide.live();
            if (live != null
                    && live.edition() != guide.edition()
                    && !driven.remove(new EditionId(guide.id(), live.edition()).toString())) toSettle.add(guide.id());
        }
        driven.forEach(key -> toSettle.add(EditionId.parse(key).guide()));
        toSettle.retainAll(known);
        toSettle.forEach(this::settle);
    }

    private static boolean shouldBeDriven(Guide guide) {
        return guide.state() == Edition.State.PUBLISHED || guide.state().isInProgress();
    }

    private void settle(String guide) {
        try {
            editions.refreshCard(guide);
            review.settle(guide);
        } catch (RuntimeException failed) {
            log.warn("guide {} could not be brought in order and will be tried again: {}", guide, failed.toString());
        }
    }
}
