// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.content.Requirement;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SealedCollection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The state of an edition, computed from its log. {@link #next()} has the rules for what may happen next. */
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

        /** Whether everybody who has to approve the edition has done so, and it is not published yet. */
        public boolean isApproved() {
            return this == APPROVED || this == SCHEDULED;
        }

        /** Whether the working copy can be edited. */
        public boolean isEditable() {
            return this == DRAFT || this == IN_REVIEW;
        }

        public boolean isOver() {
            return this == SUPERSEDED || this == UNPUBLISHED || this == DISCARDED;
        }

        /** The state as the API spells it. */
        public String apiName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    private List<Requirement> requirements = List.of();
    private Schedule schedule = Schedule.NONE;
    private @Nullable LogEntry reopened;
    private @Nullable LogEntry scheduled;
    private @Nullable EndedSchedule endedSchedule;
    private @Nullable LogEntry move;
    private boolean deleted;
    private int wholeStampSeq = -1;
    private boolean reviewDueMarked;
    private boolean overdueMarked;
    private @Nullable LogEntry request;
    private final Set<String> requestedParts = new LinkedHashSet<>();
    private final Set<String> overdueParts = new HashSet<>();
    private List<LogEntry> approvals = new ArrayList<>();
    private List<LogEntry> inForce = new ArrayList<>();

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
                "the stored log of this edition was changed, so nothing is decided on it or published from it until it is repaired;"
                        + " administrators see what is wrong. A guide that was unpublished stays unpublished",
                LOOKED_INTO);
    }

    private void apply(LogEntry entry) {
        switch (entry.kind()) {
            case OPENED -> state = State.DRAFT;
            case SUBMITTED -> {
                state = State.IN_REVIEW;
                submission = entry;
                if (!approvals.isEmpty() && schedule.release() == null) endSchedule(entry);
                approvalsRequired = asksFor(entry);
                reopened = null;
                requirements = requirementsOf(entry);
                evidence = null;
                approvals = new ArrayList<>();
                inForce = new ArrayList<>(List.of(entry));
            }
            case IMPORTED -> {
                evidence = entry;
                state = State.APPROVED;
            }
            case DECIDED -> inForce.add(entry);
            case APPROVED -> {
                approvalsRequired = asksFor(entry);
                requirements = requirementsOf(entry);
                approvals.add(entry);
                inForce.add(entry);
                if (approvalsMissing() == 0) state = schedule.isAheadOf(entry.at()) ? State.SCHEDULED : State.APPROVED;
            }
            case CHANGES_REQUESTED -> {
                state = State.DRAFT;
                if (!approvals.isEmpty() && schedule.release() == null) endSchedule(entry);
                approvals = new ArrayList<>();
                inForce = new ArrayList<>();
            }
            case STAMPED -> {
                stamped = entry;
                confirmation = null;
                renewed(entry);
                var live = published;
                if (live != null) inForce.removeIf(decision -> decision.seq() > live.seq());
            }
            case PUBLISHED -> {
                state = State.PUBLISHED;
                published = entry;
                schedule = new Schedule(null, schedule.unpublishAt(), schedule.zone());
                endedSchedule = null;
            }
            case REVIEW_DUE -> {
                request = entry;
                if (entry.parts() == null) reviewDueMarked = true;
                else requestedParts.addAll(entry.parts());
            }
            case OVERDUE -> {
                if (entry.parts() == null) overdueMarked = true;
                else overdueParts.addAll(entry.parts());
            }
            case CONFIRMED -> {
                confirmation = entry;
                inForce.add(entry);
            }
            case REVISION_CALLED -> {
                revisionCall = entry;
                inForce.add(entry);
            }
            case REVISION_DROPPED -> {
                inForce.remove(revisionCall);
                revisionCall = null;
            }
            case SUPERSEDED -> end(State.SUPERSEDED, entry);
            case UNPUBLISHED -> end(State.UNPUBLISHED, entry);
            case DISCARDED -> end(State.DISCARDED, entry);
            case SCHEDULED -> {
                schedule(requireNonNull(entry.schedule(), "of this kind"), entry);
                scheduled = entry;
            }
            case SCHEDULE_DROPPED -> schedule(Schedule.NONE, entry);
            case PUBLICATION_DUE -> state = State.APPROVED;
            case RENAMED, REMINDED, ESCALATED, REVIEW_ANNOUNCED, OWNER_CHANGED, REVIEWERS_CHANGED, TRANSLATED -> {}
            case DELETED -> deleted = true;
            case UNDELETED -> deleted = false;
            case MOVED -> move(entry, requireNonNull(entry.moved(), "of this kind"));
        }
    }

    /** A stamp of the whole content answers all requests; a stamp of parts only those for them. */
    private void renewed(LogEntry stamp) {
        var parts = stamp.parts();
        if (parts == null) {
            wholeStampSeq = stamp.seq();
            reviewDueMarked = false;
            overdueMarked = false;
            requestedParts.clear();
            overdueParts.clear();
        } else {
            parts.forEach(requestedParts::remove);
            parts.forEach(overdueParts::remove);
        }
    }

    /**
     * From now on the edition follows another version of its workflow. Of the decisions on the submitted revision, those count that carry
     * over, also if they were dropped by an earlier move. A move approves nothing.
     */
    private void move(LogEntry entry, LogEntry.Moved to) {
        move = entry;
        if (state != State.IN_REVIEW || to.carried() == null) return;
        var carried = to.carried().stream()
                .filter(seq -> seq < entry.seq())
                .map(log::get)
                .filter(isCandidate())
                .distinct()
                .toList();
        approvalsRequired = asksFor(entry);
        requirements = requirementsOf(entry);
        inForce = new ArrayList<>(List.of(requireNonNull(submission, "in review")));
        inForce.addAll(carried);
        approvals = new ArrayList<>(carried.stream()
                .filter(decision -> decision.kind() == LogEntry.Kind.APPROVED)
                .sorted(Comparator.comparingInt(LogEntry::seq))
                .toList());
    }

    private Predicate<LogEntry> isCandidate() {
        int submitted = submission == null ? Integer.MAX_VALUE : submission.seq();
        int reopenedAt = reopened == null ? -1 : reopened.seq();
        return entry -> entry.seq() > submitted
                && (entry.kind() == LogEntry.Kind.DECIDED
                        || entry.kind() == LogEntry.Kind.APPROVED && entry.seq() > reopenedAt);
    }

    /**
     * The decisions on the submitted revision, also those that count no longer since a move to another version of the workflow. Approvals
     * that ended with a schedule are not among them.
     */
    public List<LogEntry> decisionsOnSubmission() {
        return log.stream().filter(isCandidate()).toList();
    }

    /** The entry that moved the edition to the version of its workflow that it follows; empty if it keeps the version it began with. */
    public Optional<LogEntry> move() {
        return Optional.ofNullable(move);
    }

    /**
     * The entry from which the time of an open task counts: a move to another version of the workflow, if that opened the task, or else
     * the entry that the flows of the workflow name.
     */
    public LogEntry timedFrom(String task, LogEntry opener) {
        return log.reversed().stream()
                .filter(entry -> entry.seq() > opener.seq())
                .filter(entry -> entry.moved() != null && entry.moved().opened().contains(task))
                .findFirst()
                .orElse(opener);
    }

    private void end(State over, LogEntry entry) {
        state = over;
        endSchedule(entry);
    }

    private void endSchedule(LogEntry cause) {
        if (!schedule.isEmpty() && scheduled != null)
            endedSchedule = new EndedSchedule(schedule, scheduled.by(), cause);
        schedule = Schedule.NONE;
    }

    /** An edition that waited for its publication needs its approvals again if it is not to be published at an instant any more. */
    private void schedule(Schedule wanted, LogEntry by) {
        endedSchedule = null;
        if (!schedule.isEmpty() && schedule.release() == null && scheduled != null) {
            var ended = new EndedSchedule(schedule, scheduled.by(), by);
            endedSchedule = ended.isByAnother() ? ended : null;
        }
        schedule = wanted;
        if (state != State.SCHEDULED || wanted.delaysPublication()) return;
        state = State.IN_REVIEW;
        reopened = by;
        stamped = null;
        inForce.removeAll(approvals);
        approvals = new ArrayList<>();
    }

    /** The rules for what may happen next. */
    public Transitions next() {
        return new Transitions(this);
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

    /** When the edition is to be published and unpublished. */
    public Schedule schedule() {
        return schedule;
    }

    /** The last schedule, if it ended because what it was set for was withdrawn or replaced, and nothing was scheduled since. */
    public Optional<EndedSchedule> endedSchedule() {
        return Optional.ofNullable(endedSchedule);
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

    /** The confirmation that has no stamp yet; empty if there is none. */
    public Optional<LogEntry> unstampedConfirmation() {
        return Optional.ofNullable(confirmation);
    }

    /** Whether the guide of the edition is deleted. */
    public boolean isDeleted() {
        return deleted;
    }

    /** The entry that deleted the guide; empty if the guide is not deleted. */
    public Optional<LogEntry> deletedEntry() {
        return deleted
                ? log().reversed().stream()
                        .filter(entry -> entry.kind() == LogEntry.Kind.DELETED)
                        .findFirst()
                : Optional.empty();
    }

    /** The slug that the guide was given last in this edition; empty if it was not renamed. */
    public Optional<String> renamedTo() {
        return log.reversed().stream()
                .map(LogEntry::renamed)
                .filter(Objects::nonNull)
                .map(LogEntry.Renamed::to)
                .findFirst();
    }

    /** The last change of the guide's owner in this edition; empty if there was none. */
    public Optional<LogEntry> ownerEntry() {
        return log.reversed().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.OWNER_CHANGED)
                .findFirst();
    }

    /** The last change of the guide's named reviewers in this edition; empty if there was none. */
    public Optional<LogEntry> reviewersEntry() {
        return log.reversed().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.REVIEWERS_CHANGED)
                .findFirst();
    }

    /** The revision of the source guide that the text of this edition has according to its editors; empty if nobody has said so. */
    public Optional<LogEntry.TranslatedFrom> translatedFrom() {
        return log.reversed().stream()
                .map(LogEntry::translatedFrom)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /**
     * The revision of the source guide that a submitted revision was translated from: the one that was named before the submission, or
     * later about exactly this revision; empty if none was.
     */
    public Optional<LogEntry.TranslatedFrom> translatedFrom(int revision) {
        LogEntry.TranslatedFrom last = null;
        LogEntry.TranslatedFrom found = null;
        for (var entry : log) {
            if (entry.translatedFrom() != null) last = entry.translatedFrom();
            var ref = entry.revision();
            boolean isAbout = entry.kind() == LogEntry.Kind.SUBMITTED || entry.kind() == LogEntry.Kind.TRANSLATED;
            if (isAbout && ref != null && ref.number() == revision) found = last;
        }
        return Optional.ofNullable(found);
    }

    /** Whether a review of the published edition is requested, of the whole content or of parts. */
    public boolean isReviewDueMarked() {
        return reviewDueMarked || !requestedParts.isEmpty();
    }

    /** Whether a review of the whole content is requested. */
    boolean isWholeRequested() {
        return reviewDueMarked;
    }

    /** The parts that the requested review is about; empty if it is about the whole content, or if none is requested. */
    public List<String> partsUnderReview() {
        return reviewDueMarked || state != State.PUBLISHED ? List.of() : List.copyOf(requestedParts);
    }

    /** The seq of the entry that requested the review of parts; null if no review is requested, or one of the whole content. */
    public @Nullable Integer partRequest() {
        return partsUnderReview().isEmpty() || request == null ? null : request.seq();
    }

    /** Whether a review of this part is requested, alone or with the whole content. */
    public boolean isRequested(String part) {
        return reviewDueMarked || requestedParts.contains(part);
    }

    /**
     * The first of the last days on which what is under review, of the published edition, is valid; empty without a stamp. A review of the
     * whole content includes all parts, so it is due when the first of them is.
     */
    public Optional<LocalDate> reviewDue() {
        var stamp = stamp().orElse(null);
        if (stamp == null) return Optional.empty();
        var parts = stamp.stampedParts().stream()
                .filter(part -> isRequested(part.pointer()))
                .map(StampedPart::reviewDue);
        return Stream.concat(partsUnderReview().isEmpty() ? Stream.of(stamp.reviewDue()) : Stream.empty(), parts)
                .min(Comparator.naturalOrder());
    }

    /** Whether the review of the whole content was marked as overdue. */
    public boolean isOverdueMarked() {
        return overdueMarked;
    }

    /** Whether the review of the part was marked as overdue, on its own or with the whole content. */
    public boolean isOverdueMarked(StampedPart part) {
        return isOverdueAlone(part.pointer()) || overdueMarked && isDueWithWhole(part);
    }

    /** Whether the review of the part was marked as overdue on its own. */
    public boolean isOverdueAlone(String part) {
        return overdueParts.contains(part);
    }

    /**
     * The parts whose reviews become overdue on their own next: those that are due before the whole content, or, once the whole content is
     * overdue, those that are due after it.
     */
    public List<StampedPart> partsToMark() {
        return stamp().map(Stamp::stampedParts).orElse(List.of()).stream()
                .filter(part -> !isOverdueMarked(part) && (overdueMarked || isDueBeforeWhole(part)))
                .toList();
    }

    private boolean isDueWithWhole(StampedPart part) {
        return stamp().filter(whole -> !part.reviewDue().isAfter(whole.reviewDue()))
                .isPresent();
    }

    private boolean isDueBeforeWhole(StampedPart part) {
        return stamp().filter(whole -> part.reviewDue().isBefore(whole.reviewDue()))
                .isPresent();
    }

    /** Whether a reviewer called for a next edition since the last stamp, and it has not been dropped. */
    public boolean isRevisionCalled() {
        return revisionCall != null;
    }

    /** The decisions in force. A restarted process replays them to reach the state of the edition. */
    public List<LogEntry> decisionsInForce() {
        return List.copyOf(inForce);
    }

    /** The current round of a task: one more than the number of its completions. */
    public int round(String task) {
        return completions(task).size() + 1;
    }

    List<LogEntry> completions(String task) {
        return log.stream().filter(entry -> task.equals(entry.task())).toList();
    }

    /** The entry that gave up a schedule, so that the approvals of the submitted revision are needed again; empty if there is none. */
    public Optional<LogEntry> reopened() {
        return Optional.ofNullable(reopened);
    }

    /** The further roles that may take the task in its current round, because it was still open at its time. */
    public List<String> escalatedTo(String task) {
        return escalations(task, round(task)).map(Notice::group).distinct().toList();
    }

    private Stream<Notice> escalations(String task, int round) {
        int since = submission == null ? -1 : submission.seq();
        return log.stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.ESCALATED && entry.seq() > since)
                .map(LogEntry::notice)
                .filter(Objects::nonNull)
                .filter(notice -> task.equals(notice.task()) && notice.round() == round);
    }

    /** Whether people were told this already, or something later about the same. */
    boolean wasTold(LogEntry.Kind kind, @Nullable String part, Notice wanted) {
        var task = wanted.task();
        if (kind == LogEntry.Kind.ESCALATED && task != null)
            return escalations(task, wanted.round())
                    .anyMatch(told -> told.group().equals(wanted.group()));
        int since = kind == LogEntry.Kind.REVIEW_ANNOUNCED ? stampSeq(part) : -1;
        return log.stream()
                .filter(entry -> entry.seq() > since)
                .filter(entry -> part == null ? entry.parts() == null : entry.isAbout(part))
                .map(LogEntry::notice)
                .filter(Objects::nonNull)
                .anyMatch(told -> Objects.equals(told.task(), task)
                        && told.round() == wanted.round()
                        && !told.planned().isBefore(wanted.planned()));
    }

    /** The seq of the last stamp of the whole content, or of the part. */
    private int stampSeq(@Nullable String part) {
        return part == null
                ? wholeStampSeq
                : log.stream()
                        .filter(entry -> entry.kind() == LogEntry.Kind.STAMPED && entry.isAbout(part))
                        .mapToInt(LogEntry::seq)
                        .filter(seq -> seq > wholeStampSeq)
                        .max()
                        .orElse(wholeStampSeq);
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
        if (evidence != null) return 0;
        return Math.max(openRequirements().isEmpty() ? 0 : 1, approvalsRequired - approvals.size());
    }

    private static List<Requirement> requirementsOf(LogEntry entry) {
        var recorded = entry.requirements();
        return recorded == null ? List.of() : recorded;
    }

    /** The requirements that applied to the submitted revision at its submission or at its last approval. */
    public List<Requirement> requirements() {
        return requirements;
    }

    /** The approval that met the requirement: of somebody who was in the group when they approved. */
    public Optional<LogEntry> metBy(Requirement requirement) {
        return approvals.stream()
                .filter(entry -> entry.by().isIn(requirement.group()))
                .findFirst();
    }

    /** Those of these requirements that no approval has met. */
    List<Requirement> open(List<Requirement> of) {
        return of.stream().filter(it -> metBy(it).isEmpty()).toList();
    }

    /** The requirements that no approval has met; none if the revision was reviewed elsewhere. */
    public List<Requirement> openRequirements() {
        return evidence != null ? List.of() : open(requirements);
    }

    /** Whether the submitted revision has its stamp. */
    boolean isStamped() {
        return stamped != null && submission != null && stamped.seq() > submission.seq();
    }

    /** Refuses if the edition is published with a release, which decides when. */
    public void mustNotBeInRelease() {
        if (schedule.release() != null)
            throw Refusal.conflict(
                            "in-release",
                            "edition " + id.number()
                                    + " is published with a release; take the guide out of the release first")
                    .raise();
    }

    public void mustBeEditable() {
        mustBeSound();
        if (state == State.SCHEDULED)
            throw Refusal.conflict(
                            "scheduled",
                            "edition " + id.number() + " is approved and waits for " + schedule.awaited()
                                    + "; a publisher has to "
                                    + (schedule.release() == null
                                            ? "give up the schedule"
                                            : "take it out of the release")
                                    + " before it can be edited")
                    .raise();
        if (!state.isEditable())
            throw Refusal.conflict(
                            "not-in-draft",
                            "edition " + id.number() + " is " + state.apiName()
                                    + " and no longer edited; open the next edition")
                    .raise();
    }
}
