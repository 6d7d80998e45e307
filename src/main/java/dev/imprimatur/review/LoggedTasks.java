// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.PartReviews;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The open tasks according to the edition logs, used while the engine is unavailable. Assignees are missing, since only the engine knows
 * them. A review that becomes due meanwhile is missing until the engine's timers run again and mark it in the log.
 */
@Component
class LoggedTasks {
    private final Permissions permissions;
    private final Guides guides;
    private final Editions editions;
    private final ContentTypes types;
    private final Workflows workflows;
    private final ClaimStore claims;

    LoggedTasks(
            Guides guides,
            Editions editions,
            ContentTypes types,
            Workflows workflows,
            Permissions permissions,
            ClaimStore claims) {
        this.claims = claims;
        this.permissions = permissions;
        this.guides = guides;
        this.editions = editions;
        this.types = types;
        this.workflows = workflows;
    }

    /** The open tasks of an edition. */
    List<OpenTask> of(EditionId id) {
        return of(id, guides.require(id.guide()));
    }

    private List<OpenTask> of(EditionId id, Guide guide) {
        var edition = editions.get(id);
        var workflow = workflows.of(types.require(guide.type()), edition);
        return workflow.openTasks(edition).stream()
                .map(step -> task(workflow, step, guide, edition))
                .toList();
    }

    private OpenTask task(Workflow workflow, Workflow.Step step, Guide guide, Edition edition) {
        var task = TaskId.of(edition, step.id());
        return new OpenTask(
                task.toString(),
                step.name(),
                step.id(),
                step.group(),
                edition.escalatedTo(step.id()),
                guide,
                edition,
                step.isDrafting() ? null : edition.underReview().orElse(null),
                step.outcomes(),
                workflow.due(step, edition).orElse(null),
                claims.find(task).map(Claim::person).orElse(null),
                null,
                Optional.ofNullable(workflow.openedBy(edition).get(step.id()))
                        .orElse(edition.log().getLast())
                        .at(),
                true);
    }

    /** An edition that may have an open task, according to the index card of its guide. */
    private record Candidate(
            EditionId edition, Guide guide, @Nullable Instant due) {
        Place place() {
            return new Place(TaskRows.key(due, guide.updatedAt()), edition.toString());
        }
    }

    /** A page of the inbox, in the order of {@link TaskRows#ORDER}. */
    Page<OpenTask> list(Inbox.Query query, Window window, Person me) {
        Predicate<OpenTask> matches = matches(query, me);
        var candidates = candidates(query).stream()
                .sorted(Comparator.comparing(Candidate::place, TaskRows.ORDER))
                .toList();
        var page = window.page(
                (from, back, most) -> {
                    var matching = new ArrayList<CandidateTasks>();
                    for (var candidate : back ? candidates.reversed() : candidates) {
                        if (matching.size() == most) break;
                        if (from != null && (TaskRows.ORDER.compare(candidate.place(), from) > 0) == back) continue;
                        if (from != null && candidate.place().equals(from)) continue;
                        var tasks = of(candidate.edition(), candidate.guide()).stream()
                                .filter(matches)
                                .toList();
                        if (!tasks.isEmpty()) matching.add(new CandidateTasks(candidate, tasks));
                    }
                    return matching;
                },
                item -> item.candidate().place());
        return new Page<>(
                page.items().stream().flatMap(item -> item.tasks().stream()).toList(), page.previous(), page.next());
    }

    /** The open tasks of a candidate that match the query. */
    private record CandidateTasks(Candidate candidate, List<OpenTask> tasks) {}

    private Predicate<OpenTask> matches(Inbox.Query query, Person me) {
        return task -> !query.mine()
                && (query.group() == null
                        ? task.isFor(me)
                        : task.group().equals(query.group())
                                || task.escalatedTo().contains(query.group()))
                && (!task.isFor(me) || permissions.allowsByCard(me, task.guide(), task.roles()))
                && (!query.decisions() || !task.outcomes().isEmpty())
                && (query.dueBefore() == null
                        || task.due() != null && task.due().isBefore(query.dueBefore()));
    }

    private List<Candidate> candidates(Inbox.Query query) {
        var candidates = new ArrayList<Candidate>();
        for (var guide : guides.cached()) {
            if (query.type() != null && !query.type().equals(guide.type())) continue;
            if (isUnderReview(guide) || guide.state() == Edition.State.DRAFT && !query.decisions())
                candidates.add(new Candidate(guide.current(), guide, null));
            ofRequestedReview(guide).ifPresent(candidates::add);
        }
        return candidates;
    }

    /** Whether the edition in progress was submitted. A workflow may have tasks that open only after the last approval. */
    private static boolean isUnderReview(Guide guide) {
        return guide.state() == Edition.State.IN_REVIEW || guide.state() == Edition.State.APPROVED;
    }

    /** The published edition of the guide, if its next review is requested already. */
    private Optional<Candidate> ofRequestedReview(Guide guide) {
        var live = guide.live();
        var due = Stream.concat(
                        Optional.ofNullable(guide.reviewDue()).filter(workflows::isReviewRequested).stream(),
                        guide.partReviews().stream()
                                .filter(PartReviews.Part::requested)
                                .map(PartReviews.Part::reviewDue))
                .min(Comparator.naturalOrder());
        return live == null
                ? Optional.empty()
                : due.map(day -> new Candidate(
                        new EditionId(guide.id(), live.edition()),
                        guide,
                        day.atStartOfDay(ZoneOffset.UTC).toInstant()));
    }

    /** The number of guides in review whose workflow has a task for one of the person's roles. */
    long waiting(Person me) {
        return guides.cached().stream()
                .filter(LoggedTasks::isUnderReview)
                .filter(guide -> workflows.of(types.require(guide.type())).steps().stream()
                        .anyMatch(step -> !step.isDrafting()
                                && me.has(step.group())
                                && permissions.allowsByCard(me, guide, step.group())))
                .count();
    }
}
