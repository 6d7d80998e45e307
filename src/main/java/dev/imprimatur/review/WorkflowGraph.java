// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static dev.imprimatur.review.ServiceTasks.PUBLISH_AT;
import static dev.imprimatur.review.ServiceTasks.UNPUBLISH_AT;

import dev.imprimatur.review.Workflow.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The elements of a workflow file and the flows between them, as they are collected while the file is read, and the rules for them. */
final class WorkflowGraph {
    /** The step that publishes; a file names it in a service task. */
    private static final String PUBLISH = "publish";

    private final Map<String, Step> tasks = new LinkedHashMap<>();
    /** The step that each service task names, by the id of the task. */
    private final Map<String, String> services = new HashMap<>();
    /** The ids of the elements that follow an element, by its id. The process itself has the empty id. */
    private final Map<String, Set<String>> next = new HashMap<>();
    /** The outcomes that conditions ask for. */
    private final Set<String> outcomesInConditions = new HashSet<>();

    private final Set<String> catchEvents = new HashSet<>();
    private final Set<String> boundaryEvents = new HashSet<>();
    private final Set<String> timers = new HashSet<>();
    private final Set<String> messages = new HashSet<>();
    private final List<SequenceFlows.Flow> flows = new ArrayList<>();
    private final Set<String> starts = new HashSet<>();
    /** The end events of each sub-process, by its id. */
    private final Map<String, List<String>> ends = new HashMap<>();

    private final Set<String> gateways = new HashSet<>();
    private final Set<String> joins = new HashSet<>();
    private boolean asksForMoreApprovals;

    void addTask(Step task) {
        tasks.put(task.id(), task);
    }

    void addServiceTask(String id, String step) {
        services.put(id, step);
    }

    void addExclusiveGateway(String id) {
        gateways.add(id);
    }

    void addParallelGateway(String id) {
        joins.add(id);
    }

    void addCatchEvent(String id) {
        catchEvents.add(id);
    }

    void addBoundaryEvent(String id, String attachedTo) {
        boundaryEvents.add(id);
        connect(attachedTo, id);
    }

    /** @param variable the process variable with the instant that the timer waits for */
    void addTimer(String variable) {
        timers.add(variable);
    }

    void addMessage(String name) {
        messages.add(name);
    }

    /** @param container the id of the sub-process that the event starts; empty for the process itself */
    void addStartEvent(String id, String container) {
        starts.add(id);
        addFlow(container, id);
    }

    /** @param container the id of the sub-process that the event ends; empty for the process itself */
    void addEndEvent(String id, String container) {
        ends.computeIfAbsent(container, none -> new ArrayList<>()).add(id);
    }

    void addFlow(String from, String to) {
        connect(from, to);
        flows.add(new SequenceFlows.Flow(from, to, null));
    }

    /**
     * Sets the condition of the flow that was added last.
     *
     * @param outcome the outcome that the condition asks for; null if it asks for something else
     */
    void setCondition(String expression, @Nullable String outcome) {
        if (outcome != null) outcomesInConditions.add(outcome);
        else if (expression.contains("approvalsMissing")) asksForMoreApprovals = true;
        if (flows.isEmpty()) return;
        var flow = flows.removeLast();
        flows.add(new SequenceFlows.Flow(flow.from(), flow.to(), expression));
    }

    private void connect(String from, String to) {
        next.computeIfAbsent(from, none -> new HashSet<>()).add(to);
    }

    /** The workflow with this BPMN id. */
    Workflow workflow(String id) {
        return new Workflow(
                id,
                tasks.values(),
                asksForMoreApprovals,
                new SequenceFlows(
                        throughSubProcesses(),
                        gateways,
                        joins,
                        catchEvents,
                        services.entrySet().stream()
                                .filter(service -> service.getValue().equals(PUBLISH))
                                .map(Map.Entry::getKey)
                                .findFirst()
                                .orElse(null)),
                restsAt(),
                timers);
    }

