// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Decision.Effect;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.review.Workflow.Step;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks a BPMN file before the engine reads it. Allow-lists limit its elements and attributes, the steps that a service task
 * may name, and the expressions of conditions and timers. So no file can run a script, name a class, or reach a bean. A file in which
 * the step {@code publish} can be reached without an approval is refused too, although the gate would refuse that publication anyway.
 */
final class WorkflowFile {
    private static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    private static final String FLOWABLE = "http://flowable.org/bpmn";
    private static final String IMPRIMATUR = "https://imprimatur.dev/bpmn";
    private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
    private static final Set<String> DIAGRAM = Set.of(
            "http://www.omg.org/spec/BPMN/20100524/DI",
            "http://www.omg.org/spec/DD/20100524/DC",
            "http://www.omg.org/spec/DD/20100524/DI");

    private static final Set<String> ELEMENTS = Set.of(
            "definitions",
            "process",
            "documentation",
            "message",
            "startEvent",
            "endEvent",
            "userTask",
            "serviceTask",
            "exclusiveGateway",
            "parallelGateway",
            "subProcess",
            "intermediateCatchEvent",
            "boundaryEvent",
            "timerEventDefinition",
            "timeDate",
            "timeDuration",
            "timeCycle",
            "messageEventDefinition",
            "sequenceFlow",
            "conditionExpression",
            "extensionElements",
            "incoming",
            "outgoing");
    private static final Set<String> ATTRIBUTES = Set.of(
            "id",
            "name",
            "targetNamespace",
            "exporter",
            "exporterVersion",
            "isExecutable",
            "sourceRef",
            "targetRef",
            "default",
            "attachedToRef",
            "cancelActivity",
            "messageRef");
    private static final Set<String> FLOWABLE_ATTRIBUTES = Set.of("candidateGroups", "delegateExpression", "dueDate");
    private static final Set<String> GROUPS = Set.of("EDITOR", "REVIEWER", "PUBLISHER", "ADMIN");
    private static final int LONGEST_MEANING = 200;
    private static final Pattern TIME =
            Pattern.compile("\\$\\{(reviewOpensAt|reviewDueAt|overdueAt|publishAt|unpublishAt)}");
    private static final Pattern CONDITION = Pattern.compile(
            "\\$\\{(?:outcome == '([a-z-]+)'|approvalsMissing (?:>|==) 0|schedule == '(?:waiting|given-up)')}");

    /** The variable with the instants at which a review is announced. */
    private static final String ANNOUNCEMENTS = "${" + ReviewTimes.VARIABLE + "}";

    private static final Duration LONGEST = Duration.ofDays(3650);

    private final String file;
    private final Set<String> knownSteps;
    private final List<String> faults = new ArrayList<>();
    private final WorkflowGraph graph = new WorkflowGraph();
    private final Deque<String> open = new ArrayDeque<>();
    private final Deque<String> containers = new ArrayDeque<>();
    private String process = "";
    private @Nullable Step task;
    /** The id of the boundary event that is being read; empty outside of one. */
    private String boundary = "";

    private WorkflowFile(String file, Set<String> knownSteps) {
        this.file = file;
        this.knownSteps = knownSteps;
    }

    /**
     * Reads a file.
     *
     * @param knownSteps the names of the steps that a service task may name
     * @throws IllegalArgumentException if the file breaks a rule; the message names the file and every fault
     */
    static Workflow read(String file, byte[] xml, Set<String> knownSteps) {
        var reading = new WorkflowFile(file, knownSteps);
        try {
            reading.read(xml);
        } catch (XMLStreamException notXml) {
            reading.faults.add("is not well-formed XML: " + notXml.getMessage());
        }
        if (reading.faults.isEmpty()) reading.faults.addAll(reading.graph.faults());
        if (!reading.faults.isEmpty())
            throw new IllegalArgumentException("workflow " + file + ": " + String.join("; ", reading.faults));
        return reading.graph.workflow(reading.process);
    }

