// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.diagram;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.springframework.web.util.HtmlUtils;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * A drawing of a workflow, made from the diagram information of its BPMN file, as SVG that takes its colours from the page.
 *
 * @param svg the SVG, safe to write into a page
 * @param steps the tasks and waits in the order of the file, for people who cannot see the drawing
 */
public record Diagram(String svg, List<Step> steps) {
    /**
     * A step of the list.
     *
     * @param count how many editions are at this step; 0 if the diagram is about one edition
     */
    record Step(String name, boolean done, boolean active, int count) {}

    /** The names of the steps that the edition is at. */
    public List<String> now() {
        return steps.stream().filter(Step::active).map(Step::name).distinct().toList();
    }

    private static final List<String> TASKS = List.of("userTask", "serviceTask");
    private static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    private static final int MARGIN = 24;

    /** Draws a workflow with the steps that one edition is at and those that it has passed. */
    public static Diagram of(String bpmn, Collection<String> active, Collection<String> completed) {
        return new Drawing(bpmn, active, completed, Map.of(), Map.of()).draw();
    }

    /**
     * Draws a version of a workflow beside another one.
     *
     * @param marks {@code added}, {@code removed} or {@code changed}, by the id of the element
     */
    public static Diagram compared(String bpmn, Map<String, String> marks) {
        return new Drawing(bpmn, List.of(), List.of(), Map.of(), marks).draw();
    }

    /** Draws a workflow with the number of editions at each step. */
    public static Diagram of(String bpmn, Map<String, Integer> counts) {
        return new Drawing(bpmn, List.of(), List.of(), counts, Map.of()).draw();
    }

    private static final class Drawing {
        private final Element root;
        private final Collection<String> active;
        private final Collection<String> completed;
        private final Map<String, Integer> counts;
        private final Map<String, String> marks;
        private final Map<String, Element> elements = new LinkedHashMap<>();
        private final StringBuilder svg = new StringBuilder();

        Drawing(
                String bpmn,
                Collection<String> active,
                Collection<String> completed,
                Map<String, Integer> counts,
                Map<String, String> marks) {
            this.marks = marks;
            this.root = parse(bpmn);
            this.active = active;
            this.completed = completed;
            this.counts = counts;
            // elements of other modellers are not drawn, whatever their ids
            all(root, "*")
                    .filter(it -> BPMN.equals(it.getNamespaceURI()) && it.hasAttribute("id"))
                    .forEach(it -> elements.put(it.getAttribute("id"), it));
        }

        private static Element parse(String bpmn) {
            try {
                var factory = DocumentBuilderFactory.newInstance();
                factory.setNamespaceAware(true);
                factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
                factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
                return factory.newDocumentBuilder()
                        .parse(new ByteArrayInputStream(bpmn.getBytes(StandardCharsets.UTF_8)))
                        .getDocumentElement();
            } catch (ParserConfigurationException | SAXException | IOException wrong) {
                throw new IllegalStateException("a deployed workflow is XML", wrong);
            }
        }

        private static Stream<Element> all(Element from, String name) {
            var nodes = from.getElementsByTagNameNS("*", name);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(nodes::item)
                    .map(Element.class::cast)
                    .toList()
                    .stream();
        }

