// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.HashSet;
import org.springframework.stereotype.Component;

/**
 * Checks that each open edition has exactly one process in line with its log, or none while it rests, and that each approval was given
 * with the right role.
 */
@Component
class ProcessesCheck implements Check {
    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final Rest rest;

    ProcessesCheck(Guides guides, Editions editions, Processes processes, Workflows workflows, Rest rest) {
        this.rest = rest;
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
    }

    @Override
    public void run(Findings findings) {
        // a log that grows during the check has a later end than the one read here
        var ends = editions.ends();
        var states = processes.states();
        var strays = new HashSet<>(states.keySet());
        for (var guide : guides.all())
            for (var edition : OutdatedGuides.inProcess(guide)) {
                strays.remove(edition);
                var state = states.get(edition);
                var end = ends.get(edition);
                if (state == null && end != null && rest.rests(edition, guide, end)) continue;
                if (state == null) findings.unfinished("process", edition.inWords(), "is open but has no process");
                else if (state.processes() > 1)
                    findings.unfinished(
                            "process", edition.inWords(), "has " + state.processes() + " processes instead of one");
                else if (end == null || !state.isUpToDate(end))
                    findings.unfinished("process", edition.inWords(), "has a process that is not in line with its log");
            }
        strays.forEach(edition -> findings.unfinished("process", edition.inWords(), "is not open but has a process"));
        editions.eachEntry(entry -> role(entry, findings));
    }

    /** Checks the role of the person who approved or confirmed; a log entry holds the roles that the person had at that moment. */
    private void role(LogEntry entry, Findings findings) {
        if (entry.kind() != LogEntry.Kind.APPROVED && entry.kind() != LogEntry.Kind.CONFIRMED) return;
        String task = entry.task();
        var groups = workflows.groups(task == null ? "" : task);
        if (!groups.isEmpty() && groups.stream().noneMatch(entry.by()::has))
            findings.violation(
                    "approval",
                    entry.inWords(),
                    "is by " + entry.by().account() + ", who did not hold the role of " + String.join(" or ", groups));
    }
}
