// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import dev.imprimatur.content.Reason;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event in the life of an edition. Entries are only ever appended; together they are the authoritative record of what was
 * decided.
 *
 * @param seq 0, 1, 2… within the edition
 * @param revision what it is about; null for what concerns no revision
 * @param task the BPMN id of the user task that it completed; null if it completed none
 * @param outcome the BPMN's outcome that was chosen
 * @param message what the person said
 * @param meaning what the person signed with it, in the words of the workflow; null if it was not signed
 * @param reason the one of the content type's reasons that the person gave
 * @param approvalsRequired of kinds {@code SUBMITTED} and {@code APPROVED}: how many people have to approve it
 * @param stamp of kinds {@code STAMPED} and {@code IMPORTED}
 * @param position in the ledger, of kinds that readers could see
 * @param schedule of kind {@code SCHEDULED}
 * @param renamed of kind {@code RENAMED}
 * @param notice of kinds {@code REMINDED}, {@code ESCALATED} and {@code REVIEW_ANNOUNCED}
 * @param owner of kind {@code OWNER_CHANGED}: the username of the owner; null if nobody owns the guide
 * @param reviewers of kind {@code REVIEWERS_CHANGED}: the usernames of the named reviewers, the first choice first; null for none
 * @param requirements of kinds {@code SUBMITTED} and {@code APPROVED}: the requirements that the revision has to meet; null for none
 * @param translatedFrom of kind {@code TRANSLATED}: the revision of the source guide that the text has
 * @param parts of kinds {@code REVIEW_DUE}, {@code REVIEW_ANNOUNCED}, {@code CONFIRMED}, {@code STAMPED} and {@code OVERDUE}: the JSON
 *     Pointers of the parts that the entry is about; null if it is about the whole content
 * @param moved of kind {@code MOVED}
 */