    private void read(byte[] xml) throws XMLStreamException {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        var in = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> start(in);
                case XMLStreamConstants.END_ELEMENT -> end(in);
                case XMLStreamConstants.CHARACTERS -> text(in);
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    fault(in, "a document type or entity is not allowed");
                default -> {}
            }
        }
    }

    private void start(XMLStreamReader in) {
        String name = in.getLocalName();
        open.push(name);
        if (DIAGRAM.contains(in.getNamespaceURI())) return;
        if (IMPRIMATUR.equals(in.getNamespaceURI()) && name.equals("outcome")) {
            outcome(in);
            return;
        }
        if (!BPMN.equals(in.getNamespaceURI()) || !ELEMENTS.contains(name)) {
            fault(in, "<%s> is not allowed; allowed are %s".formatted(name, sorted(ELEMENTS)));
            return;
        }
        checkAttributes(in);
        String id = attribute(in, "id");
        switch (name) {
            case "process" -> {
                if (!process.isEmpty()) fault(in, "a file has one process, and this is a second one");
                process = id;
                if (!file.equals(id + Workflows.SUFFIX))
                    fault(in, "the process “" + id + "” must have the name of the file");
                containers.push("");
            }
            case "subProcess" -> containers.push(id);
            case "exclusiveGateway" -> graph.addExclusiveGateway(id);
            case "parallelGateway" -> graph.addParallelGateway(id);
            case "startEvent" -> graph.addStartEvent(id, containers.element());
            case "endEvent" -> graph.addEndEvent(id, containers.element());
            case "intermediateCatchEvent" -> graph.addCatchEvent(id);
            case "message" -> graph.addMessage(attribute(in, "name"));
            case "boundaryEvent" -> {
                boundary = id;
                graph.addBoundaryEvent(
                        id,
                        attribute(in, "attachedToRef"),
                        !attribute(in, "cancelActivity").equals("false"));
            }
            case "sequenceFlow" -> graph.addFlow(attribute(in, "sourceRef"), attribute(in, "targetRef"));
            case "userTask" -> {
                String group = flowable(in, "candidateGroups");
                if (!GROUPS.contains(group)) fault(in, "candidateGroups must be one of " + sorted(GROUPS));
                task = new Step(id, attribute(in, "name"), group, new ArrayList<>(), within(in));
                graph.addTask(task);
            }
            case "serviceTask" -> {
                String step = flowable(in, "delegateExpression").replaceFirst("^\\$\\{([A-Za-z]+)}$", "$1");
                if (!knownSteps.contains(step))
                    fault(in, "delegateExpression must name one of the steps " + sorted(knownSteps) + " as ${step}");
                graph.addServiceTask(id, step, told(in));
            }
            default -> {}
        }
    }

    private void end(XMLStreamReader in) {
        open.pop();
        if (!BPMN.equals(in.getNamespaceURI())) return;
        if (in.getLocalName().equals("userTask")) task = null;
        if (in.getLocalName().equals("boundaryEvent")) boundary = "";
        if (in.getLocalName().equals("subProcess") || in.getLocalName().equals("process")) containers.pop();
    }

    private void checkAttributes(XMLStreamReader in) {
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String namespace = in.getAttributeNamespace(i);
            String name = in.getAttributeLocalName(i);
            boolean isAllowed = namespace == null || namespace.isEmpty()
                    ? ATTRIBUTES.contains(name)
                    : FLOWABLE.equals(namespace)
                            ? FLOWABLE_ATTRIBUTES.contains(name)
                            : IMPRIMATUR.equals(namespace)
                                    ? name.equals("group") && in.getLocalName().equals("serviceTask")
                                    : XSI.equals(namespace) && (name.equals("type") || name.equals("schemaLocation"));
            if (!isAllowed) fault(in, "the attribute “" + name + "” is not allowed");
            String value = in.getAttributeValue(i);
            boolean isAllowedValue = switch (name) {
                case "delegateExpression" -> true;
                case "dueDate" -> true;
                default -> !isExpression(value);
            };
            if (!isAllowedValue)
                fault(in, "the attribute “" + name + "” holds an expression that is not allowed: " + value);
        }
    }

    private void text(XMLStreamReader in) {
        String text = in.getText().strip();
        if (text.isEmpty() || open.isEmpty()) return;
        switch (open.element()) {
            case "timeDate" -> {
                var time = TIME.matcher(text);
                if (time.matches()) graph.addTimer(time.group(1));
                else
                    fault(
                            in,
                            "a timer waits for ${reviewOpensAt}, ${reviewDueAt}, ${overdueAt}, ${publishAt} or ${unpublishAt}, not for "
                                    + text);
            }
            case "timeDuration" -> {
                var duration = duration(in, text);
                if (boundary.isEmpty()) fault(in, "a timer with a duration is a boundary event of a user task");
                else if (duration != null) graph.addDuration(boundary, duration);
            }
            case "timeCycle" -> {
                if (boundary.isEmpty() || !text.equals(ANNOUNCEMENTS))
                    fault(
                            in,
                            "a repeating timer is a boundary event that waits for " + ANNOUNCEMENTS + ", not for "
                                    + text);
                else graph.addAnnouncing(boundary);
            }
            case "conditionExpression" -> {
                var condition = CONDITION.matcher(text);
                if (condition.matches()) graph.setCondition(text, condition.group(1));
                else
                    fault(
                            in,
                            "a condition is ${outcome == '…'}, ${approvalsMissing > 0} or ${schedule == 'waiting'} or 'given-up', not "
                                    + text);
            }
            default -> {
                if (isExpression(text)) fault(in, "an expression is not allowed here: " + text);
            }
        }
    }

    /** How long after it opened a user task is due; null if it has no due date, or an instant of the review. */
    private @Nullable Duration within(XMLStreamReader in) {
        String due = flowable(in, "dueDate");
        return due.isEmpty() || TIME.matcher(due).matches() ? null : duration(in, due);
    }

    private @Nullable Duration duration(XMLStreamReader in, String text) {
        try {
            var duration = Duration.parse(text);
            if (duration.isPositive() && duration.compareTo(LONGEST) <= 0) return duration;
        } catch (DateTimeParseException wrong) {
            // reported below
        }
        fault(
                in,
                "a duration is ISO 8601 in days, hours and minutes, such as P5D or PT12H, and at most "
                        + LONGEST.toDays() + " days, not “" + text + "”");
        return null;
    }

    /** The role that a service task tells something; empty if it names none. */
    private String told(XMLStreamReader in) {
        String group = in.getAttributeValue(IMPRIMATUR, "group");
        if (group == null) return "";
        if (!GROUPS.contains(group))
            fault(in, "imprimatur:group must be one of " + sorted(GROUPS) + ", not “" + group + "”");
        return group;
    }

    private static boolean isExpression(String text) {
        return text.contains("${") || text.contains("#{");
    }

    private void outcome(XMLStreamReader in) {
        if (task == null) {
            fault(in, "an outcome must be in the extensionElements of a user task");
            return;
        }
        String effect = attribute(in, "effect");
        try {
            task.outcomes()
                    .add(new Outcome(
                            attribute(in, "id"),
                            attribute(in, "name"),
                            Effect.valueOf(effect.toUpperCase(Locale.ROOT).replace('-', '_')),
                            Boolean.parseBoolean(attribute(in, "needsMessage")),
                            meaning(in)));
        } catch (IllegalArgumentException unknown) {
            fault(
                    in,
                    "the effect “" + effect + "” is none of "
                            + Arrays.stream(Decision.Effect.values())
                                    .map(it ->
                                            it.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                    .collect(Collectors.joining(", ")));
        }
    }

    /** The meaning of a signature. It is checked like other text, because it is delivered with the name of the signer. */
    private @Nullable String meaning(XMLStreamReader in) {
        String meaning = in.getAttributeValue(null, "meaning");
        if (meaning == null) return null;
        String words = meaning.strip();
        if (words.isEmpty() || words.length() > LONGEST_MEANING || CleanText.fault(words) != null)
            fault(in, "the meaning of an outcome is a text of 1 to " + LONGEST_MEANING + " characters");
        return words;
    }

    private static String attribute(XMLStreamReader in, String name) {
        String value = in.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    private static String flowable(XMLStreamReader in, String name) {
        String value = in.getAttributeValue(FLOWABLE, name);
        return value == null ? "" : value;
    }

    private void fault(XMLStreamReader in, String what) {
        String id = in.isStartElement() ? attribute(in, "id") : "";
        faults.add("line %d, <%s%s>: %s"
                .formatted(
                        in.getLocation().getLineNumber(),
                        open.isEmpty() ? "" : open.element(),
                        id.isEmpty() ? "" : " id=\"" + id + "\"",
                        what
                                + (boundary.isEmpty() || in.isStartElement()
                                        ? ""
                                        : " (in <boundaryEvent id=\"" + boundary + "\">)")));
    }

    private static String sorted(Set<String> words) {
        return words.stream().sorted().collect(Collectors.joining(", "));
    }
}
