// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import java.util.stream.Collectors;
import org.flowable.engine.TaskService;
import org.flowable.identitylink.api.IdentityLinkInfo;
import org.flowable.task.api.Task;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Offers open tasks in the engine to the further roles that the edition log names. */
@Component
class Escalations {
    private final TaskService tasks;

    Escalations(@Lazy TaskService tasks) {
        this.tasks = tasks;
    }

    /** Offers the open tasks of a process. */
    void applyAll(String process, Edition edition) {
        tasks.createTaskQuery().processInstanceId(process).list().forEach(task -> apply(task, edition));
    }

    /** Adds the roles that the task was passed on to and that the engine does not know yet. */
    void apply(Task task, Edition edition) {
        var groups = edition.escalatedTo(task.getTaskDefinitionKey());
        if (groups.isEmpty()) return;
        var known = tasks.getIdentityLinksForTask(task.getId()).stream()
                .map(IdentityLinkInfo::getGroupId)
                .collect(Collectors.toSet());
        groups.stream()
                .filter(group -> !known.contains(group))
                .forEach(group -> tasks.addCandidateGroup(task.getId(), group));
    }
}
