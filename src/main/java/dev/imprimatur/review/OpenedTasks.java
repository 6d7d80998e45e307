// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The open decisions of editions according to their logs, with the entry that opened each, for those who tell people about them. */
@Component
public class OpenedTasks {
    private final LoggedTasks tasks;
    private final ContentTypes types;
    private final Workflows workflows;

    OpenedTasks(LoggedTasks tasks, ContentTypes types, Workflows workflows) {
        this.tasks = tasks;
        this.types = types;
        this.workflows = workflows;
    }

    /** The decisions that the entry opened and that are still open. */
    public List<OpenTask> by(LogEntry entry) {
        var open = decisions(entry.edition());
        if (open.isEmpty()) return open;
        var edition = open.getFirst().edition();
        var opened = workflows
                .of(types.require(open.getFirst().guide().type()), edition)
                .openedBy(edition);
        return open.stream()
                .filter(task -> Optional.ofNullable(opened.get(task.task()))
                        .filter(opener -> opener.seq() == entry.seq())
                        .isPresent())
                .toList();
    }

    /** The open decisions of the edition. */
    public List<OpenTask> decisions(EditionId edition) {
        return tasks.of(edition).stream()
                .filter(task -> !task.outcomes().isEmpty())
                .toList();
    }
}
