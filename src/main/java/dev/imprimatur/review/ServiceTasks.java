// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.publication.Publication;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.flowable.engine.delegate.DelegateExecution;
import org.flowable.engine.delegate.JavaDelegate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The steps that the service tasks of a workflow can name. Each step is idempotent: it has one effect however often it runs for the same
 * cause. Each step writes the facts first and then sets the process variables that depend on them.
 */
@Component
class ServiceTasks {
    /** The names of the steps in workflow files; expressions can reach no other bean. */
    static final Set<String> NAMES =
            Set.of("stamp", "publish", "restamp", "markReviewDue", "markOverdue", "openNextEdition");

    private final Guides guides;
    private final Editing editing;
    private final Editions editions;
    private final Publication publication;
    private final ContentTypes types;
    private final Duration lead;

    /** @param lead how long before its due date a review is requested, {@code imprimatur.review.lead} */
    ServiceTasks(
            Guides guides,
            Editing editing,
            Editions editions,
            Publication publication,
            ContentTypes types,
            @Value("${imprimatur.review.lead:14d}") Duration lead) {
        this.guides = guides;
        this.editing = editing;
        this.editions = editions;
        this.publication = publication;
        this.types = types;
        this.lead = lead;
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
            case "publish" -> publication.publish(id);
            case "restamp" -> {
                stamp(execution, id);
                publication.restamp(id);
            }
            case "markReviewDue" -> editions.reviewDue(id);
            case "markOverdue" -> publication.markOverdue(id);
            case "openNextEdition" -> openNextEdition(id);
            default -> throw new IllegalStateException("no step " + name);
        }
    }

    private void stamp(DelegateExecution execution, EditionId id) {
        var type = types.require(guides.require(id.guide()).type());
        var edition = editions.stamp(id, type.reviewInterval());
        execution.setVariables(dueDates(edition.stamp().orElseThrow()));
    }

    /** The process variables with the instants that timers wait for. */
    private Map<String, Object> dueDates(Stamp stamp) {
        return Map.of(
                "reviewOpensAt", Date.from(opensAt(stamp)),
                "reviewDueAt", Date.from(stamp.overdueAt().minusMillis(1)),
                "overdueAt", Date.from(stamp.overdueAt()));
    }

    /** When the next review is requested: the lead before the due day, but never in the first half of the review interval. */
    private Instant opensAt(Stamp stamp) {
        Instant due = startOf(stamp.reviewDue());
        long half = ChronoUnit.DAYS.between(stamp.lastReviewed(), stamp.reviewDue()) / 2;
        Instant notBefore = startOf(stamp.lastReviewed().plusDays(half));
        Instant opens = due.minus(lead);
        return opens.isBefore(notBefore) ? notBefore : opens;
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
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
