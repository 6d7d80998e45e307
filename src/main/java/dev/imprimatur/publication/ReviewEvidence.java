// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Approvers;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.publication.LedgerEntry.Kind;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks the review in a ledger entry against the decisions in the edition log. */
final class ReviewEvidence {
    private static final Set<Kind> OF_ENTRY_BEFORE = Set.of(Kind.REVIEW_OVERDUE, Kind.RENAME, Kind.LINK);

    private final Editions editions;

    ReviewEvidence(Editions editions) {
        this.editions = editions;
    }

    /**
     * Returns what is wrong with the review, each as the rest of a sentence whose subject is the entry. Nothing is wrong if the log has a
     * stamp that equals the review, and the decisions of enough reviewers who did not contribute.
     */
    List<String> faults(LedgerEntry entry, Edition edition) {
        var review = entry.review();
        // the order of the entries says that these have the review of the entry before
        if (review == null || OF_ENTRY_BEFORE.contains(entry.kind())) return List.of();
        var ref = new Revision.Ref(entry.revision(), entry.contentHash());
        var stamp = edition.log().stream()
                .map(LogEntry::stamp)
                .filter(Objects::nonNull)
                .filter(it -> it.reviewed().equals(ref) && isStampOf(it, review))
                .findFirst()
                .orElse(null);
        if (stamp == null) return List.of("carries a review whose stamp is in no log");
        if (stamp.origin() == Stamp.Origin.IMPORTED) {
            boolean imported = edition.log().stream()
                    .anyMatch(it -> it.kind() == LogEntry.Kind.IMPORTED && stamp.equals(it.stamp()));
            return imported ? List.of() : List.of("names a review elsewhere that nobody vouched for");
        }
        var faults = new ArrayList<String>();
        if (!stamp.lastReviewed().equals(LocalDate.ofInstant(stamp.reviewedAt(), ZoneOffset.UTC)))
            faults.add("names another day than the day of its review");
        var decisions = decisions(edition, entry, ref);
        var valid = decisions.stream()
                .filter(it -> !it.by().isAmong(contributors(edition, ref, it)))
                .toList();
        int people = Approvers.count(valid.stream());
        int required = entry.kind() == Kind.PUBLISH ? edition.approvalsRequired() : 1;
        if (people < required)
            faults.add("was approved by " + people + " people who did not contribute, of " + required);
        else if (entry.kind() == Kind.PUBLISH
                && edition.requirements().stream()
                        .anyMatch(requirement ->
                                valid.stream().noneMatch(it -> it.by().isIn(requirement.group()))))
            faults.add("was approved by nobody of a group that its content type requires");
        else if (!reviewers(decisions).containsAll(stamp.reviewers())) faults.add("names reviewers who did not decide");
        return faults;
    }

    private static boolean isStampOf(Stamp stamp, LedgerEntry.Review review) {
        var reviewers = stamp.reviewers().stream().map(LedgerEntry.By::of).toList();
        return stamp.reviewedAt().equals(review.reviewedAt())
                && stamp.lastReviewed().equals(review.lastReviewed())
                && stamp.reviewDue().equals(review.reviewDue())
                && reviewers.equals(review.reviewedBy());
    }

    /** Returns the decisions that this entry rests on: approvals for a publication, confirmations for a restamp. */
    private static List<LogEntry> decisions(Edition edition, LedgerEntry entry, Revision.Ref ref) {
        var kind = entry.kind() == Kind.PUBLISH ? LogEntry.Kind.APPROVED : LogEntry.Kind.CONFIRMED;
        return edition.log().stream()
                .filter(it -> it.kind() == kind && ref.equals(it.revision()))
                .filter(it -> !it.at().isAfter(entry.at().plus(LedgerOrder.SKEW)))
                .toList();
    }

    private Set<String> contributors(Edition edition, Revision.Ref ref, LogEntry decision) {
        return editions.contributors(edition.id().guide(), ref.number(), decision.at());
    }

    private static Set<Reviewer> reviewers(List<LogEntry> decisions) {
        return decisions.stream().map(it -> Reviewer.of(it.by())).collect(Collectors.toSet());
    }
}
