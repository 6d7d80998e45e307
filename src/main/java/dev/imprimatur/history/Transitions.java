// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.content.Reason;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.content.ReviewIntervals;
import dev.imprimatur.history.Edition.State;
import dev.imprimatur.history.LogEntry.Kind;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules for what may happen to an edition. Each method returns the entry to append to the log, or throws a refusal. The entry fits the
 * state that the edition has now: if the log has grown meanwhile, the append fails and the caller evaluates the rule again.
 */
public final class Transitions {
    private final Edition edition;

    Transitions(Edition edition) {
        this.edition = edition;
    }

    public static LogEntry opened(EditionId id, Person by, Instant now) {
        return opened(id, by, null, now);
    }

    /** @param note where the content of the draft is from; null if nothing is to be said */
    public static LogEntry opened(EditionId id, Person by, @Nullable String note, Instant now) {
        return LogEntry.plain(id, 0, Kind.OPENED, now, by, null, null, null, note);
    }

    public LogEntry submit(
            Revision.Ref revision,
            int approvalsRequired,
            List<Requirement> requirements,
            String task,
            @Nullable String message,
            Person by,
            Instant now) {
        edition.mustBeEditable();
        return next(Kind.SUBMITTED, revision, edition.state() == State.DRAFT ? task : null, null, message, by, now)
                .requiring(approvalsRequired, requirements);
    }

    public LogEntry acceptEvidence(Stamp elsewhere, Instant now) {
        mustBe(State.IN_REVIEW);
        return next(Kind.IMPORTED, elsewhere.reviewed(), null, now).withStamp(elsewhere);
    }

    /**
     * A decision on a task.
     *
     * @param contributors accounts that may not approve the content
     * @param approvals how many the content type asks for now
     * @param requirements those of the content type that apply to the revision now
     * @return empty if exactly this decision was taken already
     */
    public Optional<LogEntry> decide(
            Decision decision, Set<String> contributors, int approvals, List<Requirement> requirements, Instant now) {
        var done = edition.completions(decision.task());
        if (decision.round() <= done.size()) {
            if (decision.isSameAs(done.get(decision.round() - 1))) return Optional.empty();
            throw Refusal.conflict("already-decided", "somebody has decided on this task already; see the log")
                    .raise();
        }
        boolean live = edition.state() == State.PUBLISHED;
        boolean fits = switch (decision.effect()) {
            case NONE -> edition.underReview().isPresent();
            case APPROVE, REQUEST_CHANGES -> edition.state() == State.IN_REVIEW;
            case CONFIRM, REVISE -> live;
        };
        if (!fits || decision.round() != done.size() + 1)
            throw Refusal.conflict(
                            "review-is-stale",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + "; this task is not open any more")
                    .raise();
        if (!edition.underReview().equals(Optional.of(decision.seen())))
            throw Refusal.conflict(
                            "review-is-stale",
                            "what you looked at is not what is under review any more; read the task again")
                    .raise();
        if (live && !Objects.equals(decision.request(), edition.partRequest()))
            throw Refusal.conflict(
                            "review-is-stale",
                            "the parts of the guide that are under review are not those that you looked at any more; read the task again")
                    .raise();
        if (decision.effect().vouches()) mayVouch(decision.by(), contributors);
        if (decision.effect() == Decision.Effect.APPROVE) mustHelp(decision.by(), approvals, requirements);
        var entry = next(
                        decision.kind(),
                        decision.seen(),
                        decision.task(),
                        decision.outcome(),
                        decision.message(),
                        decision.by(),
                        now)
                .signed(decision.meaning())
                .because(decision.reason());
        return Optional.of(
                switch (entry.kind()) {
                    case APPROVED -> entry.requiring(approvals, requirements);
                    case CONFIRMED -> entry.about(edition.partsUnderReview());
                    default -> entry;
                });
    }

    /** Refuses an approval that changes nothing: enough people have approved, and the person is in no group that has to approve still. */
    private void mustHelp(Person by, int approvals, List<Requirement> requirements) {
        var open = edition.open(requirements);
        if (open.isEmpty()
                || edition.approvals().size() < approvals
                || open.stream().anyMatch(it -> by.isIn(it.group()))) return;
        throw Refusal.forbidden(
                        "requirement-open",
                        "enough people have approved; what is missing is “"
                                + open.stream().map(Requirement::name).collect(Collectors.joining("”, “"))
                                + "”, by somebody of the group "
                                + open.stream()
                                        .map(Requirement::group)
                                        .distinct()
                                        .collect(Collectors.joining(", ")))
                .raise();
    }

