// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Notice;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import dev.imprimatur.publication.Publication;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowable.engine.delegate.DelegateExecution;
import org.flowable.engine.delegate.JavaDelegate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The steps that the service tasks of a workflow can name. Each step is idempotent: it has one effect however often it runs for the same
 * cause. Each step writes the facts first and then sets the process variables that depend on them.
 */
@Component
class ServiceTasks {
    /** The names of the steps in workflow files; expressions can reach no other bean. */
    static final Set<String> NAMES = Set.of(
            "stamp",
            "publish",
            "restamp",
            "markReviewDue",
            "markOverdue",
            "openNextEdition",
            "unpublishAsScheduled",
            WorkflowGraph.REMIND,
            WorkflowGraph.ESCALATE,
            WorkflowGraph.ANNOUNCE);

    /** Variable: whether the process waits for the publication ({@code waiting}, {@code given-up} or {@code none}). */
    static final String SCHEDULE = "schedule";

    static final String WAITING = "waiting";
    /** Variables: the instants of the schedule that the process follows. */
    static final String PUBLISH_AT = "publishAt";

    static final String UNPUBLISH_AT = "unpublishAt";
    /** Variable: until when the task of a review is due. */
    private static final String REVIEW_DUE_AT = "reviewDueAt";

    private final Guides guides;
    private final Editing editing;
    private final Editions editions;
    private final Publication publication;
    private final ReleasePublication releases;
    private final ContentTypes types;
    private final Duration lead;
    private final Clock clock;
    private final GuideReconciler reconciler;
    private final TaskScheduler scheduler;
    private final Workflows workflows;
    private final Escalations escalations;

    /** @param lead how long before its due date a review is requested, {@code imprimatur.review.lead} */
    ServiceTasks(
            Guides guides,
            Editing editing,
            Editions editions,
            Publication publication,
            ReleasePublication releases,
            ContentTypes types,
            Clock clock,
            GuideReconciler reconciler,
            TaskScheduler scheduler,
            Workflows workflows,
            Escalations escalations,
            @Value("${imprimatur.review.lead:14d}") Duration lead) {
        this.guides = guides;
        this.editing = editing;
        this.editions = editions;
        this.publication = publication;
        this.releases = releases;
        this.types = types;
        this.lead = lead;
        this.clock = clock;
        this.reconciler = reconciler;
        this.scheduler = scheduler;
        this.workflows = workflows;
        this.escalations = escalations;
    }

    /** The steps by name. Each step is resolved when it runs, because the engine is created before the steps are. */
    static Map<Object, Object> beans(ObjectProvider<ServiceTasks> steps) {
        var beans = new HashMap<Object, Object>();
        NAMES.forEach(name ->
                beans.put(name, (JavaDelegate) execution -> steps.getObject().runTogether(name, execution)));
        return beans;
    }

    private void runTogether(String name, DelegateExecution execution) {
        var id = EditionId.parse(execution.getProcessInstanceBusinessKey());
        // a failure is no loss: the engine retries a timer
        publication.mustNotBeBehind();
        editions.together(() -> {
            run(name, id, execution);
            return id;
        });
    }

    private void run(String name, EditionId id, DelegateExecution execution) {
        switch (name) {
            case "stamp" -> stamp(execution, id);
            case "publish" -> {
                boolean waited = WAITING.equals(execution.getVariable(SCHEDULE));
                publish(id, waited);
                if (waited) execution.setVariable(SCHEDULE, "none");
            }
            case "restamp" -> {
                stamp(execution, id);
                publication.restamp(id);
            }
            case "markReviewDue" -> requestReview(execution, id);
            case "markOverdue" -> publication.markOverdue(id);
            case "openNextEdition" -> openNextEdition(id);
            case "unpublishAsScheduled" -> unpublishAsScheduled(id);
            case WorkflowGraph.REMIND -> remind(execution, id);
            case WorkflowGraph.ESCALATE -> escalate(execution, id);
            case WorkflowGraph.ANNOUNCE -> announceReview(execution, id);
            default -> throw new IllegalStateException("no step " + name);
        }
    }

