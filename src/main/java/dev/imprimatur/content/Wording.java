// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Turns the faults that a schema validator finds into messages for people who fill in a form. The messages say what to write instead, and
 * show no regular expressions. Each sentence follows the label of its field.
 */
final class Wording {
    private final JsonNode root;
    private final JsonNode content;

    private Wording(JsonNode root, JsonNode content) {
        this.root = root;
        this.content = content;
    }

    /** The faults that the validator found in the content, without repetitions. */
    static List<Fault> of(JsonNode root, JsonNode content, List<Error> errors) {
        var wording = new Wording(root, content);
        var plain = new ArrayList<Place>();
        var several = new ArrayList<Place>();
        var choices = new LinkedHashMap<String, List<Place>>();
        for (var error : errors) {
            var place = wording.place(error);
            if (place.keyword.equals("oneOf") && isManyFold(error)) several.add(place);
            else if (place.choice == null) plain.add(place);
            else
                choices.computeIfAbsent(place.choice.key(), key -> new ArrayList<>())
                        .add(place);
        }
        // drops a choice with too many matching branches: the faults of branches matter only if none matches
        several.forEach(place -> choices.remove(place.key()));
        plain.removeIf(place -> choices.containsKey(place.key()));
        plain.addAll(several);
        var faults = new LinkedHashSet<Fault>();
        plain.forEach(place -> faults.add(wording.fault(place)));
        choices.values().forEach(places -> faults.add(wording.chosen(places)));
        return List.copyOf(faults);
    }

    /** Whether more than one schema of a choice matches, although exactly one must match. */
    private static boolean isManyFold(Error error) {
        var fitting = error.getArguments();
        return fitting.length > 0 && !"0".equals(String.valueOf(fitting[0]));
    }

    /** A choice among several schemas on the path to an error. */
    private record Choice(String pointer, String path, String keyword, JsonNode schema, String branch) {
        String key() {
            return pointer + " " + path;
        }
    }

    /**
     * The place of an error.
     *
     * @param schemas the schemas of the place, from where a schema is referenced to where it is defined
     */
    private record Place(
            Error error,
            String pointer,
            String keyword,
            List<JsonNode> schemas,
            @Nullable Choice choice) {
        JsonNode schema() {
            return schemas.getLast();
        }

        /** Identifies a choice that fails at this place. */
        String key() {
            NodePath way = error.getEvaluationPath();
            return pointer + " " + path(way, way.getNameCount());
        }

        JsonNode limit() {
            return schema().path(keyword);
        }
    }

    /** Finds the place of an error by following the validator's path through the schema. */
    private Place place(Error error) {
        NodePath way = error.getEvaluationPath();
        var schemas = new ArrayList<>(List.of(root));
        Choice choice = null;
        int depth = 0;
        int last = way.getNameCount() - 1;
        for (int i = 0; i < last; i++) {
            String step = way.getName(i);
            var here = schemas.getLast();
            switch (step) {
                case "properties", "patternProperties" -> {
                    depth++;
                    schemas = new ArrayList<>(List.of(here.path(step).path(way.getName(++i))));
                }
                case "prefixItems" -> {
                    depth++;
                    schemas = new ArrayList<>(List.of(here.path(step).path(Integer.parseInt(way.getName(++i)))));
                }
                case "items", "additionalProperties", "contains", "unevaluatedItems", "unevaluatedProperties" -> {
                    depth++;
                    schemas = new ArrayList<>(List.of(here.path(step)));
                }
                case "$ref" -> schemas.add(referred(here));
                case "anyOf", "oneOf" -> {
                    String branch = way.getName(++i);
                    if (choice == null) choice = new Choice(pointer(error, depth), path(way, i), step, here, branch);
                    schemas.add(here.path(step).path(Integer.parseInt(branch)));
                }
                case "allOf" -> schemas.add(here.path(step).path(Integer.parseInt(way.getName(++i))));
                case "dependentSchemas" -> schemas.add(here.path(step).path(way.getName(++i)));
                default -> schemas.add(here.path(step));
            }
        }
        return new Place(error, pointer(error, Integer.MAX_VALUE), String.valueOf(error.getKeyword()), schemas, choice);
    }

