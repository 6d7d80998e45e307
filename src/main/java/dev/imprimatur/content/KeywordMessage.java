// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import java.util.HashSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The message for a value that does not satisfy one keyword of its schema. The message says what to write instead. */
final class KeywordMessage {
    private KeywordMessage() {}

    /** @param value the value at the place */
    static String of(ErrorPlace place, JsonNode value) {
        var limit = place.limit();
        var field = Shape.of(place.schema());
        return switch (place.keyword()) {
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
            case "oneOf", "anyOf" -> "matches more than one of the allowed forms; write it so that it matches one";
            case "false", "unevaluatedItems", "items", "prefixItems" -> "is not allowed here; remove it";
            default -> "is not valid here";
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
                && text.lines().count() > 1) return "must be one line; remove the line breaks";
        var examples = schema.path("examples").values();
        return examples.isEmpty()
                ? "is " + ValueFormat.of(value) + ", which does not have the required form"
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
            case "json-pointer" -> "a path of fields such as /compensation/bands";
            default -> "in the format " + format;
        };
    }

    private static String twice(JsonNode list) {
        var seen = new HashSet<JsonNode>();
        return list.values().stream()
                .filter(item -> !seen.add(item))
                .findFirst()
                .filter(JsonNode::isValueNode)
                .map(item -> ValueFormat.of(item) + " is in the list twice; keep one of them")
                .orElse("holds the same item twice; keep one of them");
    }

    private static long characters(JsonNode value) {
        return CleanText.length(value.asString(""));
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
