// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.history.Approvers;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.problem.Refusal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Decides whether a revision may be published. The gate trusts no caller: it reads the edition log and the stored revision itself.
 * It compares the number of approvals with the number that the edition requires. An approval counts only if this server sealed the
 * log entry, if the approval names exactly this revision and content hash, and if the approver was a reviewer at that time and did
 * not contribute. The approval of somebody whom a colleague invited counts as that colleague's, and not at all if the content type asks
 * for members only.
 */
@Component
class Gate {
    private final GuideRevisions guideRevisions;
    private final Editions editions;
    private final Accounts accounts;
    private final ContentTypes types;

    Gate(GuideRevisions guideRevisions, Editions editions, Accounts accounts, ContentTypes types) {
        this.types = types;
        this.guideRevisions = guideRevisions;
        this.editions = editions;
        this.accounts = accounts;
    }

    /** Returns the revision to publish. Throws a refusal ({@code not-through-the-gate}) that says which condition is not met. */
    Revision admit(Guide guide, Edition edition) {
        return requireNonNull(admit(Map.of(guide, edition)).get(guide.id()));
    }

    /** Returns the revisions to publish, by guide. Throws a refusal if one of them may not be published. */
    Map<String, Revision> admit(Map<Guide, Edition> all) {
        return admit(all, EnumSet.of(Edition.State.APPROVED, Edition.State.PUBLISHED));
    }

    /** Refuses an edition whose log was changed: the gate counts only decisions that this server sealed. */
    void mustBeSealed(Guide guide, Edition edition) {
        edition.mustBeSound();
        editions.mustBeWhole(guide.id());
    }

    /** Throws the refusal that {@link #admit} would throw if the edition, which may still wait for its publication, were published now. */
    void wouldAdmit(Guide guide, Edition edition) {
        admit(Map.of(guide, edition), EnumSet.of(Edition.State.APPROVED, Edition.State.SCHEDULED));
    }

    private Map<String, Revision> admit(Map<Guide, Edition> all, Set<Edition.State> states) {
        var numbers = new HashMap<String, Integer>();
        all.forEach((guide, edition) -> {
            mustBeSealed(guide, edition);
            if (!states.contains(edition.state())) throw refused("the edition is not approved");
            if (edition.stamp().isEmpty()) throw refused("the review is not stamped");
            numbers.put(
                    guide.id(),
                    edition.submitted()
                            .orElseThrow(() -> refused("nothing was submitted"))
                            .number());
        });
        var revisions = guideRevisions.find(numbers);
        all.entrySet().parallelStream()
                .forEach(it -> mustBeReviewed(
                        it.getValue(),
                        revisions.get(it.getKey().id()),
                        types.require(it.getKey().type()).isMembersOnly()));
        return revisions;
    }

    private void mustBeReviewed(Edition edition, @Nullable Revision revision, boolean areMembersOnly) {
        var stamp = edition.stamp().orElseThrow();
        var submitted = edition.submitted().orElseThrow();
        if (revision == null)
            throw Refusal.missing("there is no revision " + submitted.number() + " of this guide")
                    .raise();
        if (!revision.isIntact() || !revision.ref().equals(submitted))
            throw refused("the stored revision is not the one that was reviewed");
        if (!stamp.reviewed().equals(submitted)) throw refused("the stamp is for another revision");
        var evidence = edition.evidence()
                .map(Stamp::ofWhole)
                .filter(it -> it.reviewed().equals(submitted))
                .orElse(null);
        if (evidence != null) {
            if (!stamp.ofWhole().equals(evidence) && !isConfirmed(edition, revision, areMembersOnly, stamp))
                throw refused("nobody who did not contribute has confirmed the review that was imported");
        } else {
            if (stamp.origin() == Stamp.Origin.IMPORTED
                    || approvers(edition, revision, areMembersOnly) < edition.approvalsRequired())
                throw refused("the revision has not been approved by enough people who did not contribute");
            mustMeetRequirements(edition, revision, areMembersOnly);
        }
        mustHaveReviewedParts(edition, revision, stamp, areMembersOnly);
    }

