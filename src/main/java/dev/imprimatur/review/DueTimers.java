// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.publication.ScheduledChange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowable.engine.ManagementService;
import org.flowable.job.api.Job;
import org.springframework.context.annotation.Lazy;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Tells the delivery when the next timer of a process or the next release is due, so that caches keep no response beyond it. Reminders
 * change nothing that sites read, so they do not count.
 */
@Component
class DueTimers {
    /** Longer than caches keep a response, and than the next look takes. */
    private static final Duration AHEAD = Duration.ofSeconds(75);
    /** How many timers one look reads. If all of them are reminders, the next ones count as if they changed something. */
    private static final int MOST = 200;

    private final ManagementService management;
    private final Engine engine;
    private final ReleaseStore releases;
    private final Workflows workflows;
    private final ScheduledChange change;
    private final Clock clock;

    DueTimers(
            @Lazy ManagementService management,
            Engine engine,
            ReleaseStore releases,
            Workflows workflows,
            ScheduledChange change,
            Clock clock) {
        this.management = management;
        this.engine = engine;
        this.releases = releases;
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
        var from = now.minus(ScheduledChange.LATEST);
        var to = now.plus(AHEAD);
        var due = management
                .createTimerJobQuery()
                .duedateHigherThan(Date.from(from))
                .duedateLowerThan(Date.from(to))
                .orderByJobDuedate()
                .asc()
                .listPage(0, MOST);
        var changing = due.stream().filter(job -> !onlyTells(job)).findFirst();
        var last = due.size() < MOST ? Optional.<Job>empty() : Optional.of(due.getLast());
        var next = Stream.concat(
                changing.or(() -> last).stream().map(Job::getDuedate).map(Date::toInstant),
                releases.comingBetween(from, to).stream().map(Release::publishAt));
        change.isDueAt(next.filter(Objects::nonNull).min(Instant::compareTo).orElse(null));
    }

    private boolean onlyTells(Job timer) {
        return timer.getElementId() != null
                && workflows.ofDefinition(timer.getProcessDefinitionId()).onlyTells(timer.getElementId());
    }
}
