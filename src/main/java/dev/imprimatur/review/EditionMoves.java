// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Moves editions to another version of their workflow. A preview shows for each where it stands and where it would stand. If one of the
 * editions cannot be moved, none is. Each move is an entry of the edition's log; the process follows the log.
 */
@Component
public class EditionMoves {
    /** Where a request names editions. */
    private static final String EDITIONS = "/editions";

    /** How many guides are read at once to fill a page. */
    private static final int BATCH = 100;
    /** How many guides are looked at for one page. */
    private static final int MOST_LOOKED_AT = 500;
    /** How many processes move in the call; if there are more, the others follow in the background. */
    private static final int AT_ONCE = 25;

    private final Guides guides;
    private final Editions editions;
    private final ContentTypes types;
    private final Workflows workflows;
    private final Engine engine;
    private final Processes processes;
    private final GuideReconciler reconciler;
    private final Rest rest;
    private final Audit audit;
    private final Clock clock;
    private final int most;

    /** @param most {@code imprimatur.limits.edition-moves}: how many editions one request moves */
    EditionMoves(
            Guides guides,
            Editions editions,
            ContentTypes types,
            Workflows workflows,
            Engine engine,
            Processes processes,
            GuideReconciler reconciler,
            Rest rest,
            Audit audit,
            Clock clock,
            @Value("${imprimatur.limits.edition-moves:200}") int most) {
        this.guides = guides;
        this.editions = editions;
        this.types = types;
        this.workflows = workflows;
        this.engine = engine;
        this.processes = processes;
        this.reconciler = reconciler;
        this.rest = rest;
        this.audit = audit;
        this.clock = clock;
        this.most = most;
    }

    /** How many editions one request moves. */
    public int most() {
        return most;
    }

    /** A task at which an edition stands. */
    public record At(String task, String name) {
        static List<At> of(List<Workflow.Step> steps) {
            return steps.stream().map(step -> new At(step.id(), step.name())).toList();
        }
    }

    /** A decision on the submitted revision. */
    public record Taken(int seq, String task, String outcome, String by, Instant at) {
        static List<Taken> of(List<LogEntry> entries) {
            return entries.stream()
                    .map(entry -> new Taken(
                            entry.seq(),
                            String.valueOf(entry.task()),
                            String.valueOf(entry.outcome()),
                            entry.by().account(),
                            entry.at()))
                    .toList();
        }
    }

    /**
     * Where an edition would stand.
     *
     * @param there whether it follows this version already
     * @param at the tasks that would be open
     * @param carried the decisions that would count
     * @param dropped the decisions that would count no longer
     * @param approvalsRequired how many people would have to approve it; 0 unless it is under review, because a submission sets the number
     * @param reasons why it cannot be moved; empty if it can
     */
    public record Preview(
            boolean there,
            List<At> at,
            List<Taken> carried,
            List<Taken> dropped,
            int approvalsRequired,
            int approvalsMissing,
            List<VersionMove.Reason> reasons) {}

    /**
     * Where an edition stands.
     *
     * @param entries the length of its log, which changes whenever something happens to it
     * @param version of the workflow that it follows; 0 for the file
     * @param at the open tasks
     * @param preview null if no version was named
     */
    public record Standing(
            EditionId edition,
            Guide guide,
            Edition.State state,
            int entries,
            int version,
            List<At> at,
            @Nullable Preview preview) {
        /** Whether the edition can be moved, and is not there yet. */
        public boolean isMovable() {
            return preview != null && !preview.there() && preview.reasons().isEmpty();
        }
    }

    /**
     * A query for editions.
     *
     * @param live whether to find published editions, and not those in progress
     * @param version only editions that follow this version; null for all
     * @param to the version for which a preview is wanted; null for none
     */
    public record Query(
            String workflow,
            boolean live,
            @Nullable Integer version,
            @Nullable Integer to) {}

    /**
     * A page of the editions that follow a workflow, in the order of the ids of their guides. At most 500 guides are looked at, so a page
     * may have fewer editions than the limit although others follow.
     */
    public Page<Standing> list(Query query, @Nullable String cursor, int limit) {
        mustExist(query.workflow());
        var target = query.to() == null ? null : target(query.workflow(), query.to());
        var selection = Selection.of("workflow-editions", query.workflow(), query.live(), query.version(), query.to());
        String beyond = cursor == null || cursor.isEmpty()
                ? ""
                : selection.after(cursor).id();
        var found = new ArrayList<Standing>();
        var ofTypes = workflows.followers(query.workflow()).stream()
                .map(ContentType::name)
                .toList();
        for (int lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += BATCH) {
            var batch = guides.withEdition(ofTypes, query.live(), beyond, BATCH);
            for (var guide : batch) {
                if (found.size() == limit) return new Page<>(found, null, selection.after(Place.of(beyond)));
                beyond = guide.id();
                standing(guide, query, target).ifPresent(found::add);
            }
            if (batch.size() < BATCH) return new Page<>(found, null, null);
        }
        return new Page<>(found, null, selection.after(Place.of(beyond)));
    }

