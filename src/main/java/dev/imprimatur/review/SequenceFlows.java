// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.LogEntry.Kind;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sequence flows of a workflow file. They determine which tasks are open according to an edition log.
 *
 * @param all the flows in the order of the file
 * @param gateways the ids of exclusive gateways, which take one of their outgoing flows
 * @param joins the ids of parallel gateways, which wait for all their incoming flows
 * @param catches the ids of intermediate catch events, at which a process waits
 * @param publishing the id of the service task that publishes; tasks behind it open once the edition is published; null if there is none
 */
record SequenceFlows(
        List<Flow> all,
        Set<String> gateways,
        Set<String> joins,
        Set<String> catches,
        @Nullable String publishing) {
    /** @param condition the expression of a conditional flow; null for any other flow */
    record Flow(String from, String to, @Nullable String condition) {}

    static final SequenceFlows NONE = new SequenceFlows(List.of(), Set.of(), Set.of(), Set.of(), null);

    /** The user tasks that are open for the edition according to its log: the entry that opened each, by BPMN id. */
    Map<String, LogEntry> openTasks(Edition edition, String drafting, Collection<String> tasks) {
        return switch (edition.state()) {
            case DRAFT -> Map.of(drafting, draftedSince(edition));
            case IN_REVIEW, APPROVED, SCHEDULED -> openUnderReview(edition, drafting, tasks);
            case PUBLISHED ->
                publishing != null && edition.isReviewDueMarked() && !edition.isRevisionCalled()
                        ? new Walk(edition, tasks, true).from(publishing, "", reviewedSince(edition)).open
                        : Map.of();
            default -> Map.of();
        };
    }

    /** The entry since which the edition is a draft; for an edition that is none any more, the last such entry. */
    static LogEntry draftedSince(Edition edition) {
        return last(edition, Set.of(Kind.OPENED, Kind.CHANGES_REQUESTED));
    }

    private static LogEntry reviewedSince(Edition edition) {
        return last(edition, Set.of(Kind.REVIEW_DUE, Kind.REVISION_DROPPED));
    }

    private static LogEntry last(Edition edition, Set<Kind> kinds) {
        return edition.log().reversed().stream()
                .filter(entry -> kinds.contains(entry.kind()))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, LogEntry> openUnderReview(Edition edition, String drafting, Collection<String> tasks) {
        var submitted = edition.submissionEntry().orElseThrow();
        var walk = new Walk(edition, tasks, false).from(drafting, "", submitted);
        edition.decisionsInForce().stream()
                .filter(entry ->
                        entry.seq() > submitted.seq() && entry.task() != null && walk.open.remove(entry.task()) != null)
                .forEach(entry -> walk.from(String.valueOf(entry.task()), String.valueOf(entry.outcome()), entry));
        edition.reopened().ifPresent(reopened -> walk.open.replaceAll((task, by) -> later(by, reopened)));
        return walk.open;
    }

    /** The later of two entries of a log. */
    static LogEntry later(LogEntry one, LogEntry other) {
        return one.seq() < other.seq() ? other : one;
    }

    /** Follows the flows from a task to the tasks that open next. */
    private final class Walk {
        private final Map<String, LogEntry> open = new LinkedHashMap<>();
        /** How many incoming flows have arrived at each parallel gateway. */
        private final Map<String, Integer> arrived = new HashMap<>();

        private final Edition edition;
        private final Collection<String> tasks;
        /** Whether the walk continues at intermediate catch events and at the publication; otherwise it ends there. */
        private final boolean passesEvents;

        Walk(Edition edition, Collection<String> tasks, boolean passesEvents) {
            this.edition = edition;
            this.tasks = tasks;
            this.passesEvents = passesEvents;
        }

        /** @param by the entry that the walk follows */
        Walk from(String at, String outcome, LogEntry by) {
            var outgoing = all.stream().filter(flow -> flow.from().equals(at)).toList();
            if (gateways.contains(at))
                outgoing.stream()
                        .filter(flow -> flow.condition() != null && isTrue(flow.condition(), outcome))
                        .findFirst()
                        .or(() -> outgoing.stream()
                                .filter(flow -> flow.condition() == null)
                                .findFirst())
                        .ifPresent(flow -> arrive(flow.to(), outcome, by));
            else outgoing.forEach(flow -> arrive(flow.to(), outcome, by));
            return this;
        }

        private void arrive(String at, String outcome, LogEntry by) {
            if (tasks.contains(at)) open.putIfAbsent(at, by);
            else if (!passesEvents && (catches.contains(at) || at.equals(publishing))) return;
            else if (!joins.contains(at) || arrived.merge(at, 1, Integer::sum) == incoming(at)) from(at, outcome, by);
        }

        private long incoming(String at) {
            return all.stream().filter(flow -> flow.to().equals(at)).count();
        }

        private boolean isTrue(String condition, String outcome) {
            if (condition.contains("approvalsMissing"))
                return condition.contains(">") == edition.approvalsMissing() > 0;
            if (condition.startsWith("${schedule ")) return false;
            return condition.contains("'" + outcome + "'");
        }
    }
}