    private void mayVouch(Person by, Set<String> contributors) {
        if (by.isAmong(contributors))
            throw Refusal.forbidden(
                            "contributor",
                            by.isExternal()
                                    ? "whoever invited you contributed to this edition, so somebody else has to review it"
                                    : "you contributed to this edition, so somebody else has to review it")
                    .raise();
        if (edition.state() != State.PUBLISHED
                && edition.approvals().stream()
                        .anyMatch(entry -> entry.by().answerable().equals(by.answerable())
                                || entry.by().account().equals(by.account())))
            throw Refusal.forbidden(
                            "already-approved",
                            edition.approvals().stream()
                                            .anyMatch(entry ->
                                                    entry.by().account().equals(by.account()))
                                    ? "you have approved this revision; it needs somebody else too"
                                    : by.isExternal()
                                            ? "whoever invited you, or another expert of theirs, has approved this revision; it needs somebody else too"
                                            : "an expert whom you invited has approved this revision; it needs somebody else too")
                    .raise();
    }

    /**
     * The stamp for approvals, evidence or a confirmation that have none yet.
     *
     * @param intervals of the parts that the content has
     * @return empty if every review is stamped
     */
    public Optional<LogEntry> stamp(ReviewIntervals intervals, Instant now) {
        if (edition.state() == State.IN_REVIEW)
            throw Refusal.conflict(
                            "approval-missing",
                            "edition " + edition.id().number() + " needs " + edition.approvalsMissing()
                                    + " more approval(s)")
                    .raise();
        if (edition.state().isApproved()) {
            if (edition.isStamped()) return Optional.empty();
            var stamp = edition.evidence()
                    .orElseGet(() -> Stamp.here(
                            submittedRevision(),
                            edition.approvals().stream()
                                    .map(entry -> Reviewer.of(entry.by()))
                                    .toList(),
                            signatures(edition.submissionEntry().orElseThrow()),
                            edition.approvals().getLast().at(),
                            intervals.whole()))
                    .withParts(intervals.parts());
            return Optional.of(next(Kind.STAMPED, stamp.reviewed(), null, now).withStamp(stamp));
        }
        var confirmed = edition.unstampedConfirmation();
        if (edition.state() != State.PUBLISHED || confirmed.isEmpty()) return Optional.empty();
        var reviewer = Reviewer.of(confirmed.get().by());
        var signatures = signatures(edition.publishedEntry().orElseThrow());
        var at = confirmed.get().at();
        var parts = confirmed.get().parts();
        var stamp = parts == null
                ? Stamp.here(
                                requireNonNull(confirmed.get().revision()),
                                List.of(reviewer),
                                signatures,
                                at,
                                intervals.whole())
                        .withParts(intervals.parts())
                : edition.stamp().orElseThrow().confirmed(parts, reviewer, signatures, at, intervals.parts());
        var entry = next(Kind.STAMPED, stamp.reviewed(), null, now).withStamp(stamp);
        return Optional.of(parts == null ? entry : entry.about(parts));
    }

    /** The signatures of the decisions in force that follow the given entry. */
    private List<Signature> signatures(LogEntry since) {
        return edition.decisionsInForce().stream()
                .filter(entry -> entry.seq() > since.seq())
                .flatMap(entry -> entry.signature().stream())
                .toList();
    }

    public Optional<LogEntry> publish(long position, Instant now) {
        if (edition.publishedEntry().isPresent()) return Optional.empty();
        mustBe(State.APPROVED);
        return Optional.of(next(Kind.PUBLISHED, submittedRevision(), null, now).withPosition(position));
    }

    /** The request of a review; empty if all of it is requested already. */
    public Optional<LogEntry> markReviewDue(ReviewScope due, Instant now) {
        if (edition.state() != State.PUBLISHED || edition.isWholeRequested()) return Optional.empty();
        var request = next(Kind.REVIEW_DUE, submittedRevision(), null, now);
        if (due.whole()) return Optional.of(request);
        var parts =
                due.parts().stream().filter(part -> !edition.isRequested(part)).toList();
        return parts.isEmpty() ? Optional.empty() : Optional.of(request.about(parts));
    }