    private Optional<Standing> standing(Guide guide, Query query, @Nullable Target target) {
        var live = guide.live();
        var id = query.live() && live != null ? new EditionId(guide.id(), live.edition()) : guide.current();
        var edition = editions.get(id);
        boolean isAsked = query.live()
                ? edition.state() == Edition.State.PUBLISHED
                : edition.state().isInProgress();
        return isAsked
                ? Optional.of(standing(guide, edition, target))
                        .filter(it -> query.version() == null || it.version() == query.version())
                : Optional.empty();
    }

    private Standing standing(Guide guide, Edition edition, @Nullable Target target) {
        var follows = workflows.of(types.require(guide.type()), edition);
        return new Standing(
                edition.id(),
                guide,
                edition.state(),
                edition.log().size(),
                follows.version(),
                At.of(follows.openTasks(edition)),
                target == null ? null : preview(move(edition, target), Person.SYSTEM));
    }

    /** The version to which editions are to move. */
    private record Target(Workflow workflow, String hash) {}

    private void mustExist(String workflow) {
        workflows.refresh();
        if (!workflows.ids().contains(workflow))
            throw Refusal.missing("there is no such workflow").raise();
    }

    private Target target(String id, int number) {
        if (number == Workflows.FILE)
            throw Refusal.malformed(
                            "/to",
                            "editions move to an uploaded version; deploy the file of the server as a version first")
                    .raise();
        var version = workflows.version(id, number);
        var workflow = version.map(Workflows.Version::workflow).orElse(null);
        var row = version.map(Workflows.Version::row).orElse(null);
        if (workflow == null || row == null)
            throw Refusal.malformed("/to", "there is no such version of this workflow, or it cannot be used")
                    .raise();
        return new Target(workflow, row.hash());
    }

    private VersionMove move(Edition edition, Target to) {
        var type = types.require(guides.require(edition.id().guide()).type());
        return new VersionMove(
                edition,
                workflows.of(type, edition),
                to.workflow(),
                to.hash(),
                type,
                edition.state() == Edition.State.IN_REVIEW
                        ? editions.applicable(type.requirements(), edition)
                        : List.of());
    }

    private Preview preview(VersionMove move, Person by) {
        var edition = move.edition();
        boolean isOfWorkflow = move.type().workflow().equals(move.to().id());
        if (!isOfWorkflow)
            return new Preview(
                    false,
                    List.of(),
                    List.of(),
                    List.of(),
                    0,
                    0,
                    List.of(new VersionMove.Reason(
                            "other-workflow",
                            "its content type follows the workflow "
                                    + move.type().workflow())));
        var result = move.isThere()
                ? new VersionMove.Result(edition, move.from().openTasks(edition), List.of(), List.of(), List.of())
                : move.result(by, clock.instant());
        var after = result.after();
        boolean isInReview = after.state() == Edition.State.IN_REVIEW;
        return new Preview(
                move.isThere(),
                At.of(result.at()),
                Taken.of(result.carried()),
                Taken.of(result.dropped()),
                isInReview ? after.approvalsRequired() : 0,
                isInReview ? after.approvalsMissing() : 0,
                result.reasons());
    }

    /**
     * An edition to move.
     *
     * @param entries the length of the log that the person has seen; null for any
     * @param pointer where the request names the edition
     */
    public record Wanted(EditionId edition, @Nullable Integer entries, String pointer) {}

    /**
     * The result of a request.
     *
     * @param moved the editions that this request moved
     * @param there the editions that followed the version before
     * @param changed the editions that were not moved, because something happened to them since they were looked at
     * @param editions all of them, as they stand now; before the move for a dry run
     */
    public record Outcome(
            List<EditionId> moved, List<EditionId> there, List<EditionId> changed, List<Standing> editions) {}

    /**
     * Moves the editions, or none of them if one cannot be moved. Each edition moves by itself: if something happens to one of them while
     * the others move, it stays, and the result says so.
     *
     * @param wanted null for all editions in progress that follow another version
     * @param isDryRun whether nothing is to be moved
     */
    public Outcome move(String workflow, int to, @Nullable List<Wanted> wanted, boolean isDryRun, Person by) {
        mustExist(workflow);
        var target = target(workflow, to);
        var chosen = wanted == null ? allInProgress(workflow, to) : wanted;
        if (chosen.size() > most)
            throw Refusal.conflict(
                            "too-many-editions",
                            "at most " + most + " editions are moved at once; name some of them in “editions”")
                    .raise();
        var seen = new LinkedHashMap<EditionId, Standing>();
        for (var it : chosen) seen.put(it.edition(), look(it.edition(), it.pointer(), target));
        if (!isDryRun) mustAllMove(chosen, seen);
        var moved = new ArrayList<EditionId>();
        var there = new ArrayList<EditionId>();
        var changed = new ArrayList<EditionId>();
        for (var it : chosen) {
            var standing = Objects.requireNonNull(seen.get(it.edition()));
            var preview = Objects.requireNonNull(standing.preview());
            boolean isOutdated = it.entries() != null && it.entries() != standing.entries();
            if (preview.there()) (isMovedBy(by, it.edition()) ? moved : there).add(it.edition());
            else if (isOutdated) changed.add(it.edition());
            else if (!isDryRun)
                (moveOne(it.edition(), standing.entries(), target, by) ? moved : changed).add(it.edition());
        }
        if (isDryRun) return new Outcome(moved, there, changed, List.copyOf(seen.values()));
        if (!moved.isEmpty())
            audit.record(
                    by.account(),
                    "editions-moved",
                    WorkflowVersionStore.key(workflow, to) + " " + moved.size() + " of " + chosen.size(),
                    null);
        follow(moved);
        return new Outcome(
                moved,
                there,
                changed,
                chosen.stream()
                        .map(it -> look(it.edition(), it.pointer(), target))
                        .toList());
    }

