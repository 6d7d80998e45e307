// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.review.Outcome;
import dev.imprimatur.review.TaskCompletion;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What an invited expert does by the link: reads one revision, comments on it, and decides the tasks that whoever invited them may decide. */
@Component
public class ExpertReview {
    private static final int MOST_COMMENTS = 100;

    private final Invitations invitations;
    private final Guides guides;
    private final GuideRevisions guideRevisions;
    private final Editions editions;
    private final Permissions permissions;
    private final Accounts accounts;
    private final Inbox inbox;
    private final TaskCompletion completion;
    private final Discussions discussions;
    private final ContentTypes types;

    ExpertReview(
            Invitations invitations,
            Guides guides,
            GuideRevisions guideRevisions,
            Editions editions,
            Permissions permissions,
            Accounts accounts,
            Inbox inbox,
            TaskCompletion completion,
            Discussions discussions,
            ContentTypes types) {
        this.types = types;
        this.invitations = invitations;
        this.guides = guides;
        this.guideRevisions = guideRevisions;
        this.editions = editions;
        this.permissions = permissions;
        this.accounts = accounts;
        this.inbox = inbox;
        this.completion = completion;
        this.discussions = discussions;
    }

    /**
     * What the link shows.
     *
     * @param comments by this expert on this revision, each with the answers to it
     * @param task what the expert may decide; null if there is nothing
     * @param outcomes those of the task that the expert may choose
     * @param hint what the expert may not do, and why; null if they may decide as they like
     * @param decided the expert's latest decision on this revision; null if there is none
     */
    public record Shown(
            Invitation invitation,
            Guide guide,
            Revision revision,
            List<Discussed> comments,
            @Nullable OpenTask task,
            List<Outcome> outcomes,
            @Nullable String hint,
            @Nullable LogEntry decided) {}

    /** A comment of the expert, with what the team answered. */
    public record Discussed(Comment comment, List<Comment> answers) {}

    /** What the link with this token shows. Refuses a link that is not valid, without saying why. */
    public Shown show(String token) {
        var invitation = require(token);
        var guide = guide(invitation);
        var revision = revision(invitation, guide);
        var task = task(invitation, guide).orElse(null);
        var decided = decided(invitation).orElse(null);
        String noVouching = task == null ? null : whyNoVouching(invitation, guide, revision);
        var outcomes = task == null
                ? List.<Outcome>of()
                : task.outcomes().stream()
                        .filter(outcome ->
                                noVouching == null || !outcome.effect().vouches())
                        .toList();
        String hint = task != null ? noVouching : decided == null ? whyNoTask(invitation) : null;
        return new Shown(invitation, guide, revision, discussed(invitation, guide), task, outcomes, hint, decided);
    }

    private String whyNoTask(Invitation invitation) {
        boolean isUnderReview =
                editions.get(invitation.edition()).underReview().equals(Optional.of(invitation.revision()));
        return isUnderReview
                ? "Whoever invited you may not decide on this revision, so there is nothing for you to decide. You can read it and comment."
                : "This revision is not under review any more. You can still read it and comment.";
    }

    /** Says in advance why the expert may not approve or confirm, or null if they may; the decision itself checks the rules again. */
    private @Nullable String whyNoVouching(Invitation invitation, Guide guide, Revision revision) {
        if (types.require(guide.type()).isMembersOnly())
            return "Only members of the team approve a guide like this one. You can comment, and ask for changes.";
        var edition = editions.get(invitation.edition());
        if (editions.contributors(edition, revision.ref()).contains(invitation.by()))
            return "Whoever invited you has contributed to this edition since, so somebody else has to approve it. You can comment, and ask for changes.";
        return edition.state() == Edition.State.IN_REVIEW
                        && edition.approvals().stream()
                                .anyMatch(entry -> entry.by().account().equals(invitation.account())
                                        || entry.by().answerable().equals(invitation.by()))
                ? "You, or whoever invited you, have approved this revision. It needs somebody else too."
                : null;
    }

    private Invitation require(String token) {
        return invitations.follow(token).orElseThrow(ExpertReview::nothing);
    }