    /** Requests the review of what comes due now; the task is due when the first of it is. */
    private void requestReview(DelegateExecution execution, EditionId id) {
        var now = clock.instant();
        var edition = editions.reviewDue(id, stamp -> {
            // the lead may have become shorter since the timer was set
            var first = ReviewTimes.firstOpensAt(stamp, lead);
            return ReviewTimes.requestedBy(first.isAfter(now) ? first : now, stamp, lead);
        });
        edition.reviewDue().ifPresent(day -> execution.setVariable(REVIEW_DUE_AT, Date.from(Stamp.endOf(day))));
    }

    private void stamp(DelegateExecution execution, EditionId id) {
        var type = types.require(guides.require(id.guide()).type());
        var edition = editions.stamp(id, type.reviewIntervals());
        execution.setVariables(dueDates(edition.stamp().orElseThrow(), type));
        execution.setVariables(schedule(edition, clock.instant()));
    }

    /**
     * The process variables that say whether an approved edition waits for its publication, and until when.
     *
     * @param now an edition whose instant has come does not wait
     */
    static Map<String, Object> schedule(Edition edition, Instant now) {
        var publishAt =
                edition.schedule().release() == null ? edition.schedule().publishAt() : LogCalendar.NEVER;
        if (edition.state() == Edition.State.SCHEDULED && publishAt != null && publishAt.isAfter(now))
            return Map.of(SCHEDULE, WAITING, PUBLISH_AT, Date.from(publishAt));
        return Map.of(SCHEDULE, edition.state() == Edition.State.IN_REVIEW ? "given-up" : "none");
    }

    /** @param waited whether the process waited for the publication, which a node that crashed may have recorded already */
    private void publish(EditionId id, boolean waited) {
        var edition = editions.get(id);
        boolean isScheduled = edition.state() == Edition.State.SCHEDULED;
        var release = edition.schedule().release();
        if (release != null) releases.commit(release);
        else if (isScheduled) editions.publicationDue(id);
        publication.publish(id);
        if (waited || isScheduled) reconcileAfterCommit(id.guide());
    }

