// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Maps documents of a type to schema.org. The template is the {@code x-linked-data} of the type: JSON-LD in which an object with one of the
 * following members stands for a value of the document. Pointers are JSON Pointers (RFC 6901). Members without a value are omitted.
 *
 * <ul>
 *   <li>{@code {"$value": pointer}}: the value there, within the item at hand or else within the document;
 *   <li>{@code {"$text": pointer}}: the Markdown there, as plain text;
 *   <li>{@code {"$document": pointer}}: the value there, within the document even where an item is at hand;
 *   <li>{@code {"$each": pointer, "$as": …}}: a list that holds the template {@code $as}, filled in, for each item there;
 *   <li>{@code "$unless": pointer} beside any of them: nothing, if the value there is true.
 * </ul>
 */
public final class LinkedData {
    private static final Set<String> DIRECTIVES = Set.of("$value", "$text", "$document", "$each", "$as", "$unless");

    private final ObjectNode template;

    private LinkedData(ObjectNode template) {
        this.template = template;
    }

    static LinkedData of(JsonNode schema) {
        return new LinkedData(
                schema.path("x-linked-data") instanceof ObjectNode own ? own : JsonNodeFactory.instance.objectNode());
    }

    /** The document as JSON-LD with the vocabulary of schema.org. */
    public ObjectNode tell(JsonNode content) {
        return (ObjectNode) fill(template, content, content).orElseGet(() -> JsonNodeFactory.instance.objectNode());
    }

    private static Optional<JsonNode> fill(JsonNode template, JsonNode item, JsonNode document) {
        if (isDirective(template)) return value(template, item, document);
        if (template.isArray()) {
            ArrayNode filled = JsonNodeFactory.instance.arrayNode();
            template.values().forEach(it -> fill(it, item, document).ifPresent(filled::add));
            return filled.isEmpty() ? Optional.empty() : Optional.of(filled);
        }
        if (!template.isObject()) return Optional.of(template);
        ObjectNode filled = JsonNodeFactory.instance.objectNode();
        template.properties()
                .forEach(it -> fill(it.getValue(), item, document).ifPresent(value -> filled.set(it.getKey(), value)));
        return filled.propertyNames().stream().allMatch("@type"::equals) ? Optional.empty() : Optional.of(filled);
    }

    private static Optional<JsonNode> value(JsonNode directive, JsonNode item, JsonNode document) {
        if (directive.has("$unless") && item.at(pointer(directive, "$unless")).asBoolean(false))
            return Optional.empty();
        if (directive.has("$text"))
            return item.at(pointer(directive, "$text"))
                    .asStringOpt()
                    .map(Markdown::toText)
                    .filter(text -> !text.isEmpty())
                    .map(StringNode::valueOf);
        if (directive.has("$each")) {
            ArrayNode each = JsonNodeFactory.instance.arrayNode();
            item.at(pointer(directive, "$each"))
                    .values()
                    .forEach(it -> fill(directive.path("$as"), it, document).ifPresent(each::add));
            return each.isEmpty() ? Optional.empty() : Optional.of(each);
        }
        var value = directive.has("$document")
                ? document.at(pointer(directive, "$document"))
                : item.at(pointer(directive, "$value"));
        boolean empty = value.isMissingNode() || value.isNull() || value.isContainer() && value.isEmpty();
        return empty ? Optional.empty() : Optional.of(value);
    }

    private static boolean isDirective(JsonNode template) {
        return template.isObject() && template.propertyNames().stream().anyMatch(name -> name.startsWith("$"));
    }

    private static JsonPointer pointer(JsonNode directive, String name) {
        return JsonPointer.compile(directive.path(name).asString(""));
    }

    /** The faults of the template: unknown directives, and pointers to fields that the type does not have. */
    static List<Fault> faults(JsonNode schema) {
        var faults = new ArrayList<Fault>();
        var template = schema.path("x-linked-data");
        if (!template.isMissingNode() && !template.isObject())
            faults.add(new Fault("/x-linked-data", "must be an object"));
        var document = Shape.of(schema);
        check(template, "/x-linked-data", document, document, faults);
        return faults;
    }

    private static void check(JsonNode template, String at, @Nullable Shape item, Shape document, List<Fault> faults) {
        if (isDirective(template)) {
            for (var member : template.properties()) {
                String name = member.getKey();
                String here = Pointers.join(at, name);
                if (!DIRECTIVES.contains(name))
                    faults.add(new Fault(here, "is not a directive; the directives are " + sorted()));
                if (name.equals("$as") || !DIRECTIVES.contains(name)) continue;
                var from = name.equals("$document") ? document : item;
                if (shape(from, member.getValue()) == null)
                    faults.add(new Fault(here, "points to a field that the type does not have"));
            }
            if (template.has("$each"))
                check(template.path("$as"), at + "/$as", items(shape(item, template.path("$each"))), document, faults);
            return;
        }
        template.properties()
                .forEach(it -> check(it.getValue(), Pointers.join(at, it.getKey()), item, document, faults));
        if (template.isArray())
            for (int i = 0; i < template.size(); i++) check(template.get(i), at + "/" + i, item, document, faults);
    }

    private static @Nullable Shape items(@Nullable Shape list) {
        return list == null || !list.type().equals("array") ? null : list.items();
    }

    /** The shape at the pointer; null if there is none. The empty pointer leads to the item itself. */
    private static @Nullable Shape shape(@Nullable Shape from, JsonNode pointer) {
        String text = pointer.asString("?");
        if (text.isEmpty() || from == null) return from;
        if (!text.startsWith("/")) return null;
        return from.at(List.of(text.substring(1).split("/", -1))).orElse(null);
    }

    private static String sorted() {
        return String.join(", ", DIRECTIVES.stream().sorted().toList());
    }
}
