// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The keyword {@code x-review-interval} on fields: parts of a document that are reviewed on their own too. A part is a field at a fixed
 * path, so that its JSON Pointer means the same in each document and in each revision.
 */
final class ReviewParts {
    static final String KEYWORD = "x-review-interval";

    /** Keywords whose value is a schema, a list of schemas, or an object of schemas, at no fixed path. */
    private static final Set<String> SCHEMA = Set.of(
            "items",
            "additionalProperties",
            "unevaluatedProperties",
            "unevaluatedItems",
            "contains",
            "propertyNames",
            "not",
            "if",
            "then",
            "else");

    private static final LocalDate LATEST = LocalDate.EPOCH.plusYears(100);
    private static final Set<String> SCHEMAS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> NAMED_SCHEMAS =
            Set.of("$defs", "definitions", "patternProperties", "dependentSchemas");

    private final Map<String, Period> parts = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();

    private ReviewParts(JsonNode schema) {
        walk(schema, "", "", null);
    }

    /** The parts of a valid schema with their intervals, by JSON Pointer, in the order of the file. */
    static Map<String, Period> of(JsonNode schema) {
        return new ReviewParts(schema).parts;
    }

    static List<Fault> faults(JsonNode schema) {
        return new ReviewParts(schema).faults;
    }

    /**
     * @param at the pointer of the schema in its file
     * @param field the pointer of the field in documents; null if it has no fixed path
     * @param around the pointer of a part around it; null if there is none
     */
    private void walk(JsonNode schema, String at, @Nullable String field, @Nullable String around) {
        if (!schema.isObject()) return;
        var inner = around;
        if (!at.isEmpty() && schema.has(KEYWORD)) {
            var fault = fault(schema.get(KEYWORD), field, around);
            if (fault != null) faults.add(new Fault(at + "/" + KEYWORD, fault));
            else if (field != null) {
                parts.put(field, Period.parse(schema.get(KEYWORD).asString()));
                inner = field;
            }
        }
        String within = inner;
        schema.path("properties")
                .properties()
                .forEach(entry -> walk(
                        entry.getValue(),
                        Pointers.join(at + "/properties", entry.getKey()),
                        field == null ? null : Pointers.join(field, entry.getKey()),
                        within));
        schema.properties().forEach(entry -> {
            String place = at + "/" + entry.getKey();
            if (SCHEMA.contains(entry.getKey())) walk(entry.getValue(), place, null, within);
            if (SCHEMAS.contains(entry.getKey()))
                for (int i = 0; i < entry.getValue().size(); i++)
                    walk(entry.getValue().path(i), place + "/" + i, null, within);
            if (NAMED_SCHEMAS.contains(entry.getKey()))
                entry.getValue()
                        .properties()
                        .forEach(named -> walk(named.getValue(), Pointers.join(place, named.getKey()), null, within));
        });
    }

    private static @Nullable String fault(JsonNode interval, @Nullable String field, @Nullable String around) {
        if (field == null)
            return "may be set on a field at a fixed path only: not within a list, a definition or a choice. A list can have an interval as a whole";
        if (around != null) return "may not be set within " + around + ", which has an interval of its own";
        if (field.matches(".*[~.$].*"))
            return "may be set only on a field whose path has no ~, no full stop and no dollar sign";
        return isPeriod(interval) ? null : "must be an ISO 8601 period of at most a hundred years, such as P3M";
    }

    private static boolean isPeriod(JsonNode interval) {
        try {
            var due = LocalDate.EPOCH.plus(Period.parse(interval.asString("")));
            return interval.isString() && !due.isBefore(LocalDate.EPOCH) && !due.isAfter(LATEST);
        } catch (DateTimeException wrong) {
            return false;
        }
    }
}
