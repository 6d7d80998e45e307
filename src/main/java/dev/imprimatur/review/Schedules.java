// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.UnitOfWork;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
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

    /** The version of a guide's schedule. It changes with the instants and with the editions that they concern. */
    public static String version(Guide guide) {
        var schedule = guide.schedule() == null ? Schedule.NONE : guide.schedule();
        var live = guide.live();
        return Sha256.version(guide.edition() + " " + (live == null ? "" : live.edition()) + " " + schedule.publishAt()
                + " " + schedule.unpublishAt() + " " + schedule.zone() + " " + schedule.release());
    }

    /**
     * Sets the schedule of a guide, in place of any earlier one. {@code publishAt} concerns the edition in progress. {@code unpublishAt}
     * concerns the edition that will be published at that instant.
     *
     * @param seen the {@linkplain #version version} that the change was made from; null to replace any
     * @return the guide with its schedule
     */
    public Guide schedule(Guide guide, Wanted wanted, @Nullable String seen, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        if (wanted.publishAt() == null && wanted.unpublishAt() == null)
            throw Refusal.malformed(
                            "/publishAt",
                            "give an instant for the publication, for its end, or both; a schedule is given up by deleting it")
                    .raise();
        var zone = ScheduledTime.zone(wanted.zone());
        var now = clock.instant();
        var publishAt =
                wanted.publishAt() == null ? null : ScheduledTime.instant("/publishAt", wanted.publishAt(), zone, now);
        var unpublishAt = wanted.unpublishAt() == null
                ? null
                : ScheduledTime.instant("/unpublishAt", wanted.unpublishAt(), zone, now);
        if (!isSet(guide, publishAt, unpublishAt)) mustBe(seen, guide);
        return set(guide, publishAt, unpublishAt, wanted.zone(), seen, by);
    }

    /** Whether the guide has these instants already, such as those of the same request whose answer was lost. */
    private static boolean isSet(Guide guide, @Nullable Instant publishAt, @Nullable Instant unpublishAt) {
        var schedule = guide.schedule();
        return schedule != null
                && Objects.equals(schedule.publishAt(), publishAt)
                && Objects.equals(schedule.unpublishAt(), unpublishAt);
    }

    private void mustBe(@Nullable String seen, Guide guide) {
        if (seen != null && !seen.equals(version(guide))) throw changed(guide);
    }

    private RuntimeException changed(Guide guide) {
        var schedule = guide.schedule();
        var current = new LinkedHashMap<String, Object>();
        current.put("etag", "\"" + version(guide) + "\"");
        if (schedule != null) {
            if (schedule.publishAt() != null) current.put("publishAt", schedule.publishAt());
            if (schedule.unpublishAt() != null) current.put("unpublishAt", schedule.unpublishAt());
            if (schedule.zone() != null) current.put("zone", schedule.zone());
        }
        String who = editions.of(guide.id()).stream()
                .flatMap(edition -> edition.log().stream())
                .filter(entry ->
                        entry.kind() == LogEntry.Kind.SCHEDULED || entry.kind() == LogEntry.Kind.SCHEDULE_DROPPED)
                .max(Comparator.comparing(LogEntry::at))
                .map(entry -> entry.by().name())
                .orElse("somebody");
        return new Refusal(
                        Refusal.Kind.STALE,
                        "schedule-changed",
                        "the schedule has changed since you read it: " + told(schedule, who)
                                + "; look whether yours is still right before you send it again",
                        List.of(),
                        Map.of("current", current))
                .raise();
    }

    private static String told(@Nullable Schedule schedule, String who) {
        if (schedule == null) return "nothing is scheduled now";
        String publish = schedule.release() != null
                ? "publication with a release"
                : schedule.publishAt() == null ? "" : "publication at " + schedule.publishAt();
        String unpublish = schedule.unpublishAt() == null ? "" : "end of publication at " + schedule.unpublishAt();
        return publish + (publish.isEmpty() || unpublish.isEmpty() ? "" : ", ") + unpublish + ", set by " + who;
    }

    /** The rule of {@link Editions#schedule}: the edition gets the schedule if its own is still the one before. */
    private Function<Edition, Schedule> instead(Edition before, Schedule wanted, @Nullable String seen) {
        return now -> {
            if (seen == null
                    || now.schedule().equals(before.schedule())
                    || now.schedule().equals(wanted)) return wanted;
            UnitOfWork.forgetAll();
            throw changed(guides.require(now.id().guide()));
        };
    }

    /**
     * Publishes an approved edition that waits for its scheduled instant; the rest of its schedule stays.
     *
     * @param seen the version of the schedule that the person saw; null for any
     */
    public Guide publishNow(Guide guide, @Nullable String seen, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        var latest = editions.of(guide.id()).getLast();
        mustWaitForPublication(latest);
        mustBe(seen, guide);
        return editions.together(() -> {
            editions.schedule(
                    latest.id(),
                    now -> {
                        mustWaitForPublication(now);
                        return new Schedule(
                                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                                now.schedule().unpublishAt(),
                                now.schedule().zone());
                    },
                    by);
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    private static void mustWaitForPublication(Edition edition) {
        if (edition.state() != Edition.State.SCHEDULED)
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + " and does not wait for a scheduled publication")
                    .raise();
    }

    /**
     * Gives up the schedule of a guide. An edition that was approved and waited for its publication is under review again, because nobody
     * asked for its publication at once.
     *
     * @param seen the version of the schedule that the person saw; null for any
     */
    public Guide giveUp(Guide guide, @Nullable String seen, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        var scheduled = editions.of(guide.id()).stream()
                .filter(edition -> !edition.schedule().isEmpty())
                .toList();
        if (!scheduled.isEmpty()) mustBe(seen, guide);
        return editions.together(() -> {
            var first = seen;
            for (var edition : scheduled.reversed()) {
                editions.schedule(edition.id(), instead(edition, Schedule.NONE, first), by);
                first = null;
            }
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    private Guide set(
            Guide guide,
            @Nullable Instant publishAt,
            @Nullable Instant unpublishAt,
            @Nullable String zone,
            @Nullable String seen,
            Person by) {
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
        latest.mustNotBeInRelease();
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
            boolean hasBegun = false;
            if (latest.state().isInProgress()) {
                editions.schedule(latest.id(), instead(latest, ofLatest, seen), by);
                hasBegun = !ofLatest.equals(latest.schedule());
            }
            // whoever has changed the first log also changes the second one, so that nothing is half done
            String ifUnchanged = hasBegun ? null : seen;
            live.ifPresent(edition -> editions.schedule(edition.id(), instead(edition, ofLive, ifUnchanged), by));
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    /** Refuses if the workflow that the edition follows cannot wait for a publication. */
    void mustWait(Guide guide, Edition edition) {
        mustWait(guide, edition, ServiceTasks.PUBLISH_AT);
    }

    /** Refuses if the workflow that the edition follows does not wait for the instant. */
    private void mustWait(Guide guide, Edition edition, String instant) {
        var workflow = engine.read(() -> processes.of(edition.id()), Optional::<ProcessInstance>empty)
                .map(process -> workflows.ofDefinition(process.getProcessDefinitionId()))
                .orElseGet(() -> workflows.of(types.require(guide.type()), edition));
        if (!workflow.waitsFor(instant))
            throw Refusal.conflict(
                            "workflow-does-not-wait",
                            "the workflow " + workflow.id() + ", in the version that edition "
                                    + edition.id().number() + " follows, has no timer for ${" + instant + "}")
                    .raise();
    }
}
