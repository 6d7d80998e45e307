// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.problem.Refusal;
import java.util.HashSet;
import org.springframework.stereotype.Component;

/**
 * Says whether a revision may reach readers. It trusts nobody: it reads the edition log and the stored revision itself,
 * and asks for the approvals that the content type asked for when the last of them was given, each sealed by this server, each for exactly
 * this content, each by an account that was a reviewer then and did not contribute.
 */
@Component
class Gate {
    private final Editing editing;
    private final Editions editions;
    private final Accounts accounts;

    Gate(Editing editing, Editions editions, Accounts accounts) {
        this.editing = editing;
        this.editions = editions;
        this.accounts = accounts;
    }

    /** The revision that may be published, or a refusal that says what is missing. */
    Revision admit(Guide guide, Edition edition) {
        mustBeSealed(guide, edition);
        if (edition.state() != Edition.State.APPROVED && edition.state() != Edition.State.PUBLISHED)
            throw refused("the edition is not approved");
        var stamp = edition.stamp().orElseThrow(() -> refused("the review is not stamped"));
        var submitted = edition.submitted().orElseThrow(() -> refused("nothing was submitted"));
        var revision = editing.revision(guide, submitted.number());
        if (!revision.isIntact() || !revision.ref().equals(submitted))
            throw refused("the stored revision is not the one that was reviewed");
        if (!stamp.reviewed().equals(submitted)) throw refused("the stamp is for another revision");
        boolean vouchedFor = stamp.origin() == Stamp.Origin.IMPORTED
                ? edition.evidence().filter(stamp::equals).isPresent()
                : approvers(edition, revision) >= edition.approvalsRequired();
        if (!vouchedFor) throw refused("it has not been approved by enough people who did not contribute");
        return revision;
    }

    /** What was decided counts only as far as this server sealed it. */
    private void mustBeSealed(Guide guide, Edition edition) {
        edition.mustBeSound();
        editions.mustBeWhole(guide.id());
    }

    /** Whether an account of ours decided while it held the role, which the sealed entry says. */
    private boolean isByReviewer(LogEntry entry) {
        return entry.by().has(Role.REVIEWER.name()) && accounts.knows(entry.by().account());
    }

    private int approvers(Edition edition, Revision revision) {
        var people = new HashSet<String>();
        edition.approvals().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.APPROVED)
                .filter(entry -> revision.ref().equals(entry.revision()))
                .filter(this::isByReviewer)
                .filter(entry -> !editions.contributors(revision, entry.at())
                        .contains(entry.by().account()))
                .map(entry -> entry.by().account())
                .forEach(people::add);
        return people.size();
    }

    /** Asks that somebody who did not contribute has confirmed what is live, and that the stamp says so. */
    void admitRestamp(Guide guide, Edition edition, LedgerEntry live) {
        mustBeSealed(guide, edition);
        var stamp = edition.stamp().orElseThrow(() -> refused("the review is not stamped"));
        var revision = editing.revision(guide, live.revision());
        var contributors = editions.contributors(edition, revision.ref());
        boolean confirmed = edition.log().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.CONFIRMED)
                .filter(entry -> revision.ref().equals(entry.revision()))
                .anyMatch(entry -> entry.at().equals(stamp.reviewedAt())
                        && isByReviewer(entry)
                        && !contributors.contains(entry.by().account()));
        if (!revision.isIntact() || !live.contentHash().equals(stamp.reviewed().contentHash()) || !confirmed)
            throw refused("nobody who did not contribute has confirmed the current edition");
    }

    private static RuntimeException refused(String why) {
        return Refusal.conflict("not-through-the-gate", "this cannot be published: " + why)
                .raise();
    }
}