    public Optional<LogEntry> markOverdue(long position, Instant now) {
        return edition.state() != State.PUBLISHED || edition.isOverdueMarked()
                ? Optional.empty()
                : Optional.of(next(Kind.OVERDUE, submittedRevision(), null, now).withPosition(position));
    }

    /** The mark that the review of a part is overdue. */
    public Optional<LogEntry> markOverdue(String part, long position, Instant now) {
        return edition.state() != State.PUBLISHED || edition.isOverdueAlone(part)
                ? Optional.empty()
                : Optional.of(next(Kind.OVERDUE, submittedRevision(), null, now)
                        .withPosition(position)
                        .about(List.of(part)));
    }

    public Optional<LogEntry> dropRevision(Instant now) {
        return edition.state() != State.PUBLISHED || !edition.isRevisionCalled()
                ? Optional.empty()
                : Optional.of(next(Kind.REVISION_DROPPED, null, null, now));
    }

    public Optional<LogEntry> supersede(Instant now) {
        return edition.state() != State.PUBLISHED
                ? Optional.empty()
                : Optional.of(next(Kind.SUPERSEDED, null, null, now));
    }

    public Optional<LogEntry> unpublish(
            long position, @Nullable String message, @Nullable Reason reason, Person by, Instant now) {
        return edition.state() != State.PUBLISHED
                ? Optional.empty()
                : Optional.of(next(Kind.UNPUBLISHED, null, null, null, message, by, now)
                        .because(reason)
                        .withPosition(position));
    }

    /**
     * An entry that records the position at which the ledger now publishes, unpublishes or marks the edition. Empty if an entry of this
     * kind and position was recorded at or after {@code lostAt}.
     */
    public Optional<LogEntry> recordAgain(
            LogEntry.Kind kind, @Nullable Long position, String message, Instant lostAt, Instant now) {
        return recordAgain(kind, List.of(), position, message, lostAt, now);
    }

    /**
     * An entry as {@link #recordAgain(LogEntry.Kind, Long, String, Instant, Instant)} makes it.
     *
     * @param parts the parts that it is about; none if it is about the whole content
     */
    public Optional<LogEntry> recordAgain(
            LogEntry.Kind kind,
            List<String> parts,
            @Nullable Long position,
            String message,
            Instant lostAt,
            Instant now) {
        var about = kind == Kind.UNPUBLISHED ? null : submittedRevision();
        var again = next(kind, about, null, null, message, Person.SYSTEM, now)
                .withPosition(position)
                .about(parts);
        boolean noted = edition.log().stream()
                .filter(entry -> entry.kind() == kind && !entry.at().isBefore(lostAt))
                .anyMatch(entry ->
                        Objects.equals(entry.position(), position) && Objects.equals(entry.parts(), again.parts()));
        return noted ? Optional.empty() : Optional.of(again);
    }

