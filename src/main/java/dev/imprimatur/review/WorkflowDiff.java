// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two versions of a workflow, by BPMN ids. Where an element is drawn makes no difference.
 *
 * @param added elements that only the later version has
 * @param removed elements that only the earlier version has
 * @param changed elements that both have, with another name, role, outcome, due date, condition or place in the flow
 * @param names the names of these elements, by id; the later one if there are two, and none for elements without a name
 * @param changes what is different in the changed elements
 */
public record WorkflowDiff(
        List<String> added,
        List<String> removed,
        List<String> changed,
        Map<String, String> names,
        List<Change> changes) {
    private static final String DRAWN = "http://www.omg.org/spec/";
    private static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

    /** The words for what BPMN calls otherwise. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("candidateGroups", "role"),
            Map.entry("group", "role that is told"),
            Map.entry("dueDate", "due"),
            Map.entry("delegateExpression", "step"),
            Map.entry("conditionExpression", "condition"),
            Map.entry("sourceRef", "from"),
            Map.entry("targetRef", "to"),
            Map.entry("attachedToRef", "on the edge of"),
            Map.entry("cancelActivity", "ends the task"),
            Map.entry("default", "default flow"),
            Map.entry("timeDate", "waits until"),
            Map.entry("timeDuration", "waits for"),
            Map.entry("timeCycle", "repeats at"),
            Map.entry("messageRef", "message"),
            Map.entry("documentation", "description"));

    /**
     * What is different in an element.
     *
     * @param property what it is in words, such as {@code due} or {@code outcome approve: name}
     * @param before null if only the later version has it
     * @param after null if only the earlier version has it
     */
    public record Change(
            String element,
            String property,
            @Nullable String before,
            @Nullable String after) {}

    public static WorkflowDiff of(String from, String to) {
        var before = elements(from);
        var after = elements(to);
        var added =
                after.keySet().stream().filter(id -> !before.containsKey(id)).toList();
        var removed =
                before.keySet().stream().filter(id -> !after.containsKey(id)).toList();
        var changes = after.keySet().stream()
                .filter(before::containsKey)
                .flatMap(id -> changes(id, before.getOrDefault(id, Map.of()), after.getOrDefault(id, Map.of())))
                .toList();
        var changed = changes.stream().map(Change::element).distinct().toList();
        var names = new LinkedHashMap<String, String>();
        Stream.of(added, removed, changed).flatMap(List::stream).forEach(id -> {
            String name =
                    after.getOrDefault(id, before.getOrDefault(id, Map.of())).getOrDefault("name", "");
            if (!name.isBlank()) names.put(id, name);
        });
        return new WorkflowDiff(added, removed, changed, names, changes);
    }

    private static Stream<Change> changes(String id, Map<String, String> before, Map<String, String> after) {
        var properties = new LinkedHashSet<>(before.keySet());
        properties.addAll(after.keySet());
        return properties.stream()
                .filter(property -> !Objects.equals(before.get(property), after.get(property)))
                .map(property -> new Change(id, property, before.get(property), after.get(property)));
    }

    /** The changes of one element. */
    public List<Change> changesOf(String element) {
        return changes.stream().filter(it -> it.element().equals(element)).toList();
    }

    /** What each element with an id says, by the words for it, without the elements with ids inside of it. */
    private static Map<String, Map<String, String>> elements(String bpmn) {
        var elements = new LinkedHashMap<String, Map<String, String>>();
        Deque<String> around = new ArrayDeque<>();
        try {
            var in = WorkflowFile.reader(bpmn.getBytes(StandardCharsets.UTF_8));
            Deque<String> open = new ArrayDeque<>();
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        open.push(in.getLocalName());
                        around.push(start(in, around.isEmpty() ? "" : around.element(), elements));
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        open.pop();
                        around.pop();
                    }
                    case XMLStreamConstants.CHARACTERS -> {
                        String text = in.getText().strip();
                        var into = around.isEmpty() ? null : elements.get(around.element());
                        if (!text.isEmpty() && into != null) into.merge(word(open.element()), text, String::concat);
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException wrong) {
            throw new IllegalStateException("a deployed workflow is XML", wrong);
        }
        return elements;
    }

    /** Reads the attributes of an element; returns the id of the element that what follows belongs to, or nothing. */
    private static String start(XMLStreamReader in, String around, Map<String, Map<String, String>> elements) {
        String namespace = String.valueOf(in.getNamespaceURI());
        String name = in.getLocalName();
        // flows are told by their own ends
        if (namespace.startsWith(DRAWN) && !namespace.equals(BPMN) || name.matches("incoming|outgoing|definitions"))
            return "";
        String id = in.getAttributeValue(null, "id");
        boolean isOutcome = name.equals("outcome");
        boolean isPart =
                id == null || isOutcome || name.endsWith("EventDefinition") || name.matches("time[A-Z].*|.*Expression");
        String of = isPart ? around : id;
        if (of == null || of.isEmpty()) return "";
        var into = elements.computeIfAbsent(of, none -> new LinkedHashMap<>());
        if (!isPart) into.put("kind", name);
        else if (name.endsWith("EventDefinition")) into.put("event", name.replace("EventDefinition", ""));
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String attribute = in.getAttributeLocalName(i);
            if (attribute.equals("id") || XSI.equals(in.getAttributeNamespace(i))) continue;
            into.put(isOutcome ? "outcome " + id + ": " + attribute : word(attribute), in.getAttributeValue(i));
        }
        return of;
    }

    private static String word(String name) {
        return WORDS.getOrDefault(name, name);
    }
}
