// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.publication.ScheduledChange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
 * Tells the delivery when the next timer of a process, the next release, or the review of a part is due, so that caches keep no response beyond it. Reminders
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
    private final Guides guides;
    private final Workflows workflows;
    private final ScheduledChange change;
    private final Clock clock;

    DueTimers(
            @Lazy ManagementService management,
            Engine engine,
            ReleaseStore releases,
            Guides guides,
            Workflows workflows,
            ScheduledChange change,
            Clock clock) {
        this.management = management;
        this.engine = engine;
        this.releases = releases;
        this.guides = guides;
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
        var next = Stream.of(
                        changing.or(() -> last).stream().map(Job::getDuedate).map(Date::toInstant),
                        releases.comingBetween(from, to).stream().map(Release::publishAt),
                        partsOverdue(from, to).stream())
                .flatMap(it -> it);
        change.isDueAt(next.filter(Objects::nonNull).min(Instant::compareTo).orElse(null));
    }

    /** The start of a day on which parts of guides become overdue, if it is between these instants. */
    private Optional<Instant> partsOverdue(Instant from, Instant to) {
        var day = LocalDate.ofInstant(to, ZoneOffset.UTC);
        var start = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        return start.isBefore(from) || guides.withPartsOverdueOn(day).isEmpty() ? Optional.empty() : Optional.of(start);
    }

    private boolean onlyTells(Job timer) {
        return timer.getElementId() != null
                && workflows.ofDefinition(timer.getProcessDefinitionId()).onlyTells(timer.getElementId());
    }
}