    /**
     * Sets the schedule.
     *
     * @param wanted {@link Schedule#NONE} to give up the schedule
     * @return empty if exactly this schedule is set already
     */
    public Optional<LogEntry> schedule(Schedule wanted, Person by, Instant now) {
        if (wanted.equals(edition.schedule())) return Optional.empty();
        mustNotBeInPublication();
        edition.mustNotBeInRelease();
        boolean fits =
                edition.state().isInProgress() || (edition.state() == State.PUBLISHED && wanted.publishAt() == null);
        if (!fits)
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + ", so its publication cannot be scheduled")
                    .raise();
        return Optional.of(scheduled(wanted, by, now));
    }

    private LogEntry scheduled(Schedule wanted, Person by, Instant now) {
        var entry = next(
                wanted.isEmpty() ? Kind.SCHEDULE_DROPPED : Kind.SCHEDULED,
                edition.underReview().orElse(null),
                null,
                null,
                null,
                by,
                now);
        return wanted.isEmpty() ? entry : entry.withSchedule(wanted);
    }

    /** Refuses while the edition is being published: its schedule cannot change any more. */
    private void mustNotBeInPublication() {
        if (edition.state() == State.APPROVED)
            throw Refusal.conflict(
                            "being-published",
                            "edition " + edition.id().number()
                                    + " is approved and goes to publication without a schedule; complete the task behind the approval that is open, or read it again")
                    .raise();
    }

    /** Lets the edition be published with a release; empty if it is in this release already. A schedule of its own is replaced. */
    public Optional<LogEntry> join(String release, Person by, Instant now) {
        var before = edition.schedule();
        if (release.equals(before.release())) return Optional.empty();
        mustNotBeInPublication();
        if (!edition.state().isInProgress())
            throw Refusal.conflict(
                            "not-in-progress",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName()
                                    + "; a release publishes an edition that is in progress, so open the next edition first")
                    .raise();
        return Optional.of(scheduled(Schedule.with(release), by, now));
    }

    /** Takes the edition out of a release; empty if it is not in this release. If it was approved, it needs its approvals again. */
    public Optional<LogEntry> leave(String release, Person by, Instant now) {
        if (!release.equals(edition.schedule().release()) || edition.state().isOver()) return Optional.empty();
        mustNotBeInPublication();
        return Optional.of(scheduled(Schedule.NONE, by, now));
    }

    /** Ends the wait of an edition for its scheduled instant; empty if it does not wait, or not long enough. */
    public Optional<LogEntry> publicationDue(Instant now) {
        return edition.state() != State.SCHEDULED || edition.schedule().isAheadOf(now)
                ? Optional.empty()
                : Optional.of(next(Kind.PUBLICATION_DUE, submittedRevision(), null, now));
    }

    /** Ends the wait of an edition for its release; empty if it does not wait for this one. */
    public Optional<LogEntry> publicationDue(String release, Instant now) {
        return edition.state() != State.SCHEDULED
                        || !release.equals(edition.schedule().release())
                ? Optional.empty()
                : Optional.of(next(Kind.PUBLICATION_DUE, submittedRevision(), null, now));
    }

    /** Throws a refusal if the edition waits for its scheduled publication and the person is no publisher, who alone ends a schedule. */
    public void mustBeAllowedToEnd(Person by) {
        if (edition.state() == State.SCHEDULED && !by.has("PUBLISHER"))
            throw Refusal.conflict(
                            "scheduled",
                            "edition " + edition.id().number() + " is approved and waits for "
                                    + edition.schedule().awaited() + "; a publisher has to end that first")
                    .raise();
    }

    public LogEntry discard(Person by, Instant now) {
        mustBeAllowedToEnd(by);
        if (edition.state() != State.SCHEDULED && edition.state() != State.DRAFT && edition.state() != State.IN_REVIEW)
            throw Refusal.conflict(
                            "not-in-draft",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + " and cannot be discarded")
                    .raise();
        return next(Kind.DISCARDED, null, null, null, null, by, now);
    }

    /**
     * The change of the guide's slug.
     *
     * @param position of the ledger entry; null if the guide was never published
     * @param since when the change began
     * @return empty if exactly this change is recorded already
     */
    public Optional<LogEntry> rename(
            LogEntry.Renamed renamed, @Nullable Long position, Instant since, Person by, Instant now) {
        boolean isRecorded = edition.log().stream()
                .filter(entry -> renamed.equals(entry.renamed()))
                .anyMatch(entry -> position == null
                        ? !entry.at().isBefore(since) && entry.position() == null
                        : position.equals(entry.position()));
        return isRecorded
                ? Optional.empty()
                : Optional.of(next(Kind.RENAMED, null, null, null, null, by, now)
                        .withPosition(position)
                        .withRenamed(renamed));
    }

    /** The end of a guide that was never published; empty if the guide is deleted already. */
    public Optional<LogEntry> delete(Person by, Instant now) {
        return edition.isDeleted()
                ? Optional.empty()
                : Optional.of(next(Kind.DELETED, null, null, null, null, by, now));
    }

    /** The return of a deleted guide; empty if the guide is not deleted. */
    public Optional<LogEntry> undelete(Person by, Instant now) {
        return edition.isDeleted()
                ? Optional.of(next(Kind.UNDELETED, null, null, null, null, by, now))
                : Optional.empty();
    }

    /**
     * A reminder, an escalation or an announcement.
     *
     * @return empty if the edition is over, or if people were told this already, or something later
     */
    public Optional<LogEntry> notice(Kind kind, Notice notice, Instant now) {
        return notice(kind, null, notice, now);
    }

    /**
     * What a timer tells people.
     *
     * @param part the JSON Pointer of the part whose review is announced; null for everything else
     * @return empty if the edition is over, or if people were told this already, or something later
     */
    public Optional<LogEntry> notice(Kind kind, @Nullable String part, Notice notice, Instant now) {
        return edition.state().isOver() || edition.wasTold(kind, part, notice)
                ? Optional.empty()
                : Optional.of(next(kind, edition.underReview().orElse(null), null, now)
                        .withNotice(notice)
                        .about(part == null ? List.of() : List.of(part)));
    }

    /**
     * The change of the guide's owner.
     *
     * @param owner null if nobody is to own the guide
     * @param current the owner according to all logs of the guide
     * @return empty if the guide has this owner already
     */
    public Optional<LogEntry> own(@Nullable String owner, @Nullable String current, Person by, Instant now) {
        return Objects.equals(owner, current)
                ? Optional.empty()
                : Optional.of(next(Kind.OWNER_CHANGED, null, null, null, null, by, now)
                        .withOwner(owner));
    }

    /**
     * The change of the guide's named reviewers.
     *
     * @param reviewers usernames, the first choice first; empty if nobody is to be named
     * @param current the named reviewers according to all logs of the guide
     * @return empty if the guide names these reviewers already
     */
    public Optional<LogEntry> nameReviewers(List<String> reviewers, List<String> current, Person by, Instant now) {
        return reviewers.equals(current)
                ? Optional.empty()
                : Optional.of(next(Kind.REVIEWERS_CHANGED, null, null, null, null, by, now)
                        .withReviewers(reviewers));
    }

    /**
     * The statement that the text has what a revision of the source guide says.
     *
     * @param current the revision of the source that the guide's editors named last
     * @param about the submitted revision, if the text is that of it; null if the text was changed since
     * @return empty if the same was said already
     */
    public Optional<LogEntry> translate(
            LogEntry.TranslatedFrom from,
            LogEntry.@Nullable TranslatedFrom current,
            Revision.@Nullable Ref about,
            Person by,
            Instant now) {
        boolean isKnown = about == null
                || edition.translatedFrom(about.number()).filter(from::equals).isPresent();
        if (from.equals(current) && isKnown) return Optional.empty();
        if (edition.state().isOver())
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + ", so its text is not brought up to date any more")
                    .raise();
        return Optional.of(
                next(Kind.TRANSLATED, about, null, null, null, by, now).withTranslatedFrom(from));
    }

    /**
     * The move to another version of the workflow. Only a draft, an edition in review, or a published one moves: what is approved and not
     * published yet is published as it was approved.
     *
     * @param approvals how many approvals the content type and that version ask for together
     * @param requirements those of the content type that apply to the submitted revision
     */
    public LogEntry move(LogEntry.Moved to, int approvals, List<Requirement> requirements, Person by, Instant now) {
        if (edition.state() != State.DRAFT && edition.state() != State.IN_REVIEW && edition.state() != State.PUBLISHED)
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName()
                                    + " and does not move to another version of its workflow")
                    .raise();
        var entry = next(Kind.MOVED, edition.underReview().orElse(null), null, null, null, by, now)
                .withMoved(to);
        return edition.state() == State.IN_REVIEW ? entry.requiring(approvals, requirements) : entry;
    }

    private void mustBe(State expected) {
        if (edition.state() != expected)
            throw Refusal.conflict(
                            "wrong-state",
                            "edition " + edition.id().number() + " is "
                                    + edition.state().apiName() + ", not " + expected.apiName())
                    .raise();
    }

    private LogEntry next(Kind kind, Revision.@Nullable Ref revision, @Nullable String message, Instant now) {
        return next(kind, revision, null, null, message, Person.SYSTEM, now);
    }

    private LogEntry next(
            Kind kind,
            Revision.@Nullable Ref revision,
            @Nullable String task,
            @Nullable String outcome,
            @Nullable String message,
            Person by,
            Instant now) {
        return LogEntry.plain(edition.id(), edition.log().size(), kind, now, by, revision, task, outcome, message);
    }

    private Revision.Ref submittedRevision() {
        return edition.submitted().orElseThrow();
    }
}