    private JsonNode referred(JsonNode schema) {
        String ref = schema.path("$ref").asString("");
        return ref.startsWith("#") ? root.at(ref.substring(1)) : schema.path("$ref");
    }

    private static String path(NodePath way, int steps) {
        return Stream.iterate(0, i -> i < steps, i -> i + 1).map(way::getName).collect(Collectors.joining("/"));
    }

    private static String pointer(Error error, int depth) {
        NodePath at = error.getInstanceLocation();
        String pointer = "";
        for (int i = 0; i < Math.min(depth, at.getNameCount()); i++) pointer = Pointers.join(pointer, at.getName(i));
        return pointer;
    }

    private Fault fault(Place place) {
        String property = String.valueOf(place.error.getProperty());
        return switch (place.keyword) {
            case "required" -> {
                var missing = place.schema().path("properties").path(property);
                yield new Fault(
                        Pointers.join(place.pointer, property),
                        CustomMessages.of(missing, "required")
                                .or(() -> CustomMessages.of(referred(missing), "required"))
                                .or(() -> own(place))
                                .orElse("is required"));
            }
            case "dependentRequired" ->
                new Fault(
                        Pointers.join(place.pointer, String.valueOf(place.error.getArguments()[0])),
                        own(place).orElse("is required beside what is there"));
            case "additionalProperties", "unevaluatedProperties" ->
                new Fault(
                        Pointers.join(place.pointer, property),
                        own(place).orElseGet(() -> unknown(property, Shape.of(place.schema()))));
            default -> new Fault(place.pointer, own(place).orElseGet(() -> words(place)));
        };
    }

    private static Optional<String> own(Place place) {
        return place.schemas.stream()
                .flatMap(schema -> CustomMessages.of(schema, place.keyword).stream())
                .findFirst();
    }

    private static String unknown(String name, Shape shape) {
        String known = String.join(", ", shape.properties());
        return "“" + ValueFormat.shortened(name) + "” is not a field of this content type"
                + (known.isEmpty() ? "" : "; the fields here are " + known);
    }

    /** The fault of a choice in which no branch matches; the fault says what each branch needs. */
    private Fault chosen(List<Place> places) {
        var choice = places.getFirst().choice;
        if (choice == null) throw new IllegalArgumentException("no choice");
        var own = CustomMessages.of(choice.schema, choice.keyword);
        if (own.isPresent()) return new Fault(choice.pointer, own.get());
        var ways = new LinkedHashMap<String, String>();
        for (var place : places) {
            var fault = fault(place);
            String inner = fault.pointer().substring(choice.pointer.length());
            String said = inner.isEmpty() ? fault.detail() : inner.substring(1) + " " + fault.detail();
            ways.putIfAbsent(place.choice == null ? "" : place.choice.branch, said);
        }
        return new Fault(choice.pointer, String.join("; or ", new LinkedHashSet<>(ways.values())));
    }

    private String words(Place place) {
        var value = content.at(place.pointer);
        var limit = place.limit();
        var field = Shape.of(place.schema());
        return switch (place.keyword) {
            case "type" -> "must be " + kinds(limit) + ", and not " + ValueFormat.of(value);
            case "enum" -> "must be " + any(limit) + ", and not " + ValueFormat.of(value);
            case "const" -> "must be " + ValueFormat.of(limit) + ", and not " + ValueFormat.of(value);
            case "pattern" -> pattern(place.schema(), limit.asString(""), value);
            case "format" -> "must be " + format(limit.asString("")) + ", and not " + ValueFormat.of(value);
            case "minLength" -> {
                long has = characters(value);
                yield (has == 0 ? "is empty" : "has " + count(has, "character")) + "; write at least " + limit.asLong();
            }
            case "maxLength" -> "has " + count(characters(value), "character") + "; write at most " + limit.asLong();
            case "minimum" ->
                "is " + ValueFormat.of(value, field) + "; write " + ValueFormat.of(limit, field) + " or more";
            case "maximum" ->
                "is " + ValueFormat.of(value, field) + "; write " + ValueFormat.of(limit, field) + " or less";
            case "exclusiveMinimum" -> "is " + ValueFormat.of(value) + "; write more than " + ValueFormat.of(limit);
            case "exclusiveMaximum" -> "is " + ValueFormat.of(value) + "; write less than " + ValueFormat.of(limit);
            case "multipleOf" -> "is " + ValueFormat.of(value) + "; write a multiple of " + ValueFormat.of(limit);
            case "minItems" ->
                (value.isEmpty() ? "is an empty list" : "has " + count(value.size(), "item")) + "; it needs at least "
                        + limit.asLong();
            case "maxItems" -> "has " + count(value.size(), "item") + "; keep at most " + limit.asLong();
            case "uniqueItems" -> twice(value);
            case "contains", "minContains", "maxContains" -> "does not hold the items that it needs";
            case "minProperties" ->
                "has " + count(value.size(), "field") + " filled in; it needs at least " + limit.asLong();
            case "maxProperties" ->
                "has " + count(value.size(), "field") + " filled in; keep at most " + limit.asLong();
            case "propertyNames" -> "holds a field with a name that is not allowed here";
            case "not" -> "may not be " + ValueFormat.of(value);
            case "oneOf", "anyOf" -> "fits more than one of the forms that it can have; write it so that it fits one";
            case "false", "unevaluatedItems", "items", "prefixItems" -> "may not stand here; take it away";
            default -> "is not what is asked for here";
        };
    }