    /** A timer, unlike a request, reconciles nothing: the edition before ends, and the end of the publication may be scheduled. */
    private void reconcileAfterCommit(String guide) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                var _ = scheduler.schedule(() -> reconciler.reconcileOrDefer(guide), Instant.EPOCH);
            }
        });
    }

    /**
     * Unpublishes the edition if its schedule says so by now. If the next edition is due for publication by the same instant, that edition
     * is published in its place instead.
     */
    private void unpublishAsScheduled(EditionId id) {
        var edition = editions.get(id);
        var at = edition.schedule().unpublishAt();
        if (edition.state() != Edition.State.PUBLISHED || at == null || at.isAfter(clock.instant())) return;
        var next = editions.of(id.guide()).getLast();
        var nextAt = next.schedule().publishAt();
        boolean isReplaced =
                nextAt != null && !nextAt.isAfter(at) && next.state().isApproved();
        if (isReplaced) publish(next.id(), true);
        else
            edition.log().stream()
                    .filter(entry -> entry.kind() == LogEntry.Kind.SCHEDULED)
                    .reduce((earlier, later) -> later)
                    .ifPresent(entry ->
                            publication.unpublish(guides.require(id.guide()), "as scheduled", null, null, entry.by()));
    }

    /** The process variables with the instants that timers wait for. */
    private Map<String, Object> dueDates(Stamp stamp, ContentType type) {
        return Map.of(
                "reviewOpensAt",
                Date.from(ReviewTimes.firstOpensAt(stamp, lead)),
                REVIEW_DUE_AT,
                Date.from(Stamp.endOf(stamp.reviewDue())),
                "overdueAt",
                Date.from(stamp.overdueAt()),
                ReviewTimes.VARIABLE,
                ReviewTimes.spelt(ReviewTimes.allAnnouncements(type, stamp)));
    }

    private Workflow workflow(DelegateExecution execution) {
        return workflows.ofDefinition(execution.getProcessDefinitionId());
    }

    private void remind(DelegateExecution execution, EditionId id) {
        var workflow = workflow(execution);
        editions.notice(
                id,
                LogEntry.Kind.REMINDED,
                edition ->
                        new TaskNotices(workflow, edition, clock.instant()).reminder(execution.getCurrentActivityId()));
    }

    /** Passes open tasks on to a further role: first in the log, then in the engine. */
    private void escalate(DelegateExecution execution, EditionId id) {
        var workflow = workflow(execution);
        String step = execution.getCurrentActivityId();
        for (var timer : workflow.timers())
            editions.notice(
                    id,
                    LogEntry.Kind.ESCALATED,
                    edition -> new TaskNotices(workflow, edition, clock.instant())
                            .escalations(step).stream()
                                    .filter(notice -> notice.timer().equals(timer.id()))
                                    .findFirst());
        var edition = editions.get(id);
        escalations.applyAll(execution.getProcessInstanceId(), edition);
    }

    /**
     * Announces the reviews of the whole content and of its parts, unless they are overdue already. If several announcements of one review
     * were missed, the latest one is made.
     */
    private void announceReview(DelegateExecution execution, EditionId id) {
        var how = workflow(execution).announcement().orElse(null);
        if (how == null) return;
        var guide = guides.require(id.guide());
        var type = types.require(guide.type());
        var edition = editions.notice(
                id,
                LogEntry.Kind.REVIEW_ANNOUNCED,
                live -> stampOf(live)
                        .flatMap(stamp -> announced(
                                how, guide, stamp.reviewDue(), ReviewTimes.announcements(type, stamp.reviewDue()))));
        var pointers = stampOf(edition).stream()
                .flatMap(ReviewTimes::announcedParts)
                .map(StampedPart::pointer)
                .toList();
        for (String pointer : pointers)
            editions.announcePart(
                    id,
                    pointer,
                    live -> stampOf(live).stream()
                            .flatMap(ReviewTimes::announcedParts)
                            .filter(part -> part.pointer().equals(pointer))
                            .findFirst()
                            .flatMap(part -> announced(
                                    how,
                                    guide,
                                    part.reviewDue(),
                                    ReviewTimes.announcements(type, pointer, part.reviewDue()))));
    }

    private static Optional<Stamp> stampOf(Edition edition) {
        return edition.stamp().filter(stamp -> edition.state() == Edition.State.PUBLISHED);
    }

    private Optional<Notice> announced(
            Workflow.Announcement how, Guide guide, LocalDate due, List<Instant> announcements) {
        var now = clock.instant();
        if (now.isAfter(Stamp.endOf(due))) return Optional.empty();
        return announcements.stream()
                .filter(at -> !at.isAfter(now))
                .reduce((earlier, later) -> later)
                .map(at -> new Notice(how.timer(), null, 0, how.group(), guide.owner(), at, Stamp.endOf(due)));
    }

    /** Opens the next edition on behalf of the reviewer who called for it, unless an edition is in progress already. */
    private void openNextEdition(EditionId id) {
        var guide = guides.require(id.guide());
        var latest = editions.of(id.guide()).getLast();
        if (latest.state().isInProgress()) return;
        editions.get(id).log().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.REVISION_CALLED)
                .reduce((earlier, later) -> later)
                .ifPresent(call -> editing.openNext(guide, call.by()));
    }

    /** The process variables that the conditions of gateways read. */
    static Map<String, Object> facts(Edition edition, String outcome) {
        return Map.of("outcome", outcome, "approvalsMissing", edition.approvalsMissing());
    }
}
