// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static dev.imprimatur.review.ServiceTasks.PUBLISH_AT;
import static dev.imprimatur.review.ServiceTasks.UNPUBLISH_AT;

import dev.imprimatur.history.Decision.Effect;
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
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The elements of a workflow file and the flows between them, as they are collected while the file is read, and the rules for them. */
final class WorkflowGraph {
    /** The step that publishes; a file names it in a service task. */
    private static final String PUBLISH = "publish";

    private static final String STAMP = "stamp";
    private static final String RESTAMP = "restamp";
    private static final String OPEN_NEXT_EDITION = "openNextEdition";
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

    /** The process variable that each timer waits for, by the id of its event. */
    private final Map<String, String> timers = new LinkedHashMap<>();
    /** The process variable that each due date names, by the id of the task. */
    private final Map<String, String> dues = new LinkedHashMap<>();
    /** The names of the messages, by their ids. */
    private final Map<String, String> messages = new HashMap<>();
    /** The ids of the messages that events wait for, by the id of the event. */
    private final Map<String, String> receivers = new HashMap<>();

    private final List<SequenceFlows.Flow> flows = new ArrayList<>();
    private final Set<String> starts = new HashSet<>();
    /** The end events of each sub-process, by its id. */
    private final Map<String, List<String>> ends = new HashMap<>();

    private final Set<String> gateways = new HashSet<>();
    /** The default flow of each exclusive gateway; empty if it names none. */
    private final Map<String, String> defaults = new LinkedHashMap<>();
    /** The ids of the flows, in the order of {@link #flows}. */
    private final List<String> flowIds = new ArrayList<>();

    private final Set<String> joins = new HashSet<>();
    /** The fields that conditions ask for, whether they are changed. */
    private final Set<String> changedFields = new TreeSet<>();
    /** The sub-process of each user task, by the id of the task; the process itself has the empty id. */
    private final Map<String, String> containers = new HashMap<>();
    /** The end events that end a sub-process at once, and the id of the sub-process. */
    private final Map<String, String> terminating = new HashMap<>();

    private boolean asksForMoreApprovals;