    private static String kinds(JsonNode types) {
        var kinds = (types.isArray() ? types.values().stream() : Stream.of(types))
                .map(type -> switch (type.asString("")) {
                    case "string" -> "text";
                    case "integer" -> "a whole number such as 12";
                    case "number" -> "a number such as 12 or 12.5";
                    case "boolean" -> "yes or no (true or false)";
                    case "array" -> "a list";
                    case "object" -> "a group of fields (an object)";
                    default -> "nothing (null)";
                })
                .toList();
        return String.join(" or ", kinds);
    }

    private static String any(JsonNode options) {
        var shown = options.values().stream().map(ValueFormat::of).toList();
        return shown.size() == 1
                ? shown.getFirst()
                : "one of " + String.join(", ", shown.subList(0, shown.size() - 1)) + " or " + shown.getLast();
    }

    /** The message for a value that does not match a pattern; the message shows the schema's example instead of the pattern. */
    private static String pattern(JsonNode schema, String pattern, JsonNode value) {
        String text = value.asString("");
        if (pattern.matches("\\^\\[\\^(\\\\r|\\\\n){1,2}][*+]\\$")
                && text.lines().count() > 1) return "must be one line; take the line breaks out";
        var examples = schema.path("examples").values();
        return examples.isEmpty()
                ? "is " + ValueFormat.of(value) + ", which is not in the form that is asked for here"
                : "must be in the form of " + ValueFormat.of(examples.iterator().next()) + ", and not "
                        + ValueFormat.of(value);
    }

    private static String format(String format) {
        return switch (format) {
            case "date" -> "a date such as 2026-05-14";
            case "time" -> "a time such as 09:30:00Z";
            case "date-time" -> "a date and time such as 2026-05-14T09:30:00Z";
            case "duration" -> "a length of time such as P6M (six months)";
            case "email", "idn-email" -> "an e-mail address such as name@example.com";
            case "uri", "iri" -> "a whole address such as https://www.example.com/page";
            case "uri-reference", "iri-reference" ->
                "an address without spaces, such as https://www.example.com/page or /page";
            case "hostname", "idn-hostname" -> "the name of a host such as www.example.com";
            case "ipv4" -> "an address such as 192.0.2.1";
            case "ipv6" -> "an address such as 2001:db8::1";
            case "uuid" -> "a UUID such as 123e4567-e89b-12d3-a456-426614174000";
            default -> "what is called " + format;
        };
    }

    private static String twice(JsonNode list) {
        var seen = new HashSet<JsonNode>();
        return list.values().stream()
                .filter(item -> !seen.add(item))
                .findFirst()
                .filter(JsonNode::isValueNode)
                .map(item -> ValueFormat.of(item) + " stands here twice; keep one of them")
                .orElse("holds the same item twice; keep one of them");
    }

    private static long characters(JsonNode value) {
        String text = value.asString("");
        return text.codePointCount(0, text.length());
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
