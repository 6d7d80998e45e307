// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.runtime.ProcessInstance;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Records what people decide on tasks. */
@Component
public class TaskCompletion {
    private final Permissions permissions;
    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final ContentTypes types;
    private final Engine engine;
    private final SigningRules signing;
    private final GuideReconciler reconciler;

    TaskCompletion(
            Guides guides,
            Editions editions,
            Processes processes,
            Workflows workflows,
            ContentTypes types,
            Engine engine,
            SigningRules signing,
            GuideReconciler reconciler,
            Permissions permissions) {
        this.permissions = permissions;
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
        this.types = types;
        this.engine = engine;
        this.signing = signing;
        this.reconciler = reconciler;
    }

    /**
     * Records a person's decision on a task. If the decision publishes the edition, the edition is published before this method returns.
     *
     * @param seen the revision that the person looked at
     * @param reasonCode the code of one of the content type's reasons; null if the person gives none
     * @return the guide after the decision
     */
    public Guide complete(
            String taskId,
            String outcomeId,
            Revision.Ref seen,
            @Nullable String message,
            @Nullable String reasonCode,
            Person by) {
        return engine.require(() -> {
            var guide = editions.together(() -> decide(taskId, outcomeId, seen, message, reasonCode, by));
            return guides.require(guide.id());
        });
    }

    private Guide decide(
            String taskId,
            String outcomeId,
            Revision.Ref seen,
            @Nullable String message,
            @Nullable String reasonCode,
            Person by) {
        var id = TaskId.parse(taskId);
        var guide = guides.require(id.edition().guide());
        var before = editions.get(id.edition());
        // a crash may have come between the move of the edition and that of its process
        if (!processes.followsMove(before)) reconciler.reconcile(guide.id());
        var found = processes.taskOf(id.edition(), id.task());
        var workflow = found.map(Task::getProcessDefinitionId)
                .or(() -> processes.of(id.edition()).map(ProcessInstance::getProcessDefinitionId))
                .map(workflows::ofDefinition)
                .orElseGet(() -> workflows.of(types.require(guide.type()), editions.get(id.edition())));
        var step = workflow.step(id.task()).orElseThrow(TaskId::missing);
        var roles = OpenTask.roles(step.group(), editions.get(id.edition()).escalatedTo(id.task()));
        if (Stream.of(roles).noneMatch(by::has))
            throw Refusal.forbidden("wrong-role", "this task is for the role " + step.role())
                    .raise();
        permissions.mustAllow(by, guide, roles);
        boolean hasRole = permissions.allows(by, guide, step.group());
        if (step.isDrafting())
            throw Refusal.conflict("submit-instead", "a draft is completed by submitting the guide")
                    .raise();
        var outcome = step.outcome(outcomeId)
                .orElseThrow(() -> Refusal.malformed(
                                "/outcome",
                                "the outcomes of this task are "
                                        + step.outcomes().stream()
                                                .map(Outcome::id)
                                                .collect(Collectors.joining(", ")))
                        .raise());
        if (!hasRole && outcome.effect().vouches())
            throw Refusal.forbidden(
                            "wrong-role",
                            "only somebody with the role " + step.role() + " chooses “" + outcome.name()
                                    + "”; the task was passed on to you, so you can assign it to somebody who may")
                    .raise();
        var type = types.require(guide.type());
        if (outcome.effect().vouches() && by.isExternal() && type.isMembersOnly())
            throw Refusal.forbidden(
                            "members-only",
                            "“" + outcome.name()
                                    + "” is for members of the team only; you can comment, or choose another outcome")
                    .raise();
        if (outcome.needsMessage() && CleanText.isBlank(message))
            throw Refusal.malformed("/message", "“" + outcome.name() + "” needs a message that says why")
                    .raise();
        Explanation.mustBeShort("/message", message);
        var reason = Explanation.reason(outcome.reasons().map(type::reasons).orElse(List.of()), reasonCode);
        var open = found.filter(task -> isOpen(id, workflow));
        // the process may be behind the log
        if (open.isEmpty()) open = reconciler.openTask(id);
        // the edition log holds the decision of an earlier round, and refuses or repeats it below
        if (open.isEmpty() && id.round() >= editions.get(id.edition()).round(id.task()))
            throw Refusal.conflict("review-is-stale", "this task is not open any more; read the inbox again")
                    .raise();
        open.ifPresent(task -> mustNotBeClaimedByAnother(task, by));
        if (outcome.signs()) signing.mustBeAbleToSign(by);
        editions.decide(
                id.edition(),
                new Decision(
                        id.task(),
                        id.round(),
                        outcome.id(),
                        outcome.effect(),
                        seen,
                        message,
                        outcome.meaning(),
                        reason,
                        by,
                        id.request()),
                edition -> Math.max(type.approvals(), workflow.approvals(edition, id.task(), outcome.id())),
                type.requirements(),
                edition -> mustFollowTheSame(before, edition));
        reconciler.reconcile(guide.id());
        return guide;
    }

    private static void mustFollowTheSame(Edition before, Edition now) {
        if (!before.move().map(LogEntry::seq).equals(now.move().map(LogEntry::seq)))
            throw Refusal.conflict(
                            "review-is-stale",
                            "the edition was moved to another version of its workflow; read the task again")
                    .raise();
    }

    /** Whether the task is open according to the log. */
    private boolean isOpen(TaskId id, Workflow workflow) {
        var edition = editions.get(id.edition());
        return id.round() == edition.round(id.task())
                && workflow.openTasks(edition).stream()
                        .anyMatch(step -> step.id().equals(id.task()));
    }

    private static void mustNotBeClaimedByAnother(Task task, Person by) {
        String assignee = task.getAssignee();
        if (assignee != null && !assignee.equals(by.account()) && !assignee.equals(by.invitedBy()))
            throw Refusal.conflict("claimed", assignee + " has claimed this task")
                    .raise();
    }
}