    /** Whether an earlier attempt of the same request moved the edition. */
    private boolean isMovedBy(Person by, EditionId id) {
        String request = by.request();
        return request != null
                && editions.get(id)
                        .move()
                        .filter(entry -> request.equals(entry.by().request()))
                        .isPresent();
    }

    private List<Wanted> allInProgress(String workflow, int to) {
        var all = new ArrayList<Wanted>();
        var query = new Query(workflow, false, null, null);
        for (String cursor = ""; cursor != null && all.size() <= most; ) {
            var page = list(query, cursor, BATCH);
            page.items().stream()
                    .filter(it -> it.version() != to)
                    .map(it -> new Wanted(it.edition(), it.entries(), EDITIONS))
                    .forEach(all::add);
            cursor = page.next();
        }
        return all;
    }

    private Standing look(EditionId id, String pointer, Target target) {
        var edition = editions.get(id);
        if (!edition.exists() || editions.isDeleted(id.guide()))
            throw Refusal.malformed(pointer, "there is no edition " + id).raise();
        return standing(guides.require(id.guide()), edition, target);
    }

    private static void mustAllMove(List<Wanted> chosen, Map<EditionId, Standing> seen) {
        var pointers = new LinkedHashMap<EditionId, String>();
        chosen.forEach(it -> pointers.put(it.edition(), it.pointer()));
        var against = seen.values().stream()
                .filter(it -> it.preview() != null && !it.preview().reasons().isEmpty())
                .toList();
        if (against.isEmpty()) return;
        throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "cannot-move",
                        "no edition was moved, because this cannot be done with all of them; leave out those that are listed",
                        against.stream()
                                .flatMap(it -> Objects.requireNonNull(it.preview()).reasons().stream()
                                        .map(reason -> new Fault(
                                                pointers.getOrDefault(it.edition(), EDITIONS),
                                                it.edition() + ": " + reason.message())))
                                .toList(),
                        Map.of(
                                "editions",
                                against.stream()
                                        .map(it -> Map.of(
                                                "edition",
                                                it.edition().toString(),
                                                "reasons",
                                                Objects.requireNonNull(it.preview())
                                                        .reasons()))
                                        .toList()))
                .raise();
    }

    /** Moves an edition whose log still has this length; returns whether it did. */
    private boolean moveOne(EditionId id, int entries, Target to, Person by) {
        var proposed = new HashSet<Instant>();
        var edition = editions.move(id, (now, at) -> {
            if (now.log().size() != entries || now.damage().isPresent()) return Optional.empty();
            var result = move(now, to).result(by, at);
            if (!result.reasons().isEmpty()) return Optional.empty();
            var entry = result.after().log().getLast();
            proposed.add(entry.at());
            return Optional.of(entry);
        });
        // another person may have moved it in the same moment, to another version
        return edition.log().size() == entries + 1
                && edition.move()
                        .filter(entry -> entry.seq() == entries)
                        .filter(entry -> proposed.contains(entry.at())
                                && entry.by().account().equals(by.account()))
                        .filter(_ -> move(edition, to).isThere())
                        .isPresent();
    }

    /** Lets the processes follow. An edition that rests without a process needs none. */
    private void follow(List<EditionId> moved) {
        var guideIds = moved.stream()
                .filter(id -> guides.stored(id.guide()).filter(rest::mayRest).isEmpty()
                        || engine.read(() -> processes.of(id).isPresent(), () -> true))
                .map(EditionId::guide)
                .distinct()
                .toList();
        guideIds.stream().limit(AT_ONCE).forEach(reconciler::reconcileOrDefer);
        guideIds.stream().skip(AT_ONCE).forEach(reconciler::reconcileLater);
    }

    /** The number of processes that follow each uploaded version of the workflow, or its file (0); empty while the engine does not answer. */
    public Map<Integer, Integer> countByVersion(String workflow) {
        return engine.read(
                () -> {
                    var counts = new LinkedHashMap<Integer, Integer>();
                    processes.countByDefinition().forEach((definition, count) -> {
                        if (workflows.ofDefinition(definition).id().equals(workflow))
                            counts.merge(workflows.number(definition), count, Integer::sum);
                    });
                    return counts;
                },
                Map::of);
    }
}
