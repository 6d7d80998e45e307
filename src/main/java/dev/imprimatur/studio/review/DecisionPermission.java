// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.content.Requirement;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.studio.DisplayText;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says in advance which tasks a person may decide; the decision itself checks the rules again. */
@Component
class DecisionPermission {
    private static final int AT_ONCE = 20;
    private static final int FURTHEST = 200;

    private final Permissions permissions;
    private final Inbox inbox;
    private final Editions editions;
    private final DisplayText words;

    DecisionPermission(Inbox inbox, Editions editions, DisplayText words, Permissions permissions) {
        this.permissions = permissions;
        this.inbox = inbox;
        this.editions = editions;
        this.words = words;
    }

    /** Returns why this person may not approve, or null if they may. */
    @Nullable
    String whyNot(OpenTask task, Person me) {
        if (!task.isOpenTo(me))
            return task.isFor(me)
                    ? "This task was passed on to you because nobody decided in time. Only people with the role "
                            + task.role() + " approve: assign it to one of them, or ask for changes."
                    : "This decision is for people with the role " + task.role() + ".";
        if (!permissions.allows(me, task.guide(), task.takers()))
            return "Your role " + task.role() + " is limited to other guides.";
        String assignee = task.assignee();
        if (assignee != null && !assignee.equals(me.account()))
            return words.named(assignee) + " has claimed this task.";
        var revision = task.revision();
        var edition = task.edition();
        if (revision != null && editions.contributors(edition, revision).contains(me.account()))
            return "You contributed to this edition, so somebody else has to vouch for it. You can still ask for changes.";
        if (edition.state() == Edition.State.IN_REVIEW
                && edition.approvals().stream()
                        .anyMatch(entry -> entry.by().answerable().equals(me.account())))
            return "You have approved this revision, or an expert whom you invited has; it needs somebody else too.";
        var open = edition.openRequirements();
        if (edition.state() == Edition.State.IN_REVIEW
                && !open.isEmpty()
                && edition.approvals().size() >= edition.approvalsRequired()
                && open.stream().noneMatch(it -> me.isIn(it.group())))
            return "Enough people have approved. What is missing is the approval of somebody of the group "
                    + open.stream().map(Requirement::group).distinct().collect(Collectors.joining(", ")) + ".";
        return null;
    }

    /** Returns the next task that this person may decide, in the order of the inbox: the earliest due first. */
    Optional<OpenTask> next(Person me) {
        var asked = new Inbox.Query(false, true, null, null, null);
        String cursor = null;
        for (int seen = 0; seen < FURTHEST; seen += AT_ONCE) {
            var waiting = inbox.list(asked, asked.window(cursor, AT_ONCE), me);
            var next = waiting.items().stream()
                    .filter(task -> task.revision() != null && whyNot(task, me) == null)
                    .findFirst();
            cursor = waiting.next();
            if (next.isPresent() || cursor == null) return next;
        }
        return Optional.empty();
    }
}
