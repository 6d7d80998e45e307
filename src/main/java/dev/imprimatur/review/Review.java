// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.Publication;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * What moves an edition through its workflow. Each verb writes the fact to the edition log and then leads the process
 * there in the same call; what a crash leaves undone in between, the reconciler does.
 */
@Component
public class Review {
    private static final Logger log = LoggerFactory.getLogger(Review.class);
    /** How often, and after which pause, a task is looked for that is open by the log. */
    private static final int ATTEMPTS = 20;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int STRIPES = 64;
    private static final int LONGEST_MESSAGE = 5_000;

    private final Editing editing;
    private final Editions editions;
    private final Publication publication;
    private final Processes processes;
    private final Workflows workflows;
    private final ContentTypes types;
    private final Engine engine;
    private final SigningRules signing;
    private final TransactionTemplate transactions;
    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(ReentrantLock[]::new);

    Review(
            Editing editing,
            Editions editions,
            Publication publication,
            Processes processes,
            Workflows workflows,
            ContentTypes types,
            Engine engine,
            SigningRules signing,
            PlatformTransactionManager transactions) {
        this.signing = signing;
        this.transactions = new TransactionTemplate(transactions);
        this.engine = engine;
        this.editing = editing;
        this.editions = editions;
        this.publication = publication;
        this.processes = processes;
        this.workflows = workflows;
        this.types = types;
    }

    /** Brings a guide into being, with its first edition in draft. */
    public Guide create(String type, String slug, @Nullable String locale, JsonNode content, Person by) {
        var guide = editing.create(type, slug, locale, content, by);
        settleOrLeave(guide.id());
        return editing.require(guide.id());
    }

    /** Puts the working copy forward for review. */
    public Edition submit(Guide guide, @Nullable String etag, @Nullable String message, Person by) {
        mustBeShort("/message", message);
        var edition = editing.submit(guide, etag, workflow(guide).drafting().id(), message, by);
        settleOrLeave(guide.id());
        return edition;
    }

    /**
     * Takes a decision; when it is one that publishes, the guide is live when this returns.
     *
     * @param seen the revision that was looked at
     * @param reasonCode the one of the content type's reasons that the person gives, if any
     * @return the guide as it then stands
     */
    public Guide complete(
            String taskId,
            String outcomeId,
            Revision.Ref seen,
            @Nullable String message,
            @Nullable String reasonCode,
            Person by) {
        return engine.need(() -> decide(taskId, outcomeId, seen, message, reasonCode, by));
    }

    private Guide decide(
            String taskId,
            String outcomeId,
            Revision.Ref seen,
            @Nullable String message,
            @Nullable String reasonCode,
            Person by) {
        var id = TaskId.parse(taskId);
        var guide = editing.require(id.edition().guide());
        var step = processes
                .of(id.edition())
                .map(process -> workflows.ofDefinition(process.getProcessDefinitionId()))
                .orElseGet(() -> workflow(guide))
                .step(id.task())
                .orElseThrow(TaskId::missing);
        if (!by.has(step.group()))
            throw Refusal.forbidden("wrong-role", "this task is for the role " + step.role())
                    .raise();
        if (step.isDrafting())
            throw Refusal.conflict("submit-instead", "a draft is completed by submitting the guide")
                    .raise();
        var outcome = step.outcome(outcomeId)
                .orElseThrow(() -> Refusal.malformed(
                                "/outcome",
                                "the outcomes of this task are "
                                        + step.outcomes().stream()
                                                .map(Outcome::id)
                                                .collect(Collectors.joining(", ")))
                        .raise());
        if (outcome.needsMessage() && (message == null || message.isBlank()))
            throw Refusal.malformed("/message", "“" + outcome.name() + "” needs a message that says why")
                    .raise();
        mustBeShort("/message", message);
        var type = types.require(guide.type());
        var reason = reason(outcome.reasons().map(type::reasons).orElse(List.of()), reasonCode);
        // what somebody decided already, the log knows
        if (!isOpen(id) && id.round() >= editions.get(id.edition()).round(id.task()))
            throw Refusal.conflict("review-is-stale", "this task is not open any more; read the inbox again")
                    .raise();
        mustNotBeSomebodyElses(id, by);
        if (outcome.signs()) signing.mustBeAbleToSign(by);
        editions.decide(
                id.edition(),
                new Decision(
                        id.task(),
                        id.round(),
                        outcome.id(),
                        outcome.effect(),
                        seen,
                        message,
                        outcome.meaning(),
                        reason,
                        by),
                type.approvals());
        settle(guide.id());
        return editing.require(guide.id());
    }

