// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
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

    /** The BPMN ids of the user tasks that are open for the edition according to its log. */
    Set<String> openTasks(Edition edition, String drafting, Collection<String> tasks) {
        return switch (edition.state()) {
            case DRAFT -> Set.of(drafting);
            case IN_REVIEW, APPROVED, SCHEDULED -> openUnderReview(edition, drafting, tasks);
            case PUBLISHED ->
                publishing != null && edition.isReviewDueMarked() && !edition.isRevisionCalled()
                        ? new Walk(edition, tasks, true).from(publishing, "").open
                        : Set.of();
            default -> Set.of();
        };
    }

    private Set<String> openUnderReview(Edition edition, String drafting, Collection<String> tasks) {
        int submitted = edition.submissionEntry().orElseThrow().seq();
        var walk = new Walk(edition, tasks, false).from(drafting, "");
        edition.decisionsInForce().stream()
                .filter(entry -> entry.seq() > submitted && entry.task() != null && walk.open.remove(entry.task()))
                .forEach(entry -> walk.from(String.valueOf(entry.task()), String.valueOf(entry.outcome())));
        return walk.open;
    }

    /** Follows the flows from a task to the tasks that open next. */
    private final class Walk {
        private final Set<String> open = new LinkedHashSet<>();
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

        Walk from(String at, String outcome) {
            var outgoing = all.stream().filter(flow -> flow.from().equals(at)).toList();
            if (gateways.contains(at))
                outgoing.stream()
                        .filter(flow -> flow.condition() != null && isTrue(flow.condition(), outcome))
                        .findFirst()
                        .or(() -> outgoing.stream()
                                .filter(flow -> flow.condition() == null)
                                .findFirst())
                        .ifPresent(flow -> arrive(flow.to(), outcome));
            else outgoing.forEach(flow -> arrive(flow.to(), outcome));
            return this;
        }

        private void arrive(String at, String outcome) {
            if (tasks.contains(at)) open.add(at);
            else if (!passesEvents && (catches.contains(at) || at.equals(publishing))) return;
            else if (!joins.contains(at) || arrived.merge(at, 1, Integer::sum) == incoming(at)) from(at, outcome);
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
