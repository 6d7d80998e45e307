// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.flowable.engine.runtime.ProcessInstance;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What publishers schedule: the publication of the edition in progress, and the end of a publication. A schedule belongs to one edition and
 * ends with it. The logs of the editions are the record of it; the processes wait for its instants.
 */
@Component
public class Schedules {
    private final Permissions permissions;
    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final ContentTypes types;
    private final Engine engine;
    private final GuideReconciler reconciler;
    private final Clock clock;

    Schedules(
            Guides guides,
            Editions editions,
            Processes processes,
            Workflows workflows,
            ContentTypes types,
            Engine engine,
            GuideReconciler reconciler,
            Clock clock,
            Permissions permissions) {
        this.permissions = permissions;
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
        this.types = types;
        this.engine = engine;
        this.reconciler = reconciler;
        this.clock = clock;
    }

    /**
     * A schedule as a person or a script writes it.
     *
     * @param publishAt a date and time, with an offset from UTC or as the clocks of the zone show it; null for none
     * @param unpublishAt likewise
     * @param zone an IANA time zone; null if both times have an offset
     */
    public record Wanted(
            @Nullable String publishAt,
            @Nullable String unpublishAt,
            @Nullable String zone) {}

    /**
     * Sets the schedule of a guide, in place of any earlier one. {@code publishAt} concerns the edition in progress. {@code unpublishAt}
     * concerns the edition that will be published at that instant.
     *
     * @return the guide with its schedule
     */
    public Guide schedule(Guide guide, Wanted wanted, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        if (wanted.publishAt() == null && wanted.unpublishAt() == null)
            throw Refusal.malformed("/publishAt", "give publishAt, unpublishAt or both; DELETE gives a schedule up")
                    .raise();
        var zone = ScheduledTime.zone(wanted.zone());
        var now = clock.instant();
        var publishAt =
                wanted.publishAt() == null ? null : ScheduledTime.instant("/publishAt", wanted.publishAt(), zone, now);
        var unpublishAt = wanted.unpublishAt() == null
                ? null
                : ScheduledTime.instant("/unpublishAt", wanted.unpublishAt(), zone, now);
        return set(guide, publishAt, unpublishAt, wanted.zone(), by);
    }

    /** Publishes an approved edition that waits for its scheduled instant; the rest of its schedule stays. */
    public Guide publishNow(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        var latest = editions.of(guide.id()).getLast();
        if (latest.state() != Edition.State.SCHEDULED)
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + latest.id().number() + " is "
                                    + latest.state().apiName() + " and does not wait for a scheduled publication")
                    .raise();
        var schedule = latest.schedule();
        return editions.together(() -> {
            editions.schedule(
                    latest.id(),
                    new Schedule(
                            clock.instant().truncatedTo(ChronoUnit.MILLIS), schedule.unpublishAt(), schedule.zone()),
                    by);
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    /**
     * Gives up the schedule of a guide. An edition that was approved and waited for its publication is under review again, because nobody
     * asked for its publication at once.
     */
    public Guide giveUp(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        return editions.together(() -> {
            editions.of(guide.id()).stream()
                    .filter(edition -> !edition.schedule().isEmpty())
                    .forEach(edition -> editions.schedule(edition.id(), Schedule.NONE, by));
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    private Guide set(
            Guide guide, @Nullable Instant publishAt, @Nullable Instant unpublishAt, @Nullable String zone, Person by) {
        var all = editions.of(guide.id());
        all.forEach(Edition::mustBeSound);
        var latest = all.getLast();
        var live = all.stream()
                .filter(edition -> edition.state() == Edition.State.PUBLISHED)
                .findFirst();
        if (publishAt != null && !latest.state().isInProgress())
            throw Refusal.conflict(
                            "not-in-progress",
                            "no edition is in progress whose publication could be scheduled; open the next edition first")
                    .raise();
        if (publishAt == null && latest.state() == Edition.State.SCHEDULED)
            throw Refusal.conflict(
                            "scheduled",
                            "edition " + latest.id().number() + " waits for its publication at "
                                    + latest.schedule().publishAt()
                                    + ", and this schedule would replace it; name publishAt too, or give the schedule up first")
                    .raise();
        boolean endsLive =
                unpublishAt != null && live.isPresent() && (publishAt == null || !unpublishAt.isAfter(publishAt));
        if (unpublishAt != null && !endsLive && publishAt != null && !unpublishAt.isAfter(publishAt))
            throw Refusal.malformed("/unpublishAt", "must be later than publishAt")
                    .raise();
        if (unpublishAt != null && !endsLive && !latest.state().isInProgress())
            throw Refusal.conflict("not-live", "the guide is not published, so there is nothing to unpublish")
                    .raise();
        if (publishAt != null) mustWait(guide, latest, ServiceTasks.PUBLISH_AT);
        if (unpublishAt != null) mustWait(guide, endsLive ? live.orElseThrow() : latest, ServiceTasks.UNPUBLISH_AT);
        var ofLatest = new Schedule(publishAt, endsLive ? null : unpublishAt, zone);
        var ofLive = endsLive ? new Schedule(null, unpublishAt, zone) : Schedule.NONE;
        return editions.together(() -> {
            if (latest.state().isInProgress()) editions.schedule(latest.id(), ofLatest, by);
            live.ifPresent(edition -> editions.schedule(edition.id(), ofLive, by));
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    /** Refuses if the workflow that the edition follows does not wait for the instant. */
    private void mustWait(Guide guide, Edition edition, String instant) {
        var workflow = engine.read(() -> processes.of(edition.id()), Optional::<ProcessInstance>empty)
                .map(process -> workflows.ofDefinition(process.getProcessDefinitionId()))
                .orElseGet(() -> workflows.of(types.require(guide.type())));
        if (!workflow.waitsFor(instant))
            throw Refusal.conflict(
                            "workflow-does-not-wait",
                            "the workflow " + workflow.id() + ", in the version that edition "
                                    + edition.id().number() + " follows, has no timer for ${" + instant + "}")
                    .raise();
    }
}