public record LogEntry(
        EditionId edition,
        int seq,
        Kind kind,
        Instant at,
        Person by,
        Revision.@Nullable Ref revision,
        @Nullable String task,
        @Nullable String outcome,
        @Nullable String message,
        @Nullable String meaning,
        @Nullable Reason reason,
        @Nullable Integer approvalsRequired,
        @Nullable Stamp stamp,
        @Nullable Long position,
        @Nullable Schedule schedule,
        @Nullable Renamed renamed,
        @Nullable Notice notice,
        @Nullable String owner,
        @Nullable List<String> reviewers,
        @Nullable List<Requirement> requirements,
        @Nullable TranslatedFrom translatedFrom,
        @Nullable List<String> parts,
        @Nullable Moved moved) {
    public LogEntry {
        by = by.withoutGrants();
        reviewers = reviewers == null || reviewers.isEmpty() ? null : List.copyOf(reviewers);
        parts = parts == null || parts.isEmpty() ? null : List.copyOf(parts);
        requirements = requirements == null || requirements.isEmpty() ? null : List.copyOf(requirements);
    }

    /** The slug that a guide had and the slug that it has instead. */
    public record Renamed(String from, String to) {}

    /**
     * The revision of another guide that a text was translated from.
     *
     * @param guide the id of the source guide
     * @param contentHash as {@link dev.imprimatur.content.ContentHash#value()}
     */
    public record TranslatedFrom(String guide, int revision, String contentHash) {}

    /**
     * The version of a workflow that an edition follows from then on.
     *
     * @param workflow the id of the workflow
     * @param version its number
     * @param hash of the BPMN, as {@code sha256:…}
     * @param carried the seqs of the decisions on the submitted revision that count in this version, in the order in which its flows take
     *     them; all others of this submission count no longer. Null for a published edition, whose decisions all stay
     * @param opened the BPMN ids of the tasks that this move opened. Their time counts from this entry
     */
    public record Moved(
            String workflow,
            int version,
            String hash,
            @Nullable List<Integer> carried,
            List<String> opened) {}

    /** What can happen to an edition. */
    public enum Kind {
        /** The edition was opened: its working copy can be edited. */
        OPENED,
        /** A revision was created and submitted for review; it replaces any revision that was submitted before. */
        SUBMITTED,
        /** Evidence that the submitted revision was reviewed elsewhere, vouched for by the server's operator. */
        IMPORTED,
        /** A task was completed that neither approves nor rejects, such as a check of facts. */
        DECIDED,
        /** A reviewer approved the submitted revision. */
        APPROVED,
        /** A reviewer sent the submitted revision back. */
        CHANGES_REQUESTED,
        /** The review was stamped. */
        STAMPED,
        /** The edition was published. */
        PUBLISHED,
        /** The review of the published edition is due soon. */
        REVIEW_DUE,
        /** The review of the published edition is overdue, because nobody has confirmed the content in time. */
        OVERDUE,
        /** A reviewer confirmed that the published content is still correct. */
        CONFIRMED,
        /** A reviewer decided that the published content needs a next edition. */
        REVISION_CALLED,
        /** The next edition that was called for was discarded. */
        REVISION_DROPPED,
        /** A later edition was published in place of this edition. */
        SUPERSEDED,
        /** The edition was unpublished. */
        UNPUBLISHED,
        /** The edition was discarded before its publication. */
        DISCARDED,
        /** A publisher set when the edition is to be published or unpublished; it replaces what was set before. */
        SCHEDULED,
        /** A publisher gave up the schedule. If the edition was approved and waited for its publication, it needs its approvals again. */
        SCHEDULE_DROPPED,
        /** The scheduled instant has come: the approved edition is being published, and its schedule cannot change any more. */
        PUBLICATION_DUE,
        /** The guide was given another slug. */
        RENAMED,
        /** The guide, which was never published, was deleted. */
        DELETED,
        /** The deleted guide was brought back. */
        UNDELETED,
        /** A timer reminded the people who may take an open task. */
        REMINDED,
        /** A task was still open at its time, so a further role may take it. */
        ESCALATED,
        /** A timer announced ahead that the review of the published edition comes due. */
        REVIEW_ANNOUNCED,
        /** Somebody else owns the guide from now on, or nobody. */
        OWNER_CHANGED,
        /** Other people are named as the reviewers of the guide from now on, or nobody. */
        REVIEWERS_CHANGED,
        /** The text was translated from a revision of the source guide, or was brought up to date with it. */
        TRANSLATED,
        /** An administrator moved the edition to another version of its workflow. */
        MOVED
    }

    /** Whether the entry is about this part alone, or together with other parts. */
    boolean isAbout(String part) {
        return parts != null && parts.contains(part);
    }

    /** Whether the entry is about the whole content, and not only about some parts of it. */
    public boolean isAboutWhole() {
        return parts == null;
    }

    /** The signature of the decision; empty if it was not signed. */
    public Optional<Signature> signature() {
        return Optional.ofNullable(meaning)
                .map(words -> new Signature(by.name(), by.title(), by.publicId(), words, at));
    }

    /** Whether the entry only records a new ledger position, after an administrator decided to continue the ledger without its lost end. */
    public boolean isNotedAnew() {
        return by.account().equals(Person.SYSTEM.account())
                && message != null
                && Set.of(Kind.PUBLISHED, Kind.UNPUBLISHED, Kind.OVERDUE).contains(kind);
    }

    /** A description of the entry for the people who maintain the stores. */
    public String inWords() {
        return edition.inWords() + ", log entry " + seq + " (" + kind + ")";
    }

    /** An entry that says no more than what happened, when, by whom and to which revision. */
    static LogEntry plain(
            EditionId edition,
            int seq,
            Kind kind,
            Instant at,
            Person by,
            Revision.@Nullable Ref revision,
            @Nullable String task,
            @Nullable String outcome,
            @Nullable String message) {
        return new LogEntry(
                edition, seq, kind, at, by, revision, task, outcome, message, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null);
    }

    LogEntry signed(@Nullable String words) {
        return changed(copy -> copy.meaning = words);
    }

    LogEntry because(@Nullable Reason given) {
        return changed(copy -> copy.reason = given);
    }

    LogEntry requiring(int approvals, List<Requirement> toMeet) {
        return changed(copy -> {
            copy.approvalsRequired = approvals;
            copy.requirements = toMeet;
        });
    }

    LogEntry withStamp(Stamp given) {
        return changed(copy -> copy.stamp = given);
    }

    LogEntry withPosition(@Nullable Long given) {
        return changed(copy -> copy.position = given);
    }

    LogEntry withSchedule(Schedule given) {
        return changed(copy -> copy.schedule = given);
    }

    LogEntry withRenamed(Renamed given) {
        return changed(copy -> copy.renamed = given);
    }

    LogEntry withNotice(Notice given) {
        return changed(copy -> copy.notice = given);
    }

    LogEntry withOwner(@Nullable String given) {
        return changed(copy -> copy.owner = given);
    }

    LogEntry withReviewers(List<String> given) {
        return changed(copy -> copy.reviewers = given);
    }

    /** This entry about some parts of the content; about the whole content if there are none. */
    LogEntry about(List<String> given) {
        return changed(copy -> copy.parts = given);
    }

    public LogEntry withTranslatedFrom(TranslatedFrom given) {
        return changed(copy -> copy.translatedFrom = given);
    }

    LogEntry withMoved(Moved given) {
        return changed(copy -> copy.moved = given);
    }

    private LogEntry changed(Consumer<Copy> change) {
        var copy = new Copy();
        change.accept(copy);
        return copy.entry();
    }

    /** What of this entry can be different in a copy. */
    private final class Copy {
        private @Nullable String meaning = LogEntry.this.meaning;
        private @Nullable Reason reason = LogEntry.this.reason;
        private @Nullable Integer approvalsRequired = LogEntry.this.approvalsRequired;
        private @Nullable Stamp stamp = LogEntry.this.stamp;
        private @Nullable Long position = LogEntry.this.position;
        private @Nullable Schedule schedule = LogEntry.this.schedule;
        private @Nullable Renamed renamed = LogEntry.this.renamed;
        private @Nullable Notice notice = LogEntry.this.notice;
        private @Nullable String owner = LogEntry.this.owner;
        private @Nullable List<String> reviewers = LogEntry.this.reviewers;
        private @Nullable List<Requirement> requirements = LogEntry.this.requirements;
        private @Nullable TranslatedFrom translatedFrom = LogEntry.this.translatedFrom;
        private @Nullable List<String> parts = LogEntry.this.parts;
        private @Nullable Moved moved = LogEntry.this.moved;

        private LogEntry entry() {
            return new LogEntry(
                    edition,
                    seq,
                    kind,
                    at,
                    by,
                    revision,
                    task,
                    outcome,
                    message,
                    meaning,
                    reason,
                    approvalsRequired,
                    stamp,
                    position,
                    schedule,
                    renamed,
                    notice,
                    owner,
                    reviewers,
                    requirements,
                    translatedFrom,
                    parts,
                    moved);
        }
    }
}
