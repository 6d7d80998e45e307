// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.AccountWatcher;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import java.util.List;
import org.flowable.engine.TaskService;
import org.flowable.identitylink.api.IdentityLinkInfo;
import org.flowable.task.api.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Gives tasks back to their group if their assignee may not take them any more. This happens at once when an account changes, and every
 * minute for tasks that were missed, such as a task that was assigned while the account changed.
 */
@Component
class Assignments implements AccountWatcher {
    private static final Logger log = LoggerFactory.getLogger(Assignments.class);

    private final Permissions permissions;
    private final Processes processes;
    private final Guides guides;
    private final TaskService tasks;
    private final Workflows workflows;
    private final Accounts accounts;
    private final Engine engine;
    private final Editions editions;
    private final Holders holders;
    private final TaskOpenings openings;

    Assignments(
            @Lazy TaskService tasks,
            Workflows workflows,
            Accounts accounts,
            Engine engine,
            Processes processes,
            Guides guides,
            Permissions permissions,
            Editions editions,
            Holders holders,
            TaskOpenings openings) {
        this.editions = editions;
        this.holders = holders;
        this.openings = openings;
        this.permissions = permissions;
        this.processes = processes;
        this.guides = guides;
        this.engine = engine;
        this.tasks = tasks;
        this.workflows = workflows;
        this.accounts = accounts;
    }

    @Override
    public void changed(Account now) {
        // the reconciler gives back the tasks if the engine is unavailable now
        engine.runIfAvailable(() ->
                giveBack(tasks.createTaskQuery().taskAssignee(now.username()).list()));
    }

    /** Checks all assigned tasks. */
    void giveBackAll() {
        giveBack(tasks.createTaskQuery().taskAssigned().list());
    }

    private void giveBack(List<Task> assigned) {
        for (var task : assigned) {
            if (mayHave(task.getAssignee(), task)) continue;
            try {
                release(task, task.getAssignee());
                log.info("task {} is unassigned: {} may no longer take it", task.getId(), task.getAssignee());
            } catch (RuntimeException changedMeanwhile) {
                if (!Engine.mayBeRace(changedMeanwhile)) throw changedMeanwhile;
                log.debug("task {} changed meanwhile; the next pass checks it again", task.getId());
            }
        }
    }

    /** Takes the task from the person. A rule may then assign it to somebody else. */
    void release(Task task, String person) {
        var edition =
                processes.businessKeys(List.of(task.getProcessInstanceId())).get(task.getProcessInstanceId());
        if (edition == null) return;
        var id = TaskId.of(editions.get(edition), task.getTaskDefinitionKey());
        var claim = holders.of(id).orElse(null);
        if (claim == null || person.equals(claim.person())) holders.change(claim, id, task, Holders.Change.released());
        else holders.follow(id, task);
        openings.happened(task.getProcessInstanceId());
    }

    private boolean isInScope(Person person, String role, Task task) {
        if (person.grants(role).isEmpty()) return true;
        var edition =
                processes.businessKeys(List.of(task.getProcessInstanceId())).get(task.getProcessInstanceId());
        return edition == null
                || guides.stored(edition.guide())
                        .filter(guide -> !permissions.allows(person, guide, role))
                        .isEmpty();
    }

    /** Whether the account is active and has the role of the task at this moment. */
    boolean mayHave(String account, Task task) {
        var step = workflows.ofDefinition(task.getProcessDefinitionId()).step(task.getTaskDefinitionKey());
        return step.isEmpty()
                || accounts.account(account)
                        .map(Account::person)
                        .filter(it -> it.has(step.get().group())
                                ? isInScope(it, step.get().group(), task)
                                : isPassedOnTo(it, step.get(), task))
                        .isPresent();
    }

    /** Whether the task, which vouches for nothing, was passed on to a role of the person. */
    private boolean isPassedOnTo(Person person, Workflow.Step step, Task task) {
        return !step.vouches()
                && tasks.getIdentityLinksForTask(task.getId()).stream()
                        .map(IdentityLinkInfo::getGroupId)
                        .anyMatch(group -> group != null && person.has(group) && isInScope(person, group, task));
    }
}
