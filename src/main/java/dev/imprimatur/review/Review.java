// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Reviewer;
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
 * Moves editions through their workflow. Each method first writes the fact to the edition log and then brings the process in line
 * with the log, in the same call. If a crash interrupts a call between these two steps, the reconciler does the second step later.
 */
@Component
public class Review {
    private static final Logger log = LoggerFactory.getLogger(Review.class);
    /** How many times to look for a task that is open according to the log but missing in the engine, and the pause between attempts. */
    private static final int ATTEMPTS = 20;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int STRIPES = 64;
    private static final int LONGEST_MESSAGE = 5_000;

    private final Guides guides;
    private final Drafts drafts;

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
            Guides guides,
            Drafts drafts,
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
        this.guides = guides;
        this.drafts = drafts;
        this.editing = editing;
        this.editions = editions;
        this.publication = publication;
        this.processes = processes;
        this.workflows = workflows;
        this.types = types;
    }

    /** Creates a guide whose first edition is a draft. */
    public Guide create(String type, String slug, @Nullable String locale, JsonNode content, Person by) {
        var guide = editing.create(type, slug, locale, content, by);
        settleOrLeave(guide.id());
        return guides.require(guide.id());
    }

    /** Submits the working copy for review. */
    public Edition submit(Guide guide, @Nullable String etag, @Nullable String message, Person by) {
        mustBeShort("/message", message);
        var edition = editing.submit(guide, etag, workflow(guide).drafting().id(), message, by);
        settleOrLeave(guide.id());
        return edition;
    }

    /**
     * Records a person's decision on a task. If the decision publishes the edition, the edition is published before this method returns.
     *
     * @param seen the revision that the person looked at
     * @param reasonCode the code of one of the content type's reasons; null if the person gives none
     * @return the guide after the decision
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
        var guide = guides.require(id.edition().guide());
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
        // a round that was decided already is left to the edition log, which holds the decision
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
        return guides.require(guide.id());
    }

    /** Finds the reason with this code; refuses an unknown code and lists the known ones. */
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

    /** Limits the length of a message, because the log keeps it forever. */
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
     * Whether the task is open, after the process was brought in line with the log. If the task is open according to the log but missing
     * in the process, another node is moving the process at this moment; this method then waits and looks again.
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
        return workflow(guides.require(edition.id().guide())).open(edition).stream()
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

    /** Discards the edition in progress. */
    public void discard(Guide guide, Person by) {
        editing.discard(guide, by);
        settleOrLeave(guide.id());
    }

    /**
     * Unpublishes the guide.
     *
     * @param why the reason in the person's own words
     * @param reasonCode the code of one of the content type's reasons; null if the person gives none
     */
    public void unpublish(
            Guide guide, String why, @Nullable String reasonCode, @Nullable String redirectTo, Person by) {
        mustBeShort("/reason", why);
        var reason = reason(types.require(guide.type()).reasons(Reason.Of.UNPUBLISH), reasonCode);
        publication.unpublish(guide, why, reason, redirectTo, by);
        settleOrLeave(guide.id());
    }

    /**
     * Publishes a guide on evidence of a review that took place elsewhere. The operator of this server vouches for the evidence by placing
     * the file where only the start-up import reads it. The evidence is valid for this content only: a guide that somebody else created,
     * or whose content differs, stays unchanged. After a crash, the same call completes the import.
     *
     * @return whether the guide is published on this evidence
     */
    public boolean importReviewed(Guide guide, JsonNode content, List<Reviewer> reviewers, ImportedReview review) {
        var hash = ContentHash.of(NormalForm.of(content)).value();
        var edition = editions.get(new EditionId(guide.id(), 1));
        if (!edition.log().getFirst().by().equals(Person.SYSTEM)) return false;
        if (edition.state() == Edition.State.DRAFT) {
            var draft = drafts.of(guide);
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
     * Evidence of a review that took place elsewhere.
     *
     * @param note the source of the evidence
     */
    public record ImportedReview(
            java.time.Instant reviewedAt,
            java.time.LocalDate lastReviewed,
            @Nullable String note) {}

    /** Settles the guide, or leaves that to the reconciler while the engine is unavailable: the fact is in the log already. */
    private void settleOrLeave(String guideId) {
        boolean led = engine.ask(
                () -> {
                    settle(guideId);
                    return true;
                },
                () -> false);
        if (!led) log.warn("the processes of guide {} are behind its log until the engine answers", guideId);
    }

    /** Brings the processes of all editions of the guide in line with their logs. */
    void settle(String guideId) {
        var lock = locks[Math.floorMod(guideId.hashCode(), STRIPES)];
        lock.lock();
        try {
            var guide = guides.require(guideId);
            var workflow = workflow(guide);
            var settled = new HashMap<EditionId, Integer>();
            for (; ; ) {
                // one edition may add to the log of another: a newly published edition supersedes the previous one
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

    /** Settles many guides in one transaction of the engine. */
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

    /** The position of an edition in its workflow; empty once the edition is over and its process has ended. */
    public Optional<Progress> progress(EditionId edition) {
        return engine.tell(() -> driven(edition), () -> logged(edition));
    }

    /** The progress according to the log alone: which tasks are open, and which were completed. */
    private Optional<Progress> logged(EditionId id) {
        var edition = editions.get(id);
        if (edition.state().isOver()) return Optional.empty();
        var workflow = workflow(guides.require(id.guide()));
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
     * @param types the titles of the content types that follow the workflow
     * @param standing the number of editions at each activity, by activity id
     */
    public record Deployed(String id, int version, String bpmn, List<String> types, Map<String, Integer> standing) {}

    /** The latest version of each workflow in use, with the number of editions at each of its activities. */
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
     * The position of an edition in its workflow.
     *
     * @param version the version of the workflow file; 0 if {@code fromLog}
     * @param bpmn the process as BPMN 2.0 XML with diagram
     * @param active the ids of the activities that the edition is at now
     * @param completed the ids of the completed activities; only of the completed tasks if {@code fromLog}
     * @param fromLog whether this was derived from the edition log because the engine is unavailable
     */
    public record Progress(
            String workflow, int version, String bpmn, List<String> active, List<String> completed, boolean fromLog) {}
}
