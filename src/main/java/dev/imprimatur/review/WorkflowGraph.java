// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static dev.imprimatur.review.ServiceTasks.PUBLISH_AT;
import static dev.imprimatur.review.ServiceTasks.UNPUBLISH_AT;

import dev.imprimatur.review.Workflow.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The elements of a workflow file and the flows between them, as they are collected while the file is read, and the rules for them. */
final class WorkflowGraph {
    /** The step that publishes; a file names it in a service task. */
    private static final String PUBLISH = "publish";
    /** The steps that tell people something. Each follows a timer of its own. */
    static final String REMIND = "remind";

    static final String ESCALATE = "escalate";
    static final String ANNOUNCE = "announceReview";

    private final Map<String, Step> tasks = new LinkedHashMap<>();
    /** The step that each service task names, by the id of the task. */
    private final Map<String, String> services = new HashMap<>();
    /** The ids of the elements that follow an element, by its id. The process itself has the empty id. */
    private final Map<String, Set<String>> next = new HashMap<>();
    /** The outcomes that conditions ask for. */
    private final Set<String> outcomesInConditions = new HashSet<>();

    private final Set<String> catchEvents = new HashSet<>();
    /** The boundary events, and the activity that each is attached to. */
    private final Map<String, String> boundaryEvents = new LinkedHashMap<>();
    /** The boundary events that do not end the activity that they are attached to. */
    private final Set<String> nonInterrupting = new HashSet<>();
    /** The durations of boundary events. */
    private final Map<String, Duration> durations = new LinkedHashMap<>();
    /** The boundary events that repeat for each announcement of a review. */
    private final Set<String> announcing = new HashSet<>();
    /** The roles that service tasks tell something, by the id of the task. */
    private final Map<String, String> told = new HashMap<>();

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

    /** @param group the role that the step tells something; empty if none is named */
    void addServiceTask(String id, String step, String group) {
        services.put(id, step);
        if (!group.isEmpty()) told.put(id, group);
    }

    /** @param event the id of the boundary event with a timer that waits as long as its activity takes */
    void addDuration(String event, Duration duration) {
        durations.put(event, duration);
    }

    /** @param event the id of the boundary event with a timer that repeats for each announcement */
    void addAnnouncing(String event) {
        announcing.add(event);
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

    void addBoundaryEvent(String id, String attachedTo, boolean isInterrupting) {
        boundaryEvents.put(id, attachedTo);
        if (!isInterrupting) nonInterrupting.add(id);
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
                timers,
                taskTimers(),
                announcing.stream()
                        .findFirst()
                        .map(event -> new Workflow.Announcement(event, groupOf(stepBehind(event))))
                        .orElse(null));
    }

    private List<TaskTimer> taskTimers() {
        return durations.entrySet().stream()
                .map(it -> {
                    String task = String.valueOf(boundaryEvents.get(it.getKey()));
                    String step = stepBehind(it.getKey());
                    boolean escalates = ESCALATE.equals(services.get(step));
                    return new TaskTimer(
                            it.getKey(),
                            task,
                            it.getValue(),
                            step,
                            escalates,
                            escalates
                                    ? groupOf(step)
                                    : Objects.requireNonNull(tasks.get(task), "checked")
                                            .group());
                })
                .toList();
    }

    private String groupOf(String service) {
        return told.getOrDefault(service, "");
    }

    /** The id of the only element that follows an element; empty if there is none or more than one. */
    private String stepBehind(String event) {
        var behind = next.getOrDefault(event, Set.of());
        return behind.size() == 1 ? behind.iterator().next() : "";
    }

    /**
     * Where a process rests after its publication until an event: at these catch events, and in the sub-processes around them. Empty if
     * the file does not publish, or if a user task can follow the publication without such an event.
     */
    private Set<String> restsAt() {
        var behind = services.entrySet().stream()
                .filter(service -> service.getValue().equals(PUBLISH))
                .flatMap(service ->
                        reachable(service.getKey(), at -> catchEvents.contains(at) || boundaryEvents.containsKey(at))
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
                .filter(Step::vouches)
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
        tasks.values().stream()
                .filter(task -> task.within() != null && isBehindPublication(task.id()))
                .forEach(task -> faults.add("<userTask id=\"" + task.id()
                        + "\">: the task opens behind the publication, so its dueDate is ${reviewDueAt}"));
        durations.keySet().forEach(event -> taskTimer(event, faults));
        announcing.forEach(event -> announcement(event, faults));
        services.forEach((id, step) -> telling(id, step, faults));
        return faults;
    }

    private void taskTimer(String event, List<String> faults) {
        String where = "<boundaryEvent id=\"" + event + "\">: ";
        var task = tasks.get(String.valueOf(boundaryEvents.get(event)));
        if (task == null || !nonInterrupting.contains(event))
            faults.add(where + "a timer with a duration is attached to a user task, with cancelActivity=\"false\"");
        else if (isBehindPublication(task.id()))
            faults.add(
                    where + "the task “" + task.id()
                            + "” opens behind the publication, so it is due when the review is; use ${reviewAnnouncements} on the sub-process around it");
        if (!Set.of(REMIND, ESCALATE).contains(services.getOrDefault(stepBehind(event), "")))
            faults.add(where
                    + "a timer with a duration leads to a service task ${remind} or ${escalate}, and to nothing else");
        else if (task != null && task.group().equals(told.get(stepBehind(event))))
            faults.add(where + "the task “" + task.id() + "” is for the role " + task.group()
                    + " already, so it cannot be passed on to it");
    }

    private void announcement(String event, List<String> faults) {
        String where = "<boundaryEvent id=\"" + event + "\">: ";
        if (!nonInterrupting.contains(event) || tasks.containsKey(String.valueOf(boundaryEvents.get(event))))
            faults.add(where
                    + "the timer ${reviewAnnouncements} is attached to a sub-process, with cancelActivity=\"false\"");
        if (!ANNOUNCE.equals(services.get(stepBehind(event))))
            faults.add(
                    where
                            + "the timer ${reviewAnnouncements} leads to a service task ${announceReview}, and to nothing else");
        if (announcing.size() > 1) faults.add(where + "a file has at most one timer ${reviewAnnouncements}");
    }

    /** A step that tells people something follows a timer for it, and nothing but an end follows the step. */
    private void telling(String id, String step, List<String> faults) {
        if (!Set.of(REMIND, ESCALATE, ANNOUNCE).contains(step)) return;
        String where = "<serviceTask id=\"" + id + "\">: ";
        var timersOfKind = step.equals(ANNOUNCE) ? announcing : durations.keySet();
        boolean follows = next.entrySet().stream()
                .filter(flow -> flow.getValue().contains(id))
                .allMatch(flow -> timersOfKind.contains(flow.getKey()));
        if (!follows)
            faults.add(where + "only timers with "
                    + (step.equals(ANNOUNCE) ? "${reviewAnnouncements}" : "a duration on a user task") + " lead to ${"
                    + step + "}");
        if (ends.values().stream().noneMatch(all -> all.contains(stepBehind(id))))
            faults.add(where + "an end event follows ${" + step + "}, and nothing else");
        if (step.equals(REMIND) == told.containsKey(id))
            faults.add(where
                    + (step.equals(REMIND)
                            ? "${remind} tells the role of the task, so it has no imprimatur:group"
                            : "needs imprimatur:group, the role that is told"));
    }

    private boolean isBehindPublication(String task) {
        return services.entrySet().stream()
                .filter(service -> service.getValue().equals(PUBLISH))
                .anyMatch(service -> reachable(service.getKey(), at -> false).contains(task));
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