    /** The reason of that code, or a refusal that lists those that there are. */
    private static @Nullable Reason reason(List<Reason> known, @Nullable String code) {
        if (code == null) return null;
        return known.stream()
                .filter(it -> it.code().equals(code))
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "/reasonCode",
                                known.isEmpty()
                                        ? "this content type lists no reasons for this; leave the code out"
                                        : "the reasons for this are "
                                                + known.stream()
                                                        .map(Reason::code)
                                                        .collect(Collectors.joining(", ")))
                        .raise());
    }

    /** What is said with an act stays in the log for good. */
    private static void mustBeShort(String pointer, @Nullable String words) {
        CleanText.mustBeClean(pointer, words);
        if (words != null && words.length() > LONGEST_MESSAGE)
            throw Refusal.malformed(
                            pointer,
                            "at most " + LONGEST_MESSAGE + " characters; this has " + words.length()
                                    + ", so shorten it")
                    .raise();
    }

    /**
     * Whether the process of the edition has reached the task, once it is led to where the log says it stands. Where the log says that the
     * task is open and the process does not have it, another node leads the process at this moment.
     */
    boolean isOpen(TaskId id) {
        for (int attempt = 1; ; attempt++) {
            settle(id.edition().guide());
            var edition = editions.get(id.edition());
            int round = edition.round(id.task());
            if (id.round() < round) return false;
            if (processes.taskOf(id.edition(), id.task()).isPresent()) return true;
            if (id.round() > round || !isOpenByLog(edition, id.task())) return false;
            if (attempt == ATTEMPTS)
                throw Refusal.unavailable(
                                "unavailable",
                                "this task is being opened anew; send the same request again shortly",
                                PAUSE.multipliedBy(ATTEMPTS))
                        .raise();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private boolean isOpenByLog(Edition edition, String task) {
        return workflow(editing.require(edition.id().guide())).open(edition).stream()
                .anyMatch(step -> step.id().equals(task));
    }

    private void mustNotBeSomebodyElses(TaskId id, Person by) {
        processes
                .taskOf(id.edition(), id.task())
                .map(org.flowable.task.api.Task::getAssignee)
                .filter(assignee -> !assignee.equals(by.account()))
                .ifPresent(assignee -> {
                    throw Refusal.conflict("claimed", assignee + " has claimed this task")
                            .raise();
                });
    }

    /** Opens the next edition of a guide. */
    public EditionId openNext(Guide guide, Person by) {
        var id = editing.openNext(guide, by);
        settleOrLeave(guide.id());
        return id;
    }

    /** Gives up the edition in progress. */
    public void discard(Guide guide, Person by) {
        editing.discard(guide, by);
        settleOrLeave(guide.id());
    }

    /**
     * Takes what is live from readers.
     *
     * @param why in the words of whoever does it
     * @param reasonCode the one of the content type's reasons that they give, if any
     */
    public void unpublish(
            Guide guide, String why, @Nullable String reasonCode, @Nullable String redirectTo, Person by) {
        mustBeShort("/reason", why);
        var reason = reason(types.require(guide.type()).reasons(Reason.Of.UNPUBLISH), reasonCode);
        publication.unpublish(guide, why, reason, redirectTo, by);
        settleOrLeave(guide.id());
    }

    /**
     * Publishes a guide on evidence of a review elsewhere, which the operator of this server vouches for by having put the
     * file where only the start-up import reads it. The evidence is of that content alone: a guide that somebody else made, or holds
     * anything else by now, stays as it is. What a crash left undone, the same again does.
     *
     * @return whether the guide is published on that evidence
     */
    public boolean importReviewed(
            Guide guide, JsonNode content, List<dev.imprimatur.history.Reviewer> reviewers, ImportedReview review) {
        var hash = ContentHash.of(NormalForm.of(content)).value();
        var edition = editions.get(new EditionId(guide.id(), 1));
        if (!edition.log().getFirst().by().equals(Person.SYSTEM)) return false;
        if (edition.state() == Edition.State.DRAFT) {
            var draft = editing.draft(guide);
            if (!ContentHash.isOf(draft.content(), hash)) return false;
            edition = editing.submit(
                    guide, draft.etag(), workflow(guide).drafting().id(), review.note(), Person.SYSTEM);
        }
        var submitted = edition.submitted()
                .filter(revision -> revision.contentHash().equals(hash))
                .orElse(null);
        if (submitted == null || edition.state().isOver()) return false;
        if (edition.state() == Edition.State.IN_REVIEW) {
            var interval = types.require(guide.type()).reviewInterval();
            var stamp = new Stamp(
                    submitted,
                    reviewers,
                    null,
                    review.reviewedAt(),
                    review.lastReviewed(),
                    review.lastReviewed().plus(interval),
                    Stamp.Origin.IMPORTED);
            editions.importEvidence(edition.id(), stamp);
        }
        settle(guide.id());
        return true;
    }

    /**
     * What the evidence of a review elsewhere says.
     *
     * @param note where the evidence is from
     */
    public record ImportedReview(
            java.time.Instant reviewedAt,
            java.time.LocalDate lastReviewed,
            @Nullable String note) {}

    /** The fact is written and holds; while the engine does not answer, the reconciler leads the processes there later. */
    private void settleOrLeave(String guideId) {
        boolean led = engine.ask(
                () -> {
                    settle(guideId);
                    return true;
                },
                () -> false);
        if (!led) log.warn("the processes of guide {} are behind its log until the engine answers", guideId);
    }

    /** Leads the processes of all editions of the guide to where their logs say they stand. */
    void settle(String guideId) {
        var lock = locks[Math.floorMod(guideId.hashCode(), STRIPES)];
        lock.lock();
        try {
            var guide = editing.require(guideId);
            var workflow = workflow(guide);
            var settled = new HashMap<EditionId, Integer>();
            for (; ; ) {
                // one edition may add to the log of another: what is published supersedes what was
                var all = editions.of(guideId);
                all.forEach(Edition::mustBeSound);
                editions.mustBeWhole(guideId);
                var grown = all.stream()
                        .filter(edition -> edition.log().size() > settled.getOrDefault(edition.id(), 0))
                        .toList();
                if (grown.isEmpty()) return;
                for (var edition : grown) {
                    boolean moved = processes.settle(edition, workflow);
                    settled.put(edition.id(), edition.log().size() - (moved ? 1 : 0));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The same of many guides, in one transaction of the engine. */
    void settleTogether(Collection<String> guides) {
        var held = guides.stream()
                .map(guide -> Math.floorMod(guide.hashCode(), STRIPES))
                .distinct()
                .sorted()
                .map(stripe -> locks[stripe])
                .toList();
        held.forEach(Lock::lock);
        try {
            transactions.executeWithoutResult(status -> guides.forEach(this::settle));
        } finally {
            held.forEach(Lock::unlock);
        }
    }

    private Workflow workflow(Guide guide) {
        return workflows.of(types.require(guide.type()));
    }

    /** Where an edition stands in its workflow; empty once it is over and no process drives it any more. */
    public Optional<Progress> progress(EditionId edition) {
        return engine.tell(() -> driven(edition), () -> logged(edition));
    }

    /** What the log alone tells of it: which tasks are open, and which were completed. */
    private Optional<Progress> logged(EditionId id) {
        var edition = editions.get(id);
        if (edition.state().isOver()) return Optional.empty();
        var workflow = workflow(editing.require(id.guide()));
        return Optional.of(new Progress(
                workflow.id(),
                0,
                new String(workflows.bytes(workflow), StandardCharsets.UTF_8),
                workflow.open(edition).stream().map(Workflow.Step::id).toList(),
                edition.log().stream()
                        .map(LogEntry::task)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList(),
                true));
    }

    private Optional<Progress> driven(EditionId edition) {
        return processes.of(edition).map(process -> {
            String definition = process.getProcessDefinitionId();
            var activities = processes.activities(process);
            return new Progress(
                    workflows.ofDefinition(definition).id(),
                    workflows.version(definition),
                    new String(workflows.bytes(definition), StandardCharsets.UTF_8),
                    activities.getOrDefault(true, List.of()),
                    activities.getOrDefault(false, List.of()),
                    false);
        });
    }

    /**
     * A workflow that content types follow.
     *
     * @param types that follow it
     * @param standing how many editions stand at an activity, by its id
     */
    public record Deployed(String id, int version, String bpmn, List<String> types, Map<String, Integer> standing) {}

    /** The workflows as they are started now, each with where the editions in it stand. */
    public List<Deployed> deployed() {
        return types.all().stream()
                .map(type -> workflows.of(type).id())
                .distinct()
                .map(id -> engine.need(() -> deployed(id)))
                .toList();
    }

    private Deployed deployed(String id) {
        String definition = workflows.latestDefinition(id);
        return new Deployed(
                id,
                workflows.version(definition),
                new String(workflows.bytes(definition), StandardCharsets.UTF_8),
                types.all().stream()
                        .filter(type -> type.workflow().equals(id))
                        .map(ContentType::title)
                        .toList(),
                processes.standing(id));
    }

    /**
     * Where an edition stands in its workflow.
     *
     * @param version of the workflow file; 0 where the log told
     * @param bpmn the process as BPMN 2.0 XML with diagram
     * @param active ids of the activities it stands at
     * @param completed ids of the activities it has been through; where the log told, of the tasks
     * @param fromLog whether the log told, since the engine does not answer
     */
    public record Progress(
            String workflow, int version, String bpmn, List<String> active, List<String> completed, boolean fromLog) {}
}