    private static Refused nothing() {
        return Refusal.missing("this invitation does not hold any more; ask whoever sent it for another one")
                .raise();
    }

    private Guide guide(Invitation invitation) {
        return guides.stored(invitation.edition().guide()).orElseThrow(ExpertReview::nothing);
    }

    /** The revision, exactly as it was when the invitation was made. */
    private Revision revision(Invitation invitation, Guide guide) {
        var revision = guideRevisions.require(guide, invitation.revision().number());
        if (!revision.isIntact() || !revision.ref().equals(invitation.revision())) throw nothing();
        return revision;
    }

    private List<Comment> comments(Invitation invitation, Guide guide) {
        return discussions.of(guide).stream()
                .filter(comment -> comment.author().equals(invitation.account())
                        && comment.revision() == invitation.revision().number())
                .toList();
    }

    private List<Discussed> discussed(Invitation invitation, Guide guide) {
        var all = discussions.of(guide);
        return comments(invitation, guide).stream()
                .map(comment -> new Discussed(
                        comment,
                        all.stream()
                                .filter(answer -> comment.id().equals(answer.parent()))
                                .toList()))
                .toList();
    }

    /** The open task on exactly this revision, if whoever invited the expert may take it. */
    private Optional<OpenTask> task(Invitation invitation, Guide guide) {
        var inviter = accounts.account(invitation.by()).map(Account::person);
        return inbox.of(invitation.edition()).stream()
                .filter(task -> invitation.revision().equals(task.revision()))
                .filter(task -> !task.outcomes().isEmpty())
                .filter(task -> inviter.filter(it -> permissions.allows(it, guide, task.group()))
                        .isPresent())
                .findFirst();
    }

    private Optional<LogEntry> decided(Invitation invitation) {
        return editions.get(invitation.edition()).log().reversed().stream()
                .filter(entry -> entry.by().account().equals(invitation.account())
                        && invitation.revision().equals(entry.revision())
                        && entry.outcome() != null)
                .findFirst();
    }

    private static Person expert(Invitation invitation, String role) {
        return new Person(
                invitation.account(),
                invitation.name(),
                invitation.title(),
                Set.of(role),
                null,
                null,
                AuthenticationMethod.link(),
                null,
                null,
                invitation.by());
    }

    /**
     * Decides the task. The same decision again changes nothing.
     *
     * @param taskId the task that the expert saw
     */
    public void decide(String token, String taskId, String outcome, @Nullable String message) {
        var invitation = require(token);
        var guide = guide(invitation);
        revision(invitation, guide);
        var task = task(invitation, guide).filter(open -> open.id().equals(taskId));
        if (task.isEmpty()) {
            var decided = decided(invitation);
            if (decided.filter(entry -> outcome.equals(entry.outcome()) && Objects.equals(message, entry.message()))
                    .isPresent()) return;
            if (decided.isPresent())
                throw Refusal.conflict(
                                "already-decided",
                                "you have decided on this revision already, so nothing more is recorded; what you wrote is below")
                        .raise();
            throw Refusal.conflict(
                            "review-is-stale",
                            "there is nothing for you to decide any more, so nothing was recorded; what you wrote is below")
                    .raise();
        }
        completion.complete(
                taskId,
                outcome,
                invitation.revision(),
                message,
                null,
                expert(invitation, task.get().group()));
    }

    /**
     * Comments on the revision.
     *
     * @param pointer the field; empty for the whole guide
     * @param key of the form: the same comment under the same key is stored once
     */
    public void comment(String token, String pointer, String body, @Nullable String key) {
        var invitation = require(token);
        var guide = guide(invitation);
        if (comments(invitation, guide).size() >= MOST_COMMENTS)
            throw Refusal.conflict("too-many-comments", "there are " + MOST_COMMENTS + " comments by you already")
                    .raise();
        discussions.say(
                guide,
                new Discussions.Remark(invitation.revision().number(), pointer, null, null, body, key),
                expert(invitation, Permissions.REVIEWER));
    }
}