    /**
     * Where a process rests after its publication until an event: at these catch events, and in the sub-processes around them. Empty if
     * the file does not publish, or if a user task can follow the publication without such an event.
     */
    private Set<String> restsAt() {
        var behind = services.entrySet().stream()
                .filter(service -> service.getValue().equals(PUBLISH))
                .flatMap(service ->
                        reachable(service.getKey(), at -> catchEvents.contains(at) || boundaryEvents.contains(at))
                                .stream())
                .collect(Collectors.toSet());
        return behind.stream().anyMatch(tasks::containsKey)
                ? Set.of()
                : behind.stream()
                        .filter(at -> catchEvents.contains(at) || ends.containsKey(at))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** The flows of the file, except that a flow that leaves a sub-process starts at each end event of that sub-process. */
    private List<SequenceFlows.Flow> throughSubProcesses() {
        return flows.stream()
                .flatMap(flow -> ends.containsKey(flow.from()) && !starts.contains(flow.to())
                        ? ends.getOrDefault(flow.from(), List.of()).stream()
                                .map(end -> new SequenceFlows.Flow(end, flow.to(), flow.condition()))
                        : Stream.of(flow))
                .toList();
    }

    /** The rules that the elements break together, in words. */
    List<String> faults() {
        var faults = new ArrayList<String>();
        if (tasks.values().stream().noneMatch(Step::isDrafting))
            faults.add("needs a user task without outcomes, in which an edition is written");
        tasks.values().stream()
                .filter(it -> it.outcomes().stream()
                        .anyMatch(outcome -> outcome.effect().vouches()))
                .filter(it -> !it.group().equals("REVIEWER"))
                .forEach(
                        it -> faults.add(
                                "the task “" + it.id()
                                        + "” can approve or confirm, so its candidateGroups must be REVIEWER; the gate counts approvals of reviewers only"));
        var offered = tasks.values().stream()
                .flatMap(it -> it.outcomes().stream())
                .map(Outcome::id)
                .collect(Collectors.toSet());
        outcomesInConditions.stream()
                .filter(outcome -> !offered.contains(outcome))
                .forEach(outcome -> faults.add(
                        "a condition asks for the outcome “" + outcome + "”, which no task offers; the tasks offer "
                                + offered.stream().sorted().collect(Collectors.joining(", "))));
        mustReceive(LogReplay.SCHEDULE_CHANGED, PUBLISH_AT, faults);
        mustReceive(LogReplay.UNPUBLISH_SCHEDULED, UNPUBLISH_AT, faults);
        services.forEach((id, step) -> {
            if (!step.equals(PUBLISH)) return;
            if (reachable("", this::canApprove).contains(id))
                faults.add("<serviceTask id=\"" + id + "\"> can be reached without an approval");
            if (reachable(id, at -> false).stream().noneMatch(at -> tasks.containsKey(at) || catchEvents.contains(at)))
                faults.add(
                        "<serviceTask id=\"" + id
                                + "\"> needs a task or an event behind it; the process must run as long as its edition is published");
        });
        return faults;
    }

    private void mustReceive(String message, String timer, List<String> faults) {
        if (timers.contains(timer) && !messages.contains(message))
            faults.add("a timer waits for ${" + timer + "}, so an event must receive the message “" + message
                    + "”, which tells the process that the schedule has changed");
    }

    private boolean canApprove(String at) {
        var step = tasks.get(at);
        return step != null && step.outcomes().stream().anyMatch(Outcome::approves);
    }

    /** All elements that can be reached from an element, without passing an element at which the walk ends. */
    private Set<String> reachable(String from, Predicate<String> isEnd) {
        var seen = new HashSet<String>();
        var unvisited = new ArrayDeque<>(List.of(from));
        while (!unvisited.isEmpty()) {
            String at = unvisited.pop();
            if (seen.add(at) && !isEnd.test(at)) unvisited.addAll(next.getOrDefault(at, Set.of()));
        }
        return seen;
    }
}