    /** Refuses a stamp with a part that was reviewed neither with the whole nor by a reviewer who did not contribute. */
    private void mustHaveReviewedParts(Edition edition, Revision revision, Stamp stamp, boolean areMembersOnly) {
        for (var part : stamp.stampedParts())
            if (!part.isOf(stamp)
                    && !isConfirmed(
                            edition,
                            revision,
                            areMembersOnly,
                            entry -> entry.parts() != null
                                    && entry.parts().contains(part.pointer())
                                    && entry.at().equals(part.reviewedAt())))
                throw refused("nobody who did not contribute has confirmed " + part.pointer());
    }

    /** Whether the stamp is from a confirmation of the whole revision by a reviewer who did not contribute. */
    private boolean isConfirmed(Edition edition, Revision revision, boolean areMembersOnly, Stamp stamp) {
        return isConfirmed(
                edition,
                revision,
                areMembersOnly,
                entry -> entry.isAboutWhole() && entry.at().equals(stamp.reviewedAt()));
    }

    /** Whether a reviewer who did not contribute confirmed the revision with such an entry. */
    private boolean isConfirmed(Edition edition, Revision revision, boolean areMembersOnly, Predicate<LogEntry> such) {
        var contributors = editions.contributors(edition, revision.ref());
        return edition.log().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.CONFIRMED && such.test(entry))
                .filter(entry -> revision.ref().equals(entry.revision()))
                .anyMatch(entry -> isByReviewer(entry)
                        && !(areMembersOnly && entry.by().isExternal())
                        && !entry.by().isAmong(contributors));
    }

    /**
     * Whether the account that answers for the decision exists here, and the person was a reviewer when they decided. The sealed entry
     * records the roles of that time.
     */
    private boolean isByReviewer(LogEntry entry) {
        return entry.by().has(Role.REVIEWER.name()) && accounts.knows(entry.by().answerable());
    }

    /** Refuses a revision for which nobody of a required group approved. The sealed entries record the groups at the time of the approval. */
    private void mustMeetRequirements(Edition edition, Revision revision, boolean areMembersOnly) {
        var approvals = validApprovals(edition, revision, areMembersOnly).toList();
        var open = edition.requirements().stream()
                .filter(requirement ->
                        approvals.stream().noneMatch(entry -> entry.by().isIn(requirement.group())))
                .map(Requirement::name)
                .toList();
        if (!open.isEmpty()) throw refused("nobody of the required group has approved: " + String.join(", ", open));
    }

    private int approvers(Edition edition, Revision revision, boolean areMembersOnly) {
        return Approvers.count(validApprovals(edition, revision, areMembersOnly));
    }

    private Stream<LogEntry> validApprovals(Edition edition, Revision revision, boolean areMembersOnly) {
        return edition.approvals().stream()
                .filter(entry -> !areMembersOnly || !entry.by().isExternal())
                .filter(entry -> entry.kind() == LogEntry.Kind.APPROVED)
                .filter(entry -> revision.ref().equals(entry.revision()))
                .filter(this::isByReviewer)
                .filter(entry -> !entry.by().isAmong(editions.contributors(revision, entry.at())));
    }

    /**
     * Refuses a restamp unless a reviewer who did not contribute confirmed the current edition, and the stamp is from that confirmation. The
     * confirmation of a part renews the review of this part only: the review of the whole has to be the one that is published.
     */
    void admitRestamp(Guide guide, Edition edition, LedgerEntry current) {
        mustBeSealed(guide, edition);
        var stamp = edition.stamp().orElseThrow(() -> refused("the review is not stamped"));
        var revision = guideRevisions.require(guide, current.revision());
        boolean areMembersOnly = types.require(guide.type()).isMembersOnly();
        var published = current.review();
        boolean isWholeReviewed = isConfirmed(edition, revision, areMembersOnly, stamp)
                || published != null && !stamp.stampedParts().isEmpty() && ReviewEvidence.isStampOf(stamp, published);
        if (!revision.isIntact()
                || !current.contentHash().equals(stamp.reviewed().contentHash())
                || !isWholeReviewed) throw refused("nobody who did not contribute has confirmed the current edition");
        mustHaveReviewedParts(edition, revision, stamp, areMembersOnly);
    }

    private static RuntimeException refused(String why) {
        return Refusal.conflict("not-through-the-gate", "this cannot be published: " + why)
                .raise();
    }
}
