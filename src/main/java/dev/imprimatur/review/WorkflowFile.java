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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.stream.Location;
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
            "terminateEventDefinition",
            "messageEventDefinition",
            "sequenceFlow",
            "conditionExpression",
            "extensionElements",
            "incoming",
            "outgoing",
            "textAnnotation",
            "text",
            "association",
            "group",
            "category",
            "categoryValue");
    /** Attributes that only tell people, or that the engine does not read, by the element that may have them. */
    private static final Map<String, Set<String>> TELLING = Map.of(
            "definitions", Set.of("expressionLanguage", "typeLanguage"),
            "process", Set.of("processType", "isClosed"),
            "exclusiveGateway", Set.of("gatewayDirection"),
            "parallelGateway", Set.of("gatewayDirection"),
            "textAnnotation", Set.of("textFormat"),
            "documentation", Set.of("textFormat"),
            "association", Set.of("associationDirection"),
            "group", Set.of("categoryValueRef"),
            "categoryValue", Set.of("value"));

    private static final Set<String> OF_OUTCOME = Set.of("id", "name", "effect", "needsMessage", "meaning");
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
            "\\$\\{(?:outcome == '([a-z-]+)'|approvalsMissing (?:>|==) 0|schedule == '(?:waiting|given-up)'|([a-z][A-Za-z0-9]*)Changed)}");

    /** The variable with the instants at which a review is announced. */
    private static final String ANNOUNCEMENTS = "${" + ReviewTimes.VARIABLE + "}";

    private static final int LONGEST_TEXT = 500;
    private static final int DEEPEST = 40;
    private static final int MOST_FINDINGS = 100;
    private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,79}");
    private static final Pattern ID_OF_WORKFLOW = Pattern.compile("(?=.{1,60}$)[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern NAMED = Pattern.compile("\\bid=\"([^\"]+)\"|^“([^”]+)”");
    private static final Set<String> IDENTIFIED = Set.of(
            "process",
            "startEvent",
            "endEvent",
            "userTask",
            "serviceTask",
            "exclusiveGateway",
            "parallelGateway",
            "subProcess",
            "intermediateCatchEvent",
            "boundaryEvent",
            "sequenceFlow");
    /** The words that follow {@code /workflows/} in addresses. */
    private static final Set<String> PAGES = Set.of("bench", "modeller", "check", "test", "versions");

    private static final Set<String> NUMBERED = Set.of("Bounds", "waypoint");
    private static final Set<String> NUMBERS = Set.of("x", "y", "width", "height");
    private static final Set<String> POINT = Set.of("x", "y");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,6}(\\.\\d{1,15})?");

    private static final Duration LONGEST = Duration.ofDays(3650);

    private final String file;
    private final Set<String> knownSteps;
    private final List<WorkflowFinding> faults = new ArrayList<>();
    /** Where each element with an id begins, in the order of the file. */
    private final Map<String, Location> places = new LinkedHashMap<>();

    private final Map<String, String> drawn = new LinkedHashMap<>();
    private final WorkflowGraph graph = new WorkflowGraph();
    private final Deque<String> open = new ArrayDeque<>();
    private final Deque<String> containers = new ArrayDeque<>();
    private String process = "";
    /** How many elements are open of a foreign element, itself included; 0 outside of one. */
    private int foreign;

    private boolean saidWhatIsAllowed;
    private @Nullable Step task;
    /** The id of the boundary event that is being read; empty outside of one. */
    private String boundary = "";
    /** The id of the end event that is being read; empty outside of one. */
    private String endEvent = "";
    /** The id of the event that was read last. */
    private String event = "";

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
        reading.readAll(xml);
        if (!reading.faults.isEmpty())
            throw new IllegalArgumentException("workflow " + file + ": "
                    + reading.faults.stream().map(WorkflowFinding::inWords).collect(Collectors.joining("; ")));
        return reading.graph.workflow(reading.process);
    }

    /**
     * A workflow that somebody uploads, and what is wrong with it.
     *
     * @param id the id of the process; empty if none was read
     * @param workflow null if there are findings
     * @param walks walks that take each outcome of each task, for the engine to try
     * @param located makes a finding of a message, with the place of the element that the message names
     */
    record Examined(
            String id,
            @Nullable Workflow workflow,
            List<WorkflowFinding> findings,
            List<Walkthrough> walks,
            Function<String, WorkflowFinding> located) {
        /** The workflow with what else is wrong with it. */
        Examined refused(List<String> messages) {
            return new Examined(id, null, messages.stream().map(located).toList(), List.of(), located);
        }
    }

    /** Reads an uploaded workflow. More rules hold for it than for a file: all of it is drawn, and nothing in it is left open. */
    static Examined examine(byte[] xml, Set<String> knownSteps) {
        var reading = new WorkflowFile("", knownSteps);
        reading.readAll(xml);
        if (reading.faults.isEmpty()) {
            reading.checkUpload();
            reading.graph.uploadFaults().forEach(reading::addFault);
        }
        boolean sound = reading.faults.isEmpty();
        var workflow = sound ? reading.graph.workflow(reading.process) : null;
        var explorer = workflow == null ? null : new WorkflowExplorer(workflow);
        if (explorer != null) explorer.faults().forEach(reading::addFault);
        return new Examined(
                reading.process,
                reading.faults.isEmpty() ? workflow : null,
                reading.faults.stream().limit(MOST_FINDINGS).toList(),
                explorer == null ? List.of() : explorer.walks(),
                reading::located);
    }

    private void readAll(byte[] xml) {
        try {
            read(xml);
            if (process.isEmpty()) addFault("the file has no <process>");
        } catch (XMLStreamException notXml) {
            var at = notXml.getLocation();
            String message = String.valueOf(notXml.getMessage()).replaceFirst("(?s)^.*\nMessage: ", "");
            faults.add(new WorkflowFinding(
                    null,
                    at == null ? null : at.getLineNumber(),
                    at == null ? null : at.getColumnNumber(),
                    "is not well-formed XML: " + message));
        }
        if (faults.isEmpty()) graph.faults().forEach(this::addFault);
    }

    /** Adds what is wrong with an element that the message names, or with the whole file. */
    private void addFault(String message) {
        faults.add(located(message));
    }

    /** The finding with the place of the element that the message names; what is wrong with the whole is found at the process. */
    private WorkflowFinding located(String message) {
        var named = NAMED.matcher(message);
        String id = named.find() ? Objects.requireNonNullElseGet(named.group(1), () -> named.group(2)) : "";
        var found = places.get(id);
        var at = found == null ? places.get(process) : found;
        return new WorkflowFinding(
                found == null ? null : id,
                at == null ? 1 : at.getLineNumber(),
                at == null ? 1 : at.getColumnNumber(),
                message);
    }

    private void checkUpload() {
        if (!ID_OF_WORKFLOW.matcher(process).matches())
            addFault(
                    "<process id=\"" + process
                            + "\">: the id of a workflow is lower-case words with hyphens, such as two-stage-review, of at most 60 characters");
        if (PAGES.contains(process))
            addFault("<process id=\"" + process + "\">: “" + process
                    + "” is the name of a page of the studio; choose another id");
        graph.ids().stream()
                .filter(id -> !drawn.containsKey(id))
                .forEach(id -> addFault(
                        "“" + id + "” is not in the diagram; draw it, so that people see where an edition stands"));
    }

    /** A reader of XML that follows no document type and no external entity. */
    static XMLStreamReader reader(byte[] xml) throws XMLStreamException {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory.createXMLStreamReader(new ByteArrayInputStream(xml));
    }

    private void read(byte[] xml) throws XMLStreamException {
        var in = reader(xml);
        if (isUpload() && "1.1".equals(in.getVersion()))
            fault(
                    in,
                    "the file is XML 1.1, which modellers and the engine do not read; write version=\"1.0\" in its first line");
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

    private void start(XMLStreamReader in) throws XMLStreamException {
        String name = in.getLocalName();
        open.push(name);
        if (open.size() > DEEPEST)
            throw new XMLStreamException("elements are nested more than " + DEEPEST + " deep", in.getLocation());
        boolean isForeign = isForeign(in);
        if (isForeign || foreign > 0) {
            foreign++;
            if (!isForeign) fault(in, notAllowed(in));
            for (int i = 0; i < in.getAttributeCount(); i++)
                if (isExpression(in.getAttributeValue(i)))
                    fault(in, "an expression is not allowed here: " + in.getAttributeValue(i));
            return;
        }
        if (in.getNamespaceURI() != null && DIAGRAM.contains(in.getNamespaceURI())) {
            diagram(in);
            return;
        }
        if (IMPRIMATUR.equals(in.getNamespaceURI()) && name.equals("outcome")) {
            outcome(in);
            return;
        }
        if (!BPMN.equals(in.getNamespaceURI()) || !ELEMENTS.contains(name)) {
            fault(in, notAllowed(in));
            return;
        }
        checkAttributes(in);
        String id = attribute(in, "id");
        if (!id.isEmpty()) {
            if (!ID.matcher(id).matches())
                fault(in, "an id is letters, digits, _ and -, begins with a letter, and has at most 80 characters");
            if (places.putIfAbsent(id, in.getLocation()) != null) fault(in, "the id “" + id + "” is there twice");
        } else if (IDENTIFIED.contains(name)) fault(in, "the element needs an id");
        switch (name) {
            case "process" -> {
                if (!process.isEmpty()) fault(in, "a file has one process, and this is a second one");
                if (isUpload() && attribute(in, "isExecutable").equals("false"))
                    fault(
                            in,
                            "isExecutable=\"false\" keeps the engine from running the process; write isExecutable=\"true\"");
                process = id;
                if (!file.isEmpty() && !file.equals(id + Workflows.SUFFIX))
                    fault(in, "the process “" + id + "” must have the name of the file");
                containers.push("");
            }
            case "subProcess" -> containers.push(id);
            case "exclusiveGateway" -> graph.addExclusiveGateway(id, attribute(in, "default"));
            case "parallelGateway" -> graph.addParallelGateway(id);
            case "startEvent" -> graph.addStartEvent(id, containers.element());
            case "endEvent" -> {
                endEvent = id;
                graph.addEndEvent(id, containers.element());
            }
            case "terminateEventDefinition" -> {
                if (endEvent.isEmpty()) fault(in, "a terminateEventDefinition is in an endEvent");
                else graph.addTerminating(endEvent, containers.element());
            }
            case "intermediateCatchEvent" -> {
                event = id;
                graph.addCatchEvent(id);
            }
            case "message" -> graph.addMessage(id, attribute(in, "name"));
            case "messageEventDefinition" -> graph.addReceiver(event, attribute(in, "messageRef"));
            case "boundaryEvent" -> {
                boundary = id;
                event = id;
                graph.addBoundaryEvent(
                        id,
                        attribute(in, "attachedToRef"),
                        !attribute(in, "cancelActivity").equals("false"));
            }
            case "sequenceFlow" -> graph.addFlow(id, attribute(in, "sourceRef"), attribute(in, "targetRef"));
            case "userTask" -> {
                String group = flowable(in, "candidateGroups");
                if (!GROUPS.contains(group)) fault(in, "candidateGroups must be one of " + sorted(GROUPS));
                task = new Step(id, name(in), group, new ArrayList<>(), within(in));
                graph.addTask(task, containers.element());
                var due = TIME.matcher(flowable(in, "dueDate"));
                if (due.matches()) graph.addDue(id, due.group(1));
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

    private boolean isUpload() {
        return file.isEmpty();
    }

    /** Whether the element is one of another modeller, in the extensions of an element. */
    private boolean isForeign(XMLStreamReader in) {
        if (foreign == 0
                && !"extensionElements".equals(open.stream().skip(1).findFirst().orElse(""))) return false;
        return ForeignNames.isHarmless(Objects.requireNonNullElse(in.getNamespaceURI(), ""), in.getLocalName());
    }

    /** Says once what is allowed, and not at each line again. */
    private String notAllowed(XMLStreamReader in) {
        String namespace = in.getNamespaceURI();
        String what = BPMN.equals(namespace)
                ? "the element is not allowed"
                : "the element is not allowed, because its namespace is "
                        + (namespace == null ? "missing" : "“" + namespace + "”");
        if (saidWhatIsAllowed) return what;
        saidWhatIsAllowed = true;
        return what + "; allowed are, in the namespace of BPMN, " + sorted(ELEMENTS);
    }

    private void end(XMLStreamReader in) {
        open.pop();
        if (foreign > 0) {
            foreign--;
            return;
        }
        if (!BPMN.equals(in.getNamespaceURI())) return;
        if (in.getLocalName().equals("userTask")) task = null;
        if (in.getLocalName().equals("boundaryEvent")) boundary = "";
        if (in.getLocalName().equals("endEvent")) endEvent = "";
        if (in.getLocalName().equals("subProcess") || in.getLocalName().equals("process")) containers.pop();
    }

    /** The diagram holds numbers, names of elements, and nothing else. */
    private void diagram(XMLStreamReader in) {
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String name = in.getAttributeLocalName(i);
            String value = in.getAttributeValue(i);
            if (NUMBERS.contains(name) && !NUMBER.matcher(value).matches())
                fault(in, "“" + name + "” is a number in the diagram, and not “" + value + "”");
            if (name.equals("bpmnElement")) drawn.put(value, in.getLocalName());
            if (isExpression(value)) fault(in, "an expression is not allowed here: " + value);
        }
        if (isUpload() && in.getLocalName().equals("Bounds")) size(in);
        if (NUMBERED.contains(in.getLocalName()))
            for (String name : in.getLocalName().equals("waypoint") ? POINT : NUMBERS)
                if (attribute(in, name).isEmpty()) fault(in, "needs the number “" + name + "”");
    }

    /** A label without words may have no size. */
    private void size(XMLStreamReader in) {
        boolean isLabel = "BPMNLabel".equals(open.stream().skip(1).findFirst().orElse(""));
        for (String name : List.of("width", "height")) {
            String value = attribute(in, name);
            if (!NUMBER.matcher(value).matches()) continue;
            double size = Double.parseDouble(value);
            if (size < 0 || size == 0 && !isLabel)
                fault(in, "“" + name + "” is greater than 0 in the diagram, and not " + value);
        }
    }

    /** The name that people read, on one line: drawing programs break the lines of long names. */
    private static String name(XMLStreamReader in) {
        return attribute(in, "name").strip().replaceAll("\\s+", " ");
    }

    private void mustShowItsName(XMLStreamReader in) {
        if (isUpload() && CleanText.hasUnseen(name(in)))
            fault(in, "the name holds a direction mark or another character that nobody sees");
    }

    private void checkAttributes(XMLStreamReader in) {
        mustShowItsName(in);
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String namespace = in.getAttributeNamespace(i);
            String name = in.getAttributeLocalName(i);
            boolean isAllowed = namespace == null || namespace.isEmpty()
                    ? ATTRIBUTES.contains(name)
                            || TELLING.getOrDefault(in.getLocalName(), Set.of()).contains(name)
                    : FLOWABLE.equals(namespace)
                            ? FLOWABLE_ATTRIBUTES.contains(name)
                            : IMPRIMATUR.equals(namespace)
                                    ? name.equals("group") && in.getLocalName().equals("serviceTask")
                                    : XSI.equals(namespace)
                                            ? name.equals("type") || name.equals("schemaLocation")
                                            : ForeignNames.isHarmless(namespace, name);
            if (!isAllowed) fault(in, "the attribute “" + name + "” is not allowed");
            String value = in.getAttributeValue(i);
            if (CleanText.length(value) > LONGEST_TEXT || CleanText.fault(value) != null)
                fault(in, "the attribute “" + name + "” is a text of at most " + LONGEST_TEXT + " characters");
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
                if (time.matches()) graph.addTimer(event, time.group(1));
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
                if (condition.matches()) graph.setCondition(text, condition.group(1), condition.group(2));
                else
                    fault(
                            in,
                            "a condition is ${outcome == '…'}, ${approvalsMissing > 0}, ${schedule == 'waiting'} or 'given-up', "
                                    + "or the name of a field with Changed behind it, such as ${summaryChanged}, not "
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
            // a version that an earlier release accepted is still read
            boolean isUpperCase = !isUpload() || text.equals(text.toUpperCase(Locale.ROOT));
            if (isUpperCase && duration.isPositive() && duration.compareTo(LONGEST) <= 0) return duration;
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
        for (int i = 0; isUpload() && i < in.getAttributeCount(); i++)
            if (!OF_OUTCOME.contains(in.getAttributeLocalName(i)) || in.getAttributeNamespace(i) != null)
                fault(
                        in,
                        "an outcome has no attribute “" + in.getAttributeLocalName(i) + "”; it has "
                                + sorted(OF_OUTCOME));
        if (isUpload() && !Set.of("", "true", "false").contains(attribute(in, "needsMessage")))
            fault(in, "needsMessage is true or false");
        String effect = attribute(in, "effect");
        try {
            String id = attribute(in, "id");
            if (!ID.matcher(id).matches() || CleanText.isBlank(name(in)))
                fault(in, "an outcome needs an id and a name, the words on its button");
            if (task.outcomes().stream().anyMatch(it -> it.id().equals(id)))
                fault(in, "the outcome “" + id + "” is there twice");
            if (CleanText.fault(name(in)) != null || CleanText.length(name(in)) > LONGEST_MEANING)
                fault(in, "the name of an outcome is a text of at most " + LONGEST_MEANING + " characters");
            mustShowItsName(in);
            task.outcomes()
                    .add(new Outcome(
                            id,
                            name(in),
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
        if (words.isEmpty() || CleanText.length(words) > LONGEST_MEANING || CleanText.fault(words) != null)
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
        String element = in.isStartElement() ? id : boundary;
        faults.add(new WorkflowFinding(
                element.isEmpty() ? null : element,
                in.getLocation().getLineNumber(),
                in.getLocation().getColumnNumber(),
                "%s%s"
                        .formatted(
                                open.isEmpty()
                                        ? ""
                                        : "<" + open.element() + (id.isEmpty() ? "" : " id=\"" + id + "\"") + ">: ",
                                what
                                        + (boundary.isEmpty() || in.isStartElement()
                                                ? ""
                                                : " (in <boundaryEvent id=\"" + boundary + "\">)"))));
    }

    private static String sorted(Set<String> words) {
        return words.stream().sorted().collect(Collectors.joining(", "));
    }
}
