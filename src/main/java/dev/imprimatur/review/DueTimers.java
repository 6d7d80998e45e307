// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.publication.ScheduledChange;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import org.flowable.engine.ManagementService;
import org.flowable.job.api.Job;
import org.springframework.context.annotation.Lazy;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Tells the delivery when the next timer of a process is due, so that caches keep no response beyond it. Reminders change nothing that
 * sites read, so they do not count.
 */
@Component
class DueTimers {
    /** Longer than caches keep a response, and than the next look takes. */
    private static final Duration AHEAD = Duration.ofSeconds(75);
    /** How many timers one look reads. If all of them are reminders, the next ones count as if they changed something. */
    private static final int MOST = 200;

    private final ManagementService management;
    private final Engine engine;
    private final Workflows workflows;
    private final ScheduledChange change;
    private final Clock clock;

    DueTimers(
            @Lazy ManagementService management,
            Engine engine,
            Workflows workflows,
            ScheduledChange change,
            Clock clock) {
        this.management = management;
        this.engine = engine;
        this.workflows = workflows;
        this.change = change;
        this.clock = clock;
    }

    @Scheduled(initialDelayString = "1s", fixedDelayString = "5s")
    void look() {
        var _ = engine.runIfAvailable(this::lookUp);
    }

    private void lookUp() {
        var now = clock.instant();
        var due = management
                .createTimerJobQuery()
                .duedateHigherThan(Date.from(now.minus(ScheduledChange.LATEST)))
                .duedateLowerThan(Date.from(now.plus(AHEAD)))
                .orderByJobDuedate()
                .asc()
                .listPage(0, MOST);
        var changing = due.stream().filter(job -> !onlyTells(job)).findFirst();
        var last = due.size() < MOST ? Optional.<Job>empty() : Optional.of(due.getLast());
        change.isDueAt(changing.or(() -> last)
                .map(Job::getDuedate)
                .map(Date::toInstant)
                .orElse(null));
    }

    private boolean onlyTells(Job timer) {
        return timer.getElementId() != null
                && workflows.ofDefinition(timer.getProcessDefinitionId()).onlyTells(timer.getElementId());
    }
}
