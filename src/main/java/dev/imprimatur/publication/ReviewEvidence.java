// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Approvers;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import dev.imprimatur.publication.LedgerEntry.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
                .filter(it -> it.reviewed().equals(ref) && isStampOf(it, review) && hasPartsOf(it, review))
                .findFirst()
                .orElse(null);
        if (stamp == null) return List.of("carries a review whose stamp is in no log");
        var faults = new ArrayList<>(faultsOfWhole(entry, edition, ref, stamp));
        for (var part : stamp.stampedParts())
            if (!part.isOf(stamp) && !isConfirmed(edition, ref, part, entry.at().plus(LedgerOrder.SKEW)))
                faults.add(
                        "carries a review of " + part.pointer() + " that nobody who did not contribute has confirmed");
        return faults;
    }

    private List<String> faultsOfWhole(LedgerEntry entry, Edition edition, Revision.Ref ref, Stamp stamp) {
        if (stamp.origin() == Stamp.Origin.IMPORTED) {
            var whole = stamp.ofWhole();
            boolean imported = edition.log().stream()
                    .filter(it -> it.kind() == LogEntry.Kind.IMPORTED)
                    .map(LogEntry::stamp)
                    .anyMatch(it -> it != null && whole.equals(it.ofWhole()));
            return imported ? List.of() : List.of("names a review elsewhere that nobody vouched for");
        }
        var faults = new ArrayList<String>();
        if (!stamp.lastReviewed().equals(LocalDate.ofInstant(stamp.reviewedAt(), ZoneOffset.UTC)))
            faults.add("names another day than the day of its review");
        boolean isPublication = entry.kind() == Kind.PUBLISH || !isConfirmed(edition, ref, stamp);
        var decisions = decisions(edition, isPublication, entry, ref);
        var valid = decisions.stream()
                .filter(it -> !it.by().isAmong(contributors(edition, ref, it)))
                .toList();
        int people = Approvers.count(valid.stream());
        int required = isPublication ? edition.approvalsRequired() : 1;
        if (people < required)
            faults.add("was approved by " + people + " people who did not contribute, of " + required);
        else if (isPublication
                && edition.requirements().stream()
                        .anyMatch(requirement ->
                                valid.stream().noneMatch(it -> it.by().isIn(requirement.group()))))
            faults.add("was approved by nobody of a group that its content type requires");
        else if (!reviewers(decisions).containsAll(stamp.reviewers())) faults.add("names reviewers who did not decide");
        return faults;
    }

    /** Whether the stamp is from a confirmation of the whole content; a restamp after the confirmation of a part may not be. */
    private static boolean isConfirmed(Edition edition, Revision.Ref ref, Stamp stamp) {
        return edition.log().stream()
                .anyMatch(it -> it.kind() == LogEntry.Kind.CONFIRMED
                        && it.isAboutWhole()
                        && ref.equals(it.revision())
                        && it.at().equals(stamp.reviewedAt()));
    }

    /** Whether the log has a confirmation of the part by its reviewer, who did not contribute. */
    private boolean isConfirmed(Edition edition, Revision.Ref ref, StampedPart part, Instant latest) {
        return edition.log().stream()
                .filter(it -> it.kind() == LogEntry.Kind.CONFIRMED && ref.equals(it.revision()))
                .filter(it -> it.parts() != null && it.parts().contains(part.pointer()))
                .filter(it -> it.at().equals(part.reviewedAt()) && !it.at().isAfter(latest))
                .filter(it -> part.reviewers().equals(List.of(Reviewer.of(it.by()))))
                .anyMatch(it -> !it.by().isAmong(contributors(edition, ref, it)));
    }

    private static boolean hasPartsOf(Stamp stamp, LedgerEntry.Review review) {
        var parts = review.reviewedParts();
        return stamp.stampedParts().size() == parts.size()
                && stamp.stampedParts().stream().allMatch(it -> isStampOf(it, parts.get(it.pointer())));
    }

    private static boolean isStampOf(StampedPart stamp, LedgerEntry.@Nullable Part part) {
        return part != null
                && stamp.reviewedAt().equals(part.reviewedAt())
                && stamp.lastReviewed().equals(part.lastReviewed())
                && stamp.reviewDue().equals(part.reviewDue())
                && stamp.reviewers().stream().map(LedgerEntry.By::of).toList().equals(part.reviewedBy());
    }

    /** Whether the review of the whole is the one that the stamp states. */
    static boolean isStampOf(Stamp stamp, LedgerEntry.Review review) {
        var reviewers = stamp.reviewers().stream().map(LedgerEntry.By::of).toList();
        return stamp.reviewedAt().equals(review.reviewedAt())
                && stamp.lastReviewed().equals(review.lastReviewed())
                && stamp.reviewDue().equals(review.reviewDue())
                && reviewers.equals(review.reviewedBy());
    }

    /** Returns the decisions on the whole content that this entry rests on: approvals of a publication, or confirmations. */
    private static List<LogEntry> decisions(
            Edition edition, boolean isPublication, LedgerEntry entry, Revision.Ref ref) {
        var kind = isPublication ? LogEntry.Kind.APPROVED : LogEntry.Kind.CONFIRMED;
        return edition.log().stream()
                .filter(it -> it.kind() == kind && it.isAboutWhole() && ref.equals(it.revision()))
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