    /** @param container the id of the sub-process that the task is in; empty for the process itself */
    void addTask(Step task, String container) {
        tasks.put(task.id(), task);
        containers.put(task.id(), container);
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

    /** @param otherwise the id of the flow that is taken if no condition is true; empty if none is named */
    void addExclusiveGateway(String id, String otherwise) {
        gateways.add(id);
        defaults.put(id, otherwise);
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

    /** @param variable the process variable with the instant that the timer of the event waits for */
    void addTimer(String event, String variable) {
        timers.put(event, variable);
    }

    /** @param variable the process variable with the instant until which the task is due */
    void addDue(String task, String variable) {
        dues.put(task, variable);
    }

    void addMessage(String id, String name) {
        messages.put(id, name);
    }

    /** @param message the id of the message that the event waits for */
    void addReceiver(String event, String message) {
        receivers.put(event, message);
    }

    /** @param container the id of the sub-process that the event starts; empty for the process itself */
    void addStartEvent(String id, String container) {
        starts.add(id);
        addFlow("", container, id);
    }

    /** @param container the id of the sub-process that the event ends; empty for the process itself */
    void addEndEvent(String id, String container) {
        ends.computeIfAbsent(container, none -> new ArrayList<>()).add(id);
    }

    /** @param event the end event, which ends all that goes on in the container */
    void addTerminating(String event, String container) {
        terminating.put(event, container);
    }

    void addFlow(String id, String from, String to) {
        flowIds.add(id);
        connect(from, to);
        flows.add(new SequenceFlows.Flow(from, to, null));
    }

    /**
     * Sets the condition of the flow that was added last.
     *
     * @param outcome the outcome that the condition asks for; null if it asks for something else
     * @param changed the field that the condition asks for, whether it is changed; null if it asks for something else
     */
    void setCondition(String expression, @Nullable String outcome, @Nullable String changed) {
        if (changed != null) changedFields.add(changed);
        else if (outcome != null) outcomesInConditions.add(outcome);
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
                        terminating.entrySet().stream()
                                .collect(Collectors.toMap(
                                        Map.Entry::getKey,
                                        it -> containers.entrySet().stream()
                                                .filter(task -> task.getValue().equals(it.getValue()))
                                                .map(Map.Entry::getKey)
                                                .collect(Collectors.toSet()))),
                        services.entrySet().stream()
                                .filter(service -> service.getValue().equals(PUBLISH))
                                .map(Map.Entry::getKey)
                                .findFirst()
                                .orElse(null)),
                restsAt(),
                Set.copyOf(timers.values()),
                changedFields,
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

    /** The ids of all elements that a diagram shows. */
    Set<String> ids() {
        var ids = new TreeSet<String>(elements());
        flowIds.stream().filter(id -> !id.isEmpty()).forEach(ids::add);
        return ids;
    }

    /** The ids of all elements that flows connect. */
    private Set<String> elements() {
        var ids = new TreeSet<String>();
        ids.addAll(tasks.keySet());
        ids.addAll(services.keySet());
        ids.addAll(gateways);
        ids.addAll(joins);
        ids.addAll(catchEvents);
        ids.addAll(boundaryEvents.keySet());
        ids.addAll(starts);
        ends.forEach((container, events) -> {
            if (!container.isEmpty()) ids.add(container);
            ids.addAll(events);
        });
        return ids;
    }

    /** The further rules for a workflow that somebody uploads, in words. */
    List<String> uploadFaults() {
        var faults = new ArrayList<String>();
        var drafts = tasks.values().stream().filter(Step::isDrafting).toList();
        drafts.stream()
                .skip(1)
                .forEach(task -> faults.add("<userTask id=\"" + task.id()
                        + "\"> has no outcomes. Only one task has none, in which an edition is written: “"
                        + drafts.getFirst().id() + "”"));
        elements().stream()
                .filter(id -> !ends.values().stream().anyMatch(all -> all.contains(id)))
                .filter(id -> flows.stream().noneMatch(flow -> flow.from().equals(id) && !starts.contains(flow.to())))
                .filter(id -> !boundaryEvents.containsKey(id)
                        || next.getOrDefault(id, Set.of()).isEmpty())
                .filter(id -> !isOnlyLeftByBoundaryEvents(id))
                .forEach(id -> faults.add("“" + id + "” leads nowhere; let a flow lead on, or to an end event"));
        var reached = reachable("", at -> false);
        elements().stream()
                .filter(id -> !reached.contains(id))
                .forEach(id -> faults.add("“" + id + "” is never reached from the start"));
        elements().stream()
                .filter(id -> reached.contains(id))
                .filter(id -> reachable(id, at -> false).stream()
                        .noneMatch(at -> ends.values().stream().anyMatch(all -> all.contains(at))))
                .forEach(id -> faults.add("“" + id + "” leads to no end event"));
        defaults.forEach((gateway, otherwise) -> {
            var outgoing = new ArrayList<Integer>();
            for (int i = 0; i < flows.size(); i++) if (flows.get(i).from().equals(gateway)) outgoing.add(i);
            if (outgoing.size() < 2) return;
            if (outgoing.stream().noneMatch(i -> flowIds.get(i).equals(otherwise)))
                faults.add("<exclusiveGateway id=\"" + gateway
                        + "\"> needs a default flow, which is taken if no condition is true");
            outgoing.stream()
                    .filter(i ->
                            (flows.get(i).condition() == null) != flowIds.get(i).equals(otherwise))
                    .forEach(i -> faults.add("<sequenceFlow id=\"" + flowIds.get(i) + "\"> "
                            + (flowIds.get(i).equals(otherwise)
                                    ? "is the default flow, so it has no condition"
                                    : "needs a condition, or is the default flow of its gateway")));
        });
        flows.stream()
                .filter(flow -> flow.condition() != null && !gateways.contains(flow.from()))
                .forEach(flow -> faults.add("<sequenceFlow id=\"" + flowIds.get(flows.indexOf(flow))
                        + "\"> has a condition, so it begins at an exclusive gateway"));
        if (!services.containsValue(PUBLISH))
            faults.add("the workflow never publishes; it needs a service task ${publish}");
        tasks.values()
                .forEach(task -> task.outcomes().forEach(outcome -> {
                    String step = outcome.effect() == Effect.CONFIRM
                            ? RESTAMP
                            : outcome.effect() == Effect.REVISE ? OPEN_NEXT_EDITION : "";
                    if (!step.isEmpty() && behind(task.id()).stream().noneMatch(at -> step.equals(services.get(at))))
                        faults.add("<userTask id=\"" + task.id() + "\">: the outcome “" + outcome.name()
                                + "” must lead to a service task ${" + step + "}");
                }));
        var unstamped = reachable("", at -> STAMP.equals(services.get(at)));
        services.forEach((id, step) -> {
            if (step.equals(PUBLISH) && unstamped.contains(id))
                faults.add("<serviceTask id=\"" + id + "\"> can be reached without a service task ${stamp}");
        });
        undefined(unstamped, faults);
        tasks.values().forEach(task -> {
            String where = "<userTask id=\"" + task.id() + "\">: ";
            if (task.name().isBlank()) faults.add(where + "needs a name, which people read in their inbox");
            if (task.isDrafting() && !task.group().equals("EDITOR"))
                faults.add(where + "an edition is written by editors, so its candidateGroups must be EDITOR");
        });
        return faults;
    }

    /** The due dates, timers and conditions that ask for something which is not known yet where they stand. */
    private void undefined(Set<String> unstamped, List<String> faults) {
        var unpublished = reachable("", at -> PUBLISH.equals(services.get(at)));
        dues.forEach((task, variable) -> {
            if (!variable.equals("reviewDueAt") || unpublished.contains(task))
                faults.add("<userTask id=\"" + task + "\">: "
                        + (unpublished.contains(task)
                                ? "the task opens before the publication, so its dueDate is a duration such as P5D"
                                : "the task opens behind the publication, so its dueDate is ${reviewDueAt}")
                        + ", not ${" + variable + "}");
        });
        var unscheduled = reachableBy(flow -> !"${schedule == 'waiting'}".equals(flow.condition()));
        var unreceived =
                reachable("", at -> LogReplay.UNPUBLISH_SCHEDULED.equals(messages.get(receivers.getOrDefault(at, ""))));
        timers.forEach((event, variable) -> {
            String only = switch (variable) {
                case PUBLISH_AT -> unscheduled.contains(event) ? "behind the condition ${schedule == 'waiting'}" : "";
                case UNPUBLISH_AT ->
                    unreceived.contains(event)
                            ? "behind an event with the message " + LogReplay.UNPUBLISH_SCHEDULED
                            : "";
                default -> unstamped.contains(event) ? "behind a service task ${stamp}" : "";
            };
            if (!only.isEmpty())
                faults.add("“" + event + "” waits for ${" + variable + "}, which is known only " + only);
        });
        announcing.stream()
                .filter(unstamped::contains)
                .forEach(event -> faults.add("“" + event + "” waits for ${" + ReviewTimes.VARIABLE
                        + "}, which is known only behind a service task ${stamp}"));
        var undecided = reachableWithout(at -> isTask(at, false));
        var unsubmitted = reachableWithout(at -> isTask(at, true));
        for (int i = 0; i < flows.size(); i++) {
            String condition = Objects.requireNonNullElse(flows.get(i).condition(), "");
            String from = flows.get(i).from();
            String only = condition.contains("schedule") && unstamped.contains(from)
                    ? "behind a service task ${stamp}"
                    : (condition.contains("outcome") || condition.contains("approvalsMissing"))
                                    && undecided.contains(from)
                            ? "behind a task with outcomes"
                            : condition.contains("Changed}") && unsubmitted.contains(from)
                                    ? "behind the task in which an edition is written"
                                    : "";
            if (!only.isEmpty())
                faults.add("<sequenceFlow id=\"" + flowIds.get(i) + "\"> asks for " + condition
                        + ", which is known only " + only);
        }
    }

    /** All elements that can be reached from the start by these flows alone. */
    private Set<String> reachableBy(Predicate<SequenceFlows.Flow> isTaken) {
        var seen = new HashSet<String>(Set.of(""));
        for (int before = 0; before < seen.size(); ) {
            before = seen.size();
            flows.stream()
                    .filter(flow -> seen.contains(flow.from()) && isTaken.test(flow))
                    .forEach(flow -> seen.add(flow.to()));
            boundaryEvents.forEach((event, activity) -> {
                if (seen.contains(activity)) seen.add(event);
            });
        }
        return seen;
    }

    /** All elements behind an element, also those behind the sub-processes around it. */
    private Set<String> behind(String from) {
        var ways = throughSubProcesses();
        var seen = new HashSet<String>(Set.of(from));
        for (int before = 0; before < seen.size(); ) {
            before = seen.size();
            ways.stream().filter(flow -> seen.contains(flow.from())).forEach(flow -> seen.add(flow.to()));
        }
        return seen;
    }

    private boolean isOnlyLeftByBoundaryEvents(String id) {
        return ends.containsKey(id) && boundaryEvents.containsValue(id);
    }

    /** The elements that follow each other in a circle in which nobody and nothing is waited for, so that it would never end. */
    private Set<String> endless() {
        var ways = throughSubProcesses();
        var left = new HashSet<String>();
        ways.forEach(flow -> left.addAll(List.of(flow.from(), flow.to())));
        left.removeAll(tasks.keySet());
        left.removeAll(catchEvents);
        left.removeAll(boundaryEvents.keySet());
        boolean removes = true;
        while (removes) {
            removes = left.removeIf(at ->
                    ways.stream().noneMatch(flow -> flow.from().equals(at) && left.contains(flow.to()))
                            || ways.stream().noneMatch(flow -> flow.to().equals(at) && left.contains(flow.from()))
                            // such a gateway waits if one of its flows comes from somewhere that waits
                            || joins.contains(at)
                                    && !ways.stream()
                                            .filter(flow -> flow.to().equals(at))
                                            .allMatch(flow -> left.contains(flow.from())));
        }
        return left;
    }

    /** The rules that the elements break together, in words. */
    List<String> faults() {
        var faults = new ArrayList<String>();
        var known = elements();
        for (int i = 0; i < flows.size(); i++) {
            var flow = flows.get(i);
            if (!flowIds.get(i).isEmpty() && (!known.contains(flow.from()) || !known.contains(flow.to())))
                faults.add("<sequenceFlow id=\"" + flowIds.get(i) + "\"> leads from “" + flow.from() + "” to “"
                        + flow.to() + "”, and one of them does not exist");
        }
        boundaryEvents.forEach((event, activity) -> {
            if (!known.contains(activity))
                faults.add(
                        "<boundaryEvent id=\"" + event + "\"> is attached to “" + activity + "”, which does not exist");
        });
        if (!faults.isEmpty()) return faults;
        endless().stream()
                .sorted()
                .findFirst()
                .ifPresent(
                        at -> faults.add(
                                "“" + at
                                        + "” is in a circle of flows without a task or an event that waits; such a circle would never end"));
        if (!faults.isEmpty()) return faults;
        terminating.forEach((event, container) -> {
            if (container.isEmpty())
                faults.add(
                        "<endEvent id=\"" + event
                                + "\">: a terminateEventDefinition is allowed in a sub-process only, because it ends all that goes on around it");
        });
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
            if (reachableWithoutApproval().contains(id))
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
        if (timers.containsValue(timer) && !messages.containsValue(message))
            faults.add("a timer waits for ${" + timer + "}, so an event must receive the message “" + message
                    + "”, which tells the process that the schedule has changed");
    }

    private boolean isTask(String at, boolean drafting) {
        var step = tasks.get(at);
        return step != null && step.isDrafting() == drafting;
    }

    private boolean canApprove(String at) {
        var step = tasks.get(at);
        return step != null && step.outcomes().stream().anyMatch(Outcome::approves);
    }

    /** All elements that a process can reach without an approval. */
    private Set<String> reachableWithoutApproval() {
        return reachableWithout(this::canApprove);
    }

    /**
     * All elements that a process can reach before it has passed an element at which the walk ends. A sub-process is left behind its end events and at its boundary events, and
     * a parallel gateway is passed once all its incoming flows have arrived.
     */
    private Set<String> reachableWithout(Predicate<String> isEnd) {
        var ways = throughSubProcesses();
        var seen = new HashSet<String>(Set.of(""));
        for (int before = 0; before < seen.size(); ) {
            before = seen.size();
            for (var flow : ways)
                if (isPassed(flow.from(), seen, isEnd)
                        && (!joins.contains(flow.to())
                                || ways.stream()
                                        .filter(it -> it.to().equals(flow.to()))
                                        .allMatch(it -> isPassed(it.from(), seen, isEnd)))) seen.add(flow.to());
            boundaryEvents.forEach((event, activity) -> {
                if (seen.contains(activity) && !durations.containsKey(event) && !announcing.contains(event))
                    seen.add(event);
            });
        }
        return seen;
    }

    private static boolean isPassed(String at, Set<String> seen, Predicate<String> isEnd) {
        return seen.contains(at) && !isEnd.test(at);
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
