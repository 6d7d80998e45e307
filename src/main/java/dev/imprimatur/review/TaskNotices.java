// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Notice;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Works out which reminders and escalations of open tasks an edition log calls for at an instant. */
final class TaskNotices {
    private final Workflow workflow;
    private final Edition edition;
    private final Map<String, LogEntry> open;
    private final Instant now;

    TaskNotices(Workflow workflow, Edition edition, Instant now) {
        this.workflow = workflow;
        this.edition = edition;
        this.open = workflow.openedBy(edition);
        this.now = now;
    }

    /**
     * The reminder that the timers of a step call for. Of several timers that have passed on a task, only the latest counts; none is given
     * once the task is to be passed on.
     */
    Optional<Notice> reminder(String step) {
        return ofStep(step)
                .map(TaskTimer::task)
                .distinct()
                .flatMap(task -> latest(task).stream())
                .filter(timer -> timer.step().equals(step) && !timer.escalates())
                .map(this::notice)
                .findFirst();
    }

    /** The escalations that the timers of a step call for, the earliest first. */
    List<Notice> escalations(String step) {
        return ofStep(step)
                .filter(timer -> timer.escalates() && hasPassed(timer))
                .map(this::notice)
                .sorted(Comparator.comparing(Notice::planned))
                .toList();
    }

    private Stream<TaskTimer> ofStep(String step) {
        return workflow.timers().stream().filter(timer -> timer.step().equals(step) && open.containsKey(timer.task()));
    }

    /** The timer on the task that passed last; of two at the same instant, the escalation. */
    private Optional<TaskTimer> latest(String task) {
        return workflow.timers().stream()
                .filter(timer -> timer.task().equals(task) && hasPassed(timer))
                .max(Comparator.comparing(TaskTimer::after).thenComparing(TaskTimer::escalates));
    }

    private boolean hasPassed(TaskTimer timer) {
        return !planned(timer).isAfter(now);
    }

    private Instant planned(TaskTimer timer) {
        var openedBy = open.get(timer.task());
        return openedBy == null ? Instant.MAX : after(openedBy, timer);
    }

    private static Instant after(LogEntry openedBy, TaskTimer timer) {
        return openedBy.at().plus(timer.after()).truncatedTo(ChronoUnit.MILLIS);
    }

    private Notice notice(TaskTimer timer) {
        return new Notice(
                timer.id(),
                timer.task(),
                edition.round(timer.task()),
                timer.group(),
                null,
                planned(timer),
                workflow.step(timer.task())
                        .flatMap(step -> workflow.due(step, edition))
                        .orElse(null));
    }
}
