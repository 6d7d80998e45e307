// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.content.Reason;
import dev.imprimatur.history.LogEntry.Kind;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SealedCollection;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of an edition, computed from its log, and the rules for what may happen next. Each verb returns the entry to append.
 * The entry fits this state only: if the log has grown meanwhile, the append fails and the rule is evaluated again.
 */
public final class Edition {
    /** The states of an edition. */
    public enum State {
        DRAFT,
        IN_REVIEW,
        APPROVED,
        SCHEDULED,
        PUBLISHED,
        SUPERSEDED,
        UNPUBLISHED,
        DISCARDED;

        /**
         * Whether the edition is on its way to publication. A guide has at most one such edition, so no next edition can be opened beside
         * it.
         */
        public boolean isInProgress() {
            return this == DRAFT || this == IN_REVIEW || this == APPROVED || this == SCHEDULED;
        }

        public boolean isOver() {
            return this == SUPERSEDED || this == UNPUBLISHED || this == DISCARDED;
        }
    }

    /**
     * The hash chain of the log.
     *
     * @param hashes of its entries, in order
     * @param fault what is wrong after the last valid entry; null if the log is intact
     */
    public record Chain(List<String> hashes, @Nullable String fault) {
        public Chain {
            hashes = List.copyOf(hashes);
        }

