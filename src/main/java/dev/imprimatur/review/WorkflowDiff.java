// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * What differs between two versions of a workflow, as BPMN ids. Where an element is drawn makes no difference.
 *
 * @param added elements that only the later version has
 * @param removed elements that only the earlier version has
 * @param changed elements that both have, with another name, role, outcome, due date, condition or place in the flow
 */
public record WorkflowDiff(List<String> added, List<String> removed, List<String> changed) {
    private static final String DRAWN = "http://www.omg.org/spec/";
    private static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";

    public static WorkflowDiff of(String from, String to) {
        var before = elements(from);
        var after = elements(to);
        return new WorkflowDiff(
                after.keySet().stream().filter(id -> !before.containsKey(id)).toList(),
                before.keySet().stream().filter(id -> !after.containsKey(id)).toList(),
                after.entrySet().stream()
                        .filter(it -> before.containsKey(it.getKey())
                                && !it.getValue().equals(before.get(it.getKey())))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** What each element with an id says, without the elements with ids inside of it. */
    private static Map<String, String> elements(String bpmn) {
        var said = new LinkedHashMap<String, StringBuilder>();
        Deque<String> around = new ArrayDeque<>();
        try {
            var in = WorkflowFile.reader(bpmn.getBytes(StandardCharsets.UTF_8));
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        String namespace = String.valueOf(in.getNamespaceURI());
                        String id = in.getAttributeValue(null, "id");
                        boolean isDrawn = namespace.startsWith(DRAWN) && !namespace.equals(BPMN);
                        boolean isOutcome = in.getLocalName().equals("outcome");
                        if (isDrawn) around.push("");
                        else if (id == null || isOutcome) around.push(around.isEmpty() ? "" : around.element());
                        else around.push(id);
                        if (!isDrawn && !in.getLocalName().matches("incoming|outgoing|definitions")) {
                            var into = said.computeIfAbsent(around.element(), none -> new StringBuilder());
                            var attributes = new TreeMap<String, String>();
                            for (int i = 0; i < in.getAttributeCount(); i++)
                                attributes.put(in.getAttributeLocalName(i), in.getAttributeValue(i));
                            into.append('<').append(in.getLocalName()).append(attributes);
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> around.pop();
                    case XMLStreamConstants.CHARACTERS -> {
                        String text = in.getText().strip();
                        String id = around.isEmpty() ? "" : around.element();
                        if (!text.isEmpty() && said.containsKey(id))
                            said.computeIfAbsent(id, none -> new StringBuilder())
                                    .append(text);
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException wrong) {
            throw new IllegalStateException("a deployed workflow is XML", wrong);
        }
        said.remove("");
        var elements = new LinkedHashMap<String, String>();
        said.forEach((id, text) -> elements.put(id, text.toString()));
        return elements;
    }
}
