// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.LogEntry.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sequence flows of a workflow file. They determine which tasks are open according to an edition log.
 *
 * @param all the flows in the order of the file
 * @param gateways the ids of exclusive gateways, which take one of their outgoing flows
 * @param joins the ids of parallel gateways, which wait for all their incoming flows
 * @param catches the ids of intermediate catch events, at which a process waits
 * @param terminating the ids of the end events that end a sub-process at once, and the user tasks of that sub-process
 * @param publishing the id of the service task that publishes; tasks behind it open once the edition is published; null if there is none
 */
record SequenceFlows(
        List<Flow> all,
        Set<String> gateways,
        Set<String> joins,
        Set<String> catches,
        Map<String, Set<String>> terminating,
        @Nullable String publishing) {
    /** At how many elements a walk may arrive. A file whose flows multiply exceeds it. */
    private static final int MOST_ARRIVALS = 10_000;

    /** @param condition the expression of a conditional flow; null for any other flow */
    record Flow(String from, String to, @Nullable String condition) {}

    /** The user tasks that are open for the edition according to its log: the entry that opened each, by BPMN id. */
    Map<String, LogEntry> openTasks(
            Edition edition, String drafting, Collection<String> tasks, Predicate<String> isChanged) {
        return switch (edition.state()) {
            case DRAFT -> Map.of(drafting, draftedSince(edition));
            case IN_REVIEW, APPROVED, SCHEDULED -> {
                var walk = underReview(edition, drafting, tasks, isTrue(edition, isChanged));
                edition.reopened().ifPresent(reopened -> walk.open.replaceAll((task, by) -> later(by, reopened)));
                walk.open.replaceAll(edition::timedFrom);
                yield walk.open;
            }
            case PUBLISHED ->
                publishing != null && edition.isReviewDueMarked() && !edition.isRevisionCalled()
                        ? new Walk<LogEntry>(tasks, true, isTrue(edition, isChanged))
                                .from(publishing, "", reviewedSince(edition))
                                .open
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

    /** Whether nothing but the publication, or its instant, is ahead of the edition. */
    boolean isAtPublication(Edition edition, String drafting, Collection<String> tasks, Predicate<String> isChanged) {
        var walk = underReview(edition, drafting, tasks, isTrue(edition, isChanged));
        return walk.publishes && walk.open.isEmpty();
    }

    /** What is wrong with the flows at the position of the edition, in words; null if nothing is. */
    @Nullable
    String hazard(Edition edition, String drafting, Collection<String> tasks, Predicate<String> isChanged) {
        var walk = underReview(edition, drafting, tasks, isTrue(edition, isChanged));
        if (walk.doubled != null)
            return "two flows arrive at the same time at <userTask id=\"" + walk.doubled
                    + "\">; let them meet at a parallel gateway first";
        return walk.publishes && !walk.open.isEmpty()
                ? "the edition is published while a task is still open, <userTask id=\""
                        + walk.open.keySet().iterator().next()
                        + "\">; let both meet at a parallel gateway first"
                : null;
    }

    /** Whether the flows behind a request for changes lead to the draft, and to nothing else. */
    boolean leadsBack(
            Edition edition,
            String task,
            String outcome,
            String drafting,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        var walk = underReview(edition, drafting, tasks, isTrue(edition, isChanged));
        var by = walk.open.remove(task);
        if (by != null) walk.from(task, outcome, by);
        return !walk.publishes && walk.open.keySet().equals(Set.of(drafting));
    }

    private Walk<LogEntry> underReview(
            Edition edition, String drafting, Collection<String> tasks, BiPredicate<String, String> isTrue) {
        var submitted = edition.submissionEntry().orElseThrow();
        var walk = new Walk<LogEntry>(tasks, false, isTrue).from(drafting, "", submitted);
        edition.decisionsInForce().stream()
                .filter(entry ->
                        entry.seq() > submitted.seq() && entry.task() != null && walk.open.remove(entry.task()) != null)
                .forEach(entry -> walk.from(String.valueOf(entry.task()), String.valueOf(entry.outcome()), entry));
        return walk;
    }

    /**
     * The number of approvals that the file itself asks for on the way to the publication if everybody is content.
     *
     * @param usual the outcome with which somebody who is content completes a task; null if there is none
     * @param approves whether that outcome is an approval
     */
    int approvalsAhead(
            String drafting,
            Function<String, @Nullable String> usual,
            Predicate<String> approves,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        return ahead(new Walk<>(tasks, false, enough(isChanged)).from(drafting, "", drafting), usual, approves);
    }

    /** Likewise, of those that follow a decision which is about to be taken. */
    int approvalsAfter(
            Edition edition,
            String task,
            String outcome,
            String drafting,
            Function<String, @Nullable String> usual,
            Predicate<String> approves,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        var walk = underReview(edition, drafting, tasks, enough(isChanged));
        var by = walk.open.remove(task);
        if (by != null) walk.from(task, outcome, by);
        return ahead(walk, usual, approves);
    }

    /**
     * Those of the decisions on the submitted revision that these flows take, in the order in which they take them. A decision on a task to
     * which they do not come is left out.
     *
     * @param decisions in the order of the log
     * @param counts whether a decision counts beside those that were taken before it
     */
    List<LogEntry> carried(
            Edition edition,
            List<LogEntry> decisions,
            BiPredicate<List<LogEntry>, LogEntry> counts,
            String drafting,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        var walk = new Walk<LogEntry>(tasks, false, lacking(isChanged))
                .from(drafting, "", edition.submissionEntry().orElseThrow());
        var left = new ArrayList<>(decisions);
        var carried = new ArrayList<LogEntry>();
        for (; ; ) {
            var next = left.stream()
                    .filter(decision -> walk.open.containsKey(String.valueOf(decision.task())))
                    .filter(decision -> counts.test(carried, decision))
                    .findFirst();
            if (next.isEmpty()) return carried;
            var decision = next.get();
            left.remove(decision);
            walk.open.remove(String.valueOf(decision.task()));
            walk.from(String.valueOf(decision.task()), String.valueOf(decision.outcome()), decision);
            carried.add(decision);
        }
    }

    /** The number of approvals ahead of the edition if everybody is content. */
    int approvalsAhead(
            Edition edition,
            String drafting,
            Function<String, @Nullable String> usual,
            Predicate<String> approves,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        return ahead(underReview(edition, drafting, tasks, enough(isChanged)), usual, approves);
    }

    /**
     * The tasks on the way from the draft to the publication if everybody is content. Empty if that does not lead to the publication, or
     * if one of them is behind it, too.
     */
    Set<String> wayToPublication(
            String drafting,
            Function<String, @Nullable String> usual,
            Collection<String> tasks,
            Predicate<String> isChanged) {
        var walk = new Walk<>(tasks, false, enough(isChanged)).from(drafting, "", drafting);
        var passed = new HashSet<String>();
        while (!walk.open.isEmpty()) {
            String task = walk.open.keySet().iterator().next();
            String outcome = usual.apply(task);
            if (outcome == null || !passed.add(task)) return Set.of();
            walk.from(task, outcome, Objects.requireNonNull(walk.open.remove(task)));
        }
        boolean isPassedForGood =
                publishing != null && walk.publishes && passed.stream().noneMatch(behind(publishing)::contains);
        return isPassedForGood ? passed : Set.of();
    }

    /** The elements to which flows lead from an element. */
    private Set<String> behind(String from) {
        var behind = new HashSet<String>();
        var unvisited = new ArrayDeque<>(List.of(from));
        while (!unvisited.isEmpty()) {
            String at = unvisited.pop();
            all.stream()
                    .filter(flow -> flow.from().equals(at))
                    .map(Flow::to)
                    .filter(behind::add)
                    .forEach(unvisited::add);
        }
        return behind;
    }

    private static <T> int ahead(Walk<T> walk, Function<String, @Nullable String> usual, Predicate<String> approves) {
        int approvals = 0;
        var passed = new HashSet<String>();
        for (; ; ) {
            var next = walk.open.keySet().stream()
                    .filter(task -> !passed.contains(task))
                    .findFirst();
            if (next.isEmpty()) return approvals;
            String task = next.get();
            passed.add(task);
            String outcome = usual.apply(task);
            if (outcome == null) continue;
            if (approves.test(task)) approvals++;
            walk.from(task, outcome, Objects.requireNonNull(walk.open.remove(task)));
        }
    }

    /** The later of two entries of a log. */
    static LogEntry later(LogEntry one, LogEntry other) {
        return one.seq() < other.seq() ? other : one;
    }

    /** Whether a condition is true for the edition, behind a task that was completed with the outcome. */
    private static BiPredicate<String, String> isTrue(Edition edition, Predicate<String> isChanged) {
        return (condition, outcome) -> condition.contains("approvalsMissing")
                ? condition.contains(">") == edition.approvalsMissing() > 0
                : isTrue(condition, outcome, isChanged);
    }

    /** Likewise, as if no approval was missing. */
    private static BiPredicate<String, String> enough(Predicate<String> isChanged) {
        return (condition, outcome) -> condition.contains("approvalsMissing")
                ? !condition.contains(">")
                : isTrue(condition, outcome, isChanged);
    }

    /** Likewise, as if an approval was missing. */
    private static BiPredicate<String, String> lacking(Predicate<String> isChanged) {
        return (condition, outcome) -> condition.contains("approvalsMissing")
                ? condition.contains(">")
                : isTrue(condition, outcome, isChanged);
    }

    private static boolean isTrue(String condition, String outcome, Predicate<String> isChanged) {
        if (condition.startsWith("${schedule ")) return false;
        if (condition.endsWith(ChangedFields.SUFFIX + "}"))
            return isChanged.test(condition.substring(2, condition.length() - ChangedFields.SUFFIX.length() - 1));
        return condition.contains("'" + outcome + "'");
    }

    /**
     * Follows the flows from a task to the tasks that open next.
     *
     * @param <T> what opens a task
     */
    private final class Walk<T> {
        private final Map<String, T> open = new LinkedHashMap<>();
        /** How many incoming flows have arrived at each parallel gateway. */
        private final Map<String, Integer> arrived = new HashMap<>();

        /** Whether the walk came to the publication. */
        private boolean publishes;
        /** A task, or the publication, at which two flows arrived at the same time; null if there is none. */
        private @Nullable String doubled;

        private int arrivals;

        private final Collection<String> tasks;
        /** Whether the walk continues at intermediate catch events and at the publication; otherwise it ends there. */
        private final boolean passesEvents;
        /** Whether a condition is true behind an outcome. */
        private final BiPredicate<String, String> isTrue;

        Walk(Collection<String> tasks, boolean passesEvents, BiPredicate<String, String> isTrue) {
            this.tasks = tasks;
            this.passesEvents = passesEvents;
            this.isTrue = isTrue;
        }

        /** @param by what the walk follows */
        Walk<T> from(String at, String outcome, T by) {
            var outgoing = all.stream().filter(flow -> flow.from().equals(at)).toList();
            if (gateways.contains(at))
                outgoing.stream()
                        .filter(flow -> flow.condition() != null && isTrue.test(flow.condition(), outcome))
                        .findFirst()
                        .or(() -> outgoing.stream()
                                .filter(flow -> flow.condition() == null)
                                .findFirst())
                        .ifPresent(flow -> arrive(flow.to(), outcome, by));
            else outgoing.forEach(flow -> arrive(flow.to(), outcome, by));
            return this;
        }

        private void arrive(String at, String outcome, T by) {
            if (++arrivals > MOST_ARRIVALS)
                throw new IllegalStateException("the flows of a workflow multiply without end at " + at);
            if (at.equals(publishing)) {
                if (publishes) doubled = at;
                publishes = true;
            }
            if (tasks.contains(at)) {
                if (open.putIfAbsent(at, by) != null) doubled = at;
            } else if (!passesEvents && (catches.contains(at) || at.equals(publishing))) return;
            else if (!joins.contains(at)) {
                var ended = terminating.get(at);
                if (ended != null) open.keySet().removeAll(ended);
                from(at, outcome, by);
            } else if (arrived.merge(at, 1, Integer::sum) == incoming(at)) {
                arrived.remove(at);
                from(at, outcome, by);
            }
        }

        private long incoming(String at) {
            return all.stream().filter(flow -> flow.to().equals(at)).count();
        }
    }
}