        /** The hash that the next entry names as its predecessor. */
        public String last() {
            return hashes.isEmpty() ? SealedCollection.GENESIS : hashes.getLast();
        }
    }

    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);

    private final EditionId id;
    private final List<LogEntry> log;
    private final Chain chain;
    private State state = State.DRAFT;
    private @Nullable LogEntry submission;
    private @Nullable LogEntry evidence;
    private @Nullable LogEntry stamped;
    private @Nullable LogEntry published;
    private @Nullable LogEntry confirmation;
    private @Nullable LogEntry revisionCall;
    private int approvalsRequired = 1;
    private boolean reviewDueMarked;
    private boolean overdueMarked;
    private List<LogEntry> approvals = new ArrayList<>();
    private List<LogEntry> standing = new ArrayList<>();

    private Edition(EditionId id, List<LogEntry> log, Chain chain) {
        this.id = id;
        this.log = List.copyOf(log);
        this.chain = chain;
        this.log.forEach(this::apply);
    }

    public static Edition of(EditionId id, List<LogEntry> log, Chain chain) {
        return new Edition(id, log, chain);
    }

    /** This edition with one more entry. */
    Edition with(LogEntry entry, String hash) {
        return new Edition(
                id,
                Stream.concat(log.stream(), Stream.of(entry)).toList(),
                new Chain(
                        Stream.concat(chain.hashes().stream(), Stream.of(hash)).toList(), chain.fault()));
    }

    /** This edition with a fault after its last valid entry. */
    Edition damaged(String fault) {
        return new Edition(id, log, new Chain(chain.hashes(), fault));
    }

    public Chain chain() {
        return chain;
    }

    /** The fault in the stored log after the last valid entry; empty if the log is intact. */
    public Optional<String> damage() {
        return Optional.ofNullable(chain.fault());
    }

    /** Throws a refusal if the log was altered, because nothing may be decided on such a log. */
    public void mustBeSound() {
        if (chain.fault() != null) throw logDamaged().raise();
    }

    /** The refusal for every operation that needs a damaged log. */
    public static Refusal logDamaged() {
        return Refusal.unavailable(
                "log-damaged",
                "the stored log of this edition was changed, so nothing is decided on it or published from it until it is mended;"
                        + " administrators see what is wrong. What was withdrawn is withdrawn all the same",
                LOOKED_INTO);
    }

    private void apply(LogEntry entry) {
        switch (entry.kind()) {
            case OPENED -> state = State.DRAFT;
            case SUBMITTED -> {
                state = State.IN_REVIEW;
                submission = entry;
                approvalsRequired = asksFor(entry);
                evidence = null;
                approvals = new ArrayList<>();
                standing = new ArrayList<>(List.of(entry));
            }
            case IMPORTED -> {
                evidence = entry;
                state = State.APPROVED;
            }
            case DECIDED -> standing.add(entry);
            case APPROVED -> {
                approvalsRequired = asksFor(entry);
                approvals.add(entry);
                standing.add(entry);
                if (approvalsMissing() == 0) state = State.APPROVED;
            }
            case CHANGES_REQUESTED -> {
                state = State.DRAFT;
                approvals = new ArrayList<>();
                standing = new ArrayList<>();
            }
            case STAMPED -> {
                stamped = entry;
                reviewDueMarked = false;
                overdueMarked = false;
                confirmation = null;
                var live = published;
                if (live != null) standing.removeIf(decision -> decision.seq() > live.seq());
            }
            case PUBLISHED -> {
                state = State.PUBLISHED;
                published = entry;
            }
            case REVIEW_DUE -> reviewDueMarked = true;
            case OVERDUE -> overdueMarked = true;
            case CONFIRMED -> {
                confirmation = entry;
                standing.add(entry);
            }
            case REVISION_CALLED -> {
                revisionCall = entry;
                standing.add(entry);
            }
            case REVISION_DROPPED -> {
                standing.remove(revisionCall);
                revisionCall = null;
            }
            case SUPERSEDED -> state = State.SUPERSEDED;
            case UNPUBLISHED -> state = State.UNPUBLISHED;
            case DISCARDED -> state = State.DISCARDED;
        }
    }

    public EditionId id() {
        return id;
    }

    public State state() {
        return state;
    }

    public boolean exists() {
        return !log.isEmpty();
    }

    public List<LogEntry> log() {
        return log;
    }

    /** The revision that was submitted last. */
    public Optional<Revision.Ref> submitted() {
        return submissionEntry().map(LogEntry::revision);
    }

    /** The entry of the latest submission; empty before the first one. */
    public Optional<LogEntry> submissionEntry() {
        return Optional.ofNullable(submission);
    }

    /** Approvals of the revision that was submitted last, each for exactly that content. */
    public List<LogEntry> approvals() {
        return List.copyOf(approvals);
    }

    /** Evidence that the revision submitted last was reviewed elsewhere. */
    public Optional<Stamp> evidence() {
        return Optional.ofNullable(evidence).map(LogEntry::stamp);
    }

    /** The current stamp. */
    public Optional<Stamp> stamp() {
        return Optional.ofNullable(stamped).map(LogEntry::stamp);
    }

    /** The seq of the current stamp. Work that is done once per stamp uses it as its key. */
    public int stampSeq() {
        return requireNonNull(stamped, "the edition has no stamp").seq();
    }

    public Optional<LogEntry> publishedEntry() {
        return Optional.ofNullable(published);
    }

    /** Whether the edition was published at that moment. */
    public boolean isLiveAt(Instant moment) {
        boolean live = false;
        for (var entry : log) {
            if (entry.at().isAfter(moment)) break;
            switch (entry.kind()) {
                case PUBLISHED -> live = true;
                case SUPERSEDED, UNPUBLISHED -> live = false;
                default -> {}
            }
        }
        return live;
    }

    /** When the published content was approved; empty before publication. */
    public Optional<Instant> vouchedAt() {
        return publishedEntry()
                .map(LogEntry::at)
                .map(at -> approvals.isEmpty() ? at : approvals.getLast().at());
    }

    public boolean isReviewDueMarked() {
        return reviewDueMarked;
    }

    public boolean isOverdueMarked() {
        return overdueMarked;
    }

    /** Whether a reviewer called for a next edition since the last stamp, and it has not been dropped. */
    public boolean isRevisionCalled() {
        return revisionCall != null;
    }

    /** The decisions in force. A restarted process replays them to reach the state of the edition. */
    public List<LogEntry> standingDecisions() {
        return List.copyOf(standing);
    }

    /** The current round of a task: one more than the number of its completions. */
    public int round(String task) {
        return completions(task).size() + 1;
    }

    private List<LogEntry> completions(String task) {
        return log.stream().filter(entry -> task.equals(entry.task())).toList();
    }

    /** The revision that reviewers see: the submitted one, also after it was published. */
    public Optional<Revision.Ref> underReview() {
        return switch (state) {
            case IN_REVIEW, APPROVED, SCHEDULED, PUBLISHED -> submitted();
            default -> Optional.empty();
        };
    }

    /**
     * How many people have to approve the submitted revision: at least one. The number is the one that the content type required at the last
     * submission or approval, so a rule made stricter meanwhile holds for what is still under review.
     */
    public int approvalsRequired() {
        return approvalsRequired;
    }

    private static int asksFor(LogEntry entry) {
        var required = entry.approvalsRequired();
        return required == null ? 1 : Math.max(1, required);
    }

    public int approvalsMissing() {
        return evidence != null ? 0 : Math.max(0, approvalsRequired - approvals.size());
    }

    /** Whether the submitted revision has its stamp. */
    private boolean isStamped() {
        return stamped != null && submission != null && stamped.seq() > submission.seq();
    }

    public static LogEntry opened(EditionId id, Person by, Instant now) {
        return new LogEntry(id, 0, Kind.OPENED, now, by, null, null, null, null, null, null, null, null, null);
    }

    public void mustBeEditable() {
        mustBeSound();
        if (state != State.DRAFT && state != State.IN_REVIEW)
            throw Refusal.conflict(
                            "not-in-draft",
                            "edition " + id.number() + " is " + name(state)
                                    + " and no longer edited; open the next edition")
                    .raise();
    }

    public LogEntry submitted(
            Revision.Ref revision,
            int approvalsRequired,
            String task,
            @Nullable String message,
            Person by,
            Instant now) {
        mustBeEditable();
        return next(Kind.SUBMITTED, revision, state == State.DRAFT ? task : null, null, message, by, now)
                .requiring(approvalsRequired);
    }

    public LogEntry imported(Stamp elsewhere, Instant now) {
        mustBe(State.IN_REVIEW);
        return next(Kind.IMPORTED, elsewhere.reviewed(), null, now).withStamp(elsewhere);
    }

    /**
     * A decision on a task.
     *
     * @param contributors accounts that may not approve the content
     * @param approvals how many the content type asks for now
     * @return empty if exactly this decision was taken already
     */
    public Optional<LogEntry> decided(Decision decision, Set<String> contributors, int approvals, Instant now) {
        var done = completions(decision.task());
        if (decision.round() <= done.size()) {
            if (decision.isSameAs(done.get(decision.round() - 1))) return Optional.empty();
            throw Refusal.conflict("already-decided", "somebody has decided on this task already; see the log")
                    .raise();
        }
        boolean live = state == State.PUBLISHED;
        boolean fits = switch (decision.effect()) {
            case NONE -> live || state == State.IN_REVIEW || state == State.APPROVED;
            case APPROVE, REQUEST_CHANGES -> state == State.IN_REVIEW;
            case CONFIRM, REVISE -> live;
        };
        if (!fits || decision.round() != done.size() + 1)
            throw Refusal.conflict(
                            "review-is-stale",
                            "edition " + id.number() + " is " + name(state) + "; this task is not open any more")
                    .raise();
        if (!underReview().equals(Optional.of(decision.seen())))
            throw Refusal.conflict(
                            "review-is-stale",
                            "what you looked at is not what is under review any more; read the task again")
                    .raise();
        if (decision.effect().vouches()) mayVouch(decision.by(), contributors);
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
        return Optional.of(entry.kind() == Kind.APPROVED ? entry.requiring(approvals) : entry);
    }

    private void mayVouch(Person by, Set<String> contributors) {
        if (contributors.contains(by.account()))
            throw Refusal.forbidden("contributor", "you contributed to this edition, so somebody else has to review it")
                    .raise();
        if (state != State.PUBLISHED
                && approvals.stream().anyMatch(entry -> entry.by().account().equals(by.account())))
            throw Refusal.forbidden("already-approved", "you have approved this revision; it needs somebody else too")
                    .raise();
    }

    /**
     * The stamp for approvals, evidence or a confirmation that have none yet.
     *
     * @return empty if every review is stamped
     */
    public Optional<LogEntry> stamped(Period interval, Instant now) {
        if (state == State.IN_REVIEW)
            throw Refusal.conflict(
                            "approval-missing",
                            "edition " + id.number() + " needs " + approvalsMissing() + " more approval(s)")
                    .raise();
        if (state == State.APPROVED) {
            if (isStamped()) return Optional.empty();
            var stamp = evidence()
                    .orElseGet(() -> Stamp.here(
                            requireNonNull(requireNonNull(submission).revision()),
                            approvals.stream()
                                    .map(entry -> Reviewer.of(entry.by()))
                                    .toList(),
                            signatures(requireNonNull(submission)),
                            approvals.getLast().at(),
                            interval));
            return Optional.of(next(Kind.STAMPED, stamp.reviewed(), null, now).withStamp(stamp));
        }
        var confirmed = confirmation;
        if (state != State.PUBLISHED || confirmed == null) return Optional.empty();
        var stamp = Stamp.here(
                requireNonNull(confirmed.revision()),
                List.of(Reviewer.of(confirmed.by())),
                signatures(requireNonNull(published)),
                confirmed.at(),
                interval);
        return Optional.of(next(Kind.STAMPED, stamp.reviewed(), null, now).withStamp(stamp));
    }

    /** The signatures of the decisions in force that follow the given entry. */
    private List<Signature> signatures(LogEntry since) {
        return standing.stream()
                .filter(entry -> entry.seq() > since.seq())
                .flatMap(entry -> entry.signature().stream())
                .toList();
    }

    public Optional<LogEntry> published(long position, Instant now) {
        if (published != null) return Optional.empty();
        mustBe(State.APPROVED);
        return Optional.of(next(Kind.PUBLISHED, requireNonNull(submission).revision(), null, now)
                .withPosition(position));
    }

    public Optional<LogEntry> reviewDue(Instant now) {
        return state != State.PUBLISHED || reviewDueMarked
                ? Optional.empty()
                : Optional.of(next(Kind.REVIEW_DUE, requireNonNull(submission).revision(), null, now));
    }

    public Optional<LogEntry> overdue(long position, Instant now) {
        return state != State.PUBLISHED || overdueMarked
                ? Optional.empty()
                : Optional.of(next(Kind.OVERDUE, requireNonNull(submission).revision(), null, now)
                        .withPosition(position));
    }

    public Optional<LogEntry> revisionDropped(Instant now) {
        return state != State.PUBLISHED || revisionCall == null
                ? Optional.empty()
                : Optional.of(next(Kind.REVISION_DROPPED, null, null, now));
    }

    public Optional<LogEntry> superseded(Instant now) {
        return state != State.PUBLISHED ? Optional.empty() : Optional.of(next(Kind.SUPERSEDED, null, null, now));
    }

    public Optional<LogEntry> unpublished(
            long position, @Nullable String message, @Nullable Reason reason, Person by, Instant now) {
        return state != State.PUBLISHED
                ? Optional.empty()
                : Optional.of(next(Kind.UNPUBLISHED, null, null, null, message, by, now)
                        .because(reason)
                        .withPosition(position));
    }

    /**
     * An entry that records the position at which the ledger now publishes, unpublishes or marks the edition. Empty if an entry of this
     * kind and position was recorded at or after {@code lostAt}.
     */
    public Optional<LogEntry> notedAnew(
            LogEntry.Kind kind, @Nullable Long position, String message, Instant lostAt, Instant now) {
        boolean noted = log.stream()
                .filter(entry -> entry.kind() == kind && !entry.at().isBefore(lostAt))
                .anyMatch(entry -> Objects.equals(entry.position(), position));
        if (noted) return Optional.empty();
        var about = kind == Kind.UNPUBLISHED ? null : requireNonNull(submission).revision();
        var anew = next(kind, about, null, null, message, Person.SYSTEM, now).withPosition(position);
        return Optional.of(anew);
    }

    public LogEntry discarded(Person by, Instant now) {
        if (state != State.DRAFT && state != State.IN_REVIEW)
            throw Refusal.conflict(
                            "not-in-draft",
                            "edition " + id.number() + " is " + name(state) + " and cannot be discarded")
                    .raise();
        return next(Kind.DISCARDED, null, null, null, null, by, now);
    }

    private void mustBe(State expected) {
        if (state != expected)
            throw Refusal.conflict(
                            "wrong-state", "edition " + id.number() + " is " + name(state) + ", not " + name(expected))
                    .raise();
    }

    /** The state as the API spells it. */
    public static String name(State state) {
        return state.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
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
        return new LogEntry(
                id, log.size(), kind, now, by, revision, task, outcome, message, null, null, null, null, null);
    }
}