        Diagram draw() {
            var shapes = all(root, "BPMNShape").toList();
            double right = 0;
            double bottom = 0;
            double left = Double.MAX_VALUE;
            double top = Double.MAX_VALUE;
            for (var shape : shapes) {
                double[] box = bounds(shape);
                left = Math.min(left, box[0]);
                top = Math.min(top, box[1]);
                right = Math.max(right, box[0] + box[2]);
                bottom = Math.max(bottom, box[1] + box[3]);
            }
            if (!shapes.isEmpty()) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<svg class=\"diagram\" role=\"img\" aria-label=\"The workflow as a diagram; the list below says the same\""
                                + " viewBox=\"%.0f %.0f %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">",
                        left - MARGIN,
                        top - MARGIN,
                        right - left + 2 * MARGIN,
                        bottom - top + 3 * MARGIN,
                        right - left + 2 * MARGIN,
                        bottom - top + 3 * MARGIN));
                svg.append("<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\""
                        + " markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0 10 5 0 10z\" class=\"d-arrow\"/>"
                        + "</marker></defs>");
                // Draw subprocesses first, so that their steps are drawn on top of them.
                shapes.stream().filter(it -> kind(it).equals("subProcess")).forEach(this::shape);
                all(root, "BPMNEdge").forEach(this::edge);
                shapes.stream().filter(it -> !kind(it).equals("subProcess")).forEach(this::shape);
                svg.append("</svg>");
            }
            return new Diagram(svg.toString(), steps());
        }

        private List<Step> steps() {
            var steps = new ArrayList<Step>();
            elements.forEach((id, element) -> {
                if (TASKS.contains(element.getLocalName())
                        || element.getLocalName().equals("intermediateCatchEvent"))
                    steps.add(new Step(
                            element.getAttribute("name"),
                            completed.contains(id) && !active.contains(id),
                            active.contains(id),
                            counts.getOrDefault(id, 0)));
            });
            return steps;
        }

        private String kind(Element shape) {
            var element = elements.get(shape.getAttribute("bpmnElement"));
            return element == null ? "" : String.valueOf(element.getLocalName());
        }

        private static double[] bounds(Element shape) {
            var box = all(shape, "Bounds").findFirst().orElseThrow();
            return Stream.of("x", "y", "width", "height")
                    .mapToDouble(name -> Double.parseDouble(box.getAttribute(name)))
                    .toArray();
        }

        private void edge(Element edge) {
            var points = all(edge, "waypoint").toList();
            if (points.size() < 2 || kind(edge).equals("association")) return;
            var path = new StringBuilder();
            for (var point : points)
                path.append(path.isEmpty() ? "M" : "L")
                        .append(number(point, "x"))
                        .append(' ')
                        .append(number(point, "y"));
            var flow = elements.get(edge.getAttribute("bpmnElement"));
            boolean done = flow != null
                    && completed.contains(flow.getAttribute("sourceRef"))
                    && (completed.contains(flow.getAttribute("targetRef"))
                            || active.contains(flow.getAttribute("targetRef")));
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"d-flow%s\" d=\"%s\" marker-end=\"url(#arrow)\"/>",
                    done ? " is-done" : mark(edge.getAttribute("bpmnElement")),
                    path));
            String name = flow == null ? "" : flow.getAttribute("name");
            if (name.isEmpty()) return;
            // Place the label beside the first segment, because no two flows share it.
            double x1 = Double.parseDouble(points.get(0).getAttribute("x"));
            double y1 = Double.parseDouble(points.get(0).getAttribute("y"));
            double x2 = Double.parseDouble(points.get(1).getAttribute("x"));
            double y2 = Double.parseDouble(points.get(1).getAttribute("y"));
            boolean level = Math.abs(y1 - y2) < 1;
            double x = level ? (x1 + x2) / 2 : x1 + 6;
            double y = level ? y1 - 6 : y1 + Math.signum(y2 - y1) * 16;
            text(name, x, y, level ? "d-label" : "d-label is-start", 14);
        }

        /** A coordinate as a number: whoever uploads a file writes nothing else into the page. */
        private static String number(Element point, String name) {
            double number = Double.parseDouble(point.getAttribute(name));
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }

        private String mark(String id) {
            var mark = marks.get(id);
            return mark == null ? "" : " is-" + mark;
        }

        private void shape(Element shape) {
            String id = shape.getAttribute("bpmnElement");
            var element = elements.get(id);
            if (element == null) return;
            double[] box = bounds(shape);
            double x = box[0];
            double y = box[1];
            double width = box[2];
            double height = box[3];
            double middle = x + width / 2;
            int count = counts.getOrDefault(id, 0);
            String state =
                    active.contains(id) || count > 0 ? " is-active" : completed.contains(id) ? " is-done" : mark(id);
            String name = element.getAttribute("name");
            String kind = String.valueOf(element.getLocalName());
            if (kind.equals("group")) return;
            if (kind.equals("textAnnotation")) {
                text(element.getTextContent().strip(), x, y + 14, "d-label is-end");
                return;
            }
            svg.append(String.format(Locale.ROOT, "<g class=\"d-node d-%s%s\">", kind.toLowerCase(Locale.ROOT), state));
            if (kind.endsWith("Event")) {
                double radius = width / 2;
                svg.append(String.format(
                        Locale.ROOT, "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.0f\"/>", middle, y + radius, radius));
                if (all(element, "timerEventDefinition").findAny().isPresent())
                    svg.append(String.format(
                            Locale.ROOT, "<path class=\"d-mark\" d=\"M%1$.0f %2$.0fv-8m0 8h6\"/>", middle, y + radius));
                if (all(element, "messageEventDefinition").findAny().isPresent())
                    svg.append(String.format(
                            Locale.ROOT,
                            "<path class=\"d-mark\" d=\"M%.0f %.0fh14v10h-14zl7 6 7-6\"/>",
                            middle - 7,
                            y + radius - 5));
                text(name, middle, y + height + 14, "d-label", 10);
            } else if (kind.endsWith("Gateway")) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<path d=\"M%1$.0f %2$.0fl%3$.0f %4$.0f-%3$.0f %4$.0f-%3$.0f-%4$.0fz\"/>",
                        middle,
                        y,
                        width / 2,
                        height / 2));
                text(name, x + 8, y + 4, "d-label is-end");
            } else if (kind.equals("subProcess")) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"12\"/>",
                        x,
                        y,
                        width,
                        height));
                text(name, x + 14, y + 20, "d-title");
            } else {
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"8\"/>",
                        x,
                        y,
                        width,
                        height));
                text(name, middle, y + height / 2 + 4, "d-name", 15);
                if (state.equals(" is-done"))
                    svg.append(String.format(
                            Locale.ROOT, "<path class=\"d-tick\" d=\"M%.0f %.0fl4 4 7-8\"/>", x + width - 18, y + 12));
            }
            if (count > 0) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"d-count\" cx=\"%.0f\" cy=\"%.0f\" r=\"14\"/>",
                        x + width - 4,
                        y + 2));
                text(Integer.toString(count), x + width - 4, y + 6, "d-number");
            }
            svg.append("</g>");
        }

        private void text(String text, double x, double y, String style) {
            text(text, x, y, style, Integer.MAX_VALUE);
        }

        /** Draws a text on one line, or on two if it is longer than the width in characters. */
        private void text(String text, double x, double y, String style, int width) {
            if (text.isEmpty()) return;
            int space = text.length() > width ? text.indexOf(' ', text.length() / 3) : -1;
            if (space < 0) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">%s</text>",
                        style,
                        x,
                        y,
                        HtmlUtils.htmlEscape(text)));
                return;
            }
            boolean inside = style.equals("d-name");
            text(text.substring(0, space), x, inside ? y - 7 : y, style);
            text(text.substring(space + 1), x, inside ? y + 8 : y + 14, style);
        }
    }
}
