// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rules for the schema file of a content type. A file that breaks a rule stops the start of the application. */
final class SchemaRules {
    private static final List<String> REQUIREMENT = List.of("id", "name", "changes", "group");
    private static final List<String> ASSET = List.of("asset", "hash", "alt");
    private static final String WORDS = "[a-z0-9]+(-[a-z0-9]+)*";

    private SchemaRules() {}

    /** The faults of the schema, in words; empty if the schema keeps the rules. */
    static List<Fault> faults(ObjectNode schema) {
        var faults = new ArrayList<Fault>();
        if (schema.path("x-workflow").asString("").isEmpty())
            faults.add(new Fault("", "x-workflow is missing: the workflow's id"));
        try {
            if (Period.parse(schema.path("x-review-interval").asString("")).toTotalMonths() < 0)
                faults.add(new Fault("/x-review-interval", "must not be negative"));
        } catch (DateTimeParseException wrong) {
            faults.add(new Fault("/x-review-interval", "must be an ISO 8601 period such as P6M"));
        }
        ReviewReminders.fault(schema).ifPresent(fault -> faults.add(new Fault("/" + ReviewReminders.KEYWORD, fault)));
        if (schema.path("x-approvals").asInt(1) < 1) faults.add(new Fault("/x-approvals", "must be at least 1"));
        if (!schema.path("x-members-only").isMissingNode()
                && !schema.path("x-members-only").isBoolean())
            faults.add(new Fault("/x-members-only", "must be true or false"));
        faults.addAll(ReviewParts.faults(schema));
        reasonFaults(schema.path("x-reasons"), faults);
        requirementFaults(schema, faults);
        walk(schema, "", faults);
        faults.addAll(NamedFields.faults(schema));
        return faults;
    }

    private static void reasonFaults(JsonNode reasons, List<Fault> faults) {
        if (!reasons.isMissingNode() && !reasons.isObject())
            faults.add(new Fault("/x-reasons", "must be an object with lists of reasons for " + Reason.Of.all()));
        reasons.properties().forEach(entry -> {
            String at = "/x-reasons/" + entry.getKey();
            if (Reason.Of.spelt(entry.getKey()).isEmpty())
                faults.add(new Fault(at, "is not an act with reasons; the acts are " + Reason.Of.all()));
            var codes = new HashSet<String>();
            boolean isRight = entry.getValue().isArray();
            for (var reason : entry.getValue().values())
                isRight &= reason.path("code").asString("").matches("[a-z0-9]+(-[a-z0-9]+)*")
                        && !reason.path("label").asString("").isBlank()
                        && reason.size() == 2
                        && codes.add(reason.get("code").asString());
            if (!isRight)
                faults.add(new Fault(
                        at,
                        "must be a list of {\"code\", \"label\"}, each code once, in lower-case words with hyphens"));
        });
    }

    private static void requirementFaults(ObjectNode schema, List<Fault> faults) {
        var requirements = schema.path("x-requirements");
        if (!requirements.isMissingNode() && !requirements.isArray())
            faults.add(new Fault("/x-requirements", "must be a list of {\"id\", \"name\", \"changes\", \"group\"}"));
        var ids = new HashSet<String>();
        int number = 0;
        for (var requirement : requirements.values()) {
            String at = "/x-requirements/" + number++;
            requirement.propertyNames().stream()
                    .filter(name -> !REQUIREMENT.contains(name))
                    .forEach(name ->
                            faults.add(new Fault(at + "/" + name, "is not known; a requirement has " + REQUIREMENT)));
            String id = requirement.path("id").asString("");
            if (!id.matches(WORDS)) faults.add(new Fault(at + "/id", "must be lower-case words with hyphens"));
            else if (!ids.add(id)) faults.add(new Fault(at + "/id", "is the id of an earlier requirement, too: " + id));
            if (requirement.path("name").asString("").isBlank()) faults.add(new Fault(at + "/name", "is missing"));
            if (!requirement.path("group").asString("").matches(WORDS))
                faults.add(new Fault(at + "/group", "must name a group of accounts, in lower-case words with hyphens"));
            var changes = requirement.path("changes");
            if (!changes.isArray() || changes.isEmpty())
                faults.add(new Fault(at + "/changes", "must be a list of JSON Pointers such as /compensation"));
            for (int i = 0; i < changes.size(); i++)
                if (!isField(schema, changes.get(i).asString("")))
                    faults.add(new Fault(at + "/changes/" + i, "is not the pointer of a field: " + changes.get(i)));
        }
    }

    /** Whether the pointer names a field of documents; a list counts as one field. */
    private static boolean isField(ObjectNode schema, String pointer) {
        if (!pointer.startsWith("/") || pointer.contains("~")) return false;
        var path = List.of(pointer.substring(1).split("/", -1));
        return Shape.of(schema).at(path).isPresent();
    }

    private static void assetFaults(ObjectNode object, String pointer, List<Fault> faults) {
        var asset = object.path("x-asset");
        if (asset.isMissingNode()) return;
        boolean isRight = asset.isBoolean()
                && object.path("type").asString("").equals("object")
                && ASSET.stream()
                        .allMatch(name -> object.path("properties")
                                .path(name)
                                .path("type")
                                .asString("")
                                .equals("string"));
        if (!isRight)
            faults.add(new Fault(
                    pointer + "/x-asset", "must be true or false, on an object with the text fields " + ASSET));
    }

    private static void walk(JsonNode schema, String pointer, List<Fault> faults) {
        if (!(schema instanceof ObjectNode object)) return;
        object.propertyNames().stream()
                .filter(keyword -> keyword.startsWith("x-") && !Shape.KEYWORDS.contains(keyword))
                .forEach(keyword -> faults.add(new Fault(
                        Pointers.join(pointer, keyword),
                        "is not a keyword; the keywords are "
                                + Shape.KEYWORDS.stream().sorted().collect(Collectors.joining(", ")))));
        var searchable = object.path("x-searchable");
        if (!searchable.isMissingNode() && !searchable.isBoolean() && searchable.asDouble(0) <= 0)
            faults.add(new Fault(pointer + "/x-searchable", "must be true, or a weight above 0"));
        if (object.path("x-backs").asBoolean(false)
                && !object.path("type").asString("").equals("string"))
            faults.add(new Fault(pointer + "/x-backs", "may be set on a text field only"));
        if (object.has(References.KEYWORD)) {
            String fault = References.fault(object);
            if (!fault.isEmpty()) faults.add(new Fault(pointer + "/" + References.KEYWORD, fault));
        }
        for (String flag : List.of("x-backs", "x-needs-source"))
            if (object.has(flag) && !object.get(flag).isBoolean())
                faults.add(new Fault(pointer + "/" + flag, "must be true or false"));
        assetFaults(object, pointer, faults);
        var level = object.path("x-heading-level");
        if (!level.isMissingNode() && !(level.isIntegralNumber() && level.asInt() >= 1 && level.asInt() <= 6))
            faults.add(new Fault(pointer + "/x-heading-level", "must be a level of headings, 1 to 6"));
        if (!level.isMissingNode() && !pointer.isEmpty() && !Shape.isMarkdown(object))
            faults.add(new Fault(pointer + "/x-heading-level", "may be set on the type or on a Markdown field only"));
        faults.addAll(CustomMessages.faults(object, pointer));
        if (object.has("properties") && !object.path("additionalProperties").isBoolean())
            faults.add(new Fault(pointer, "an object must say \"additionalProperties\": false"));
        for (String container : List.of("properties", "$defs"))
            object.path(container)
                    .properties()
                    .forEach(entry ->
                            walk(entry.getValue(), Pointers.join(pointer + "/" + container, entry.getKey()), faults));
        walk(object.path("items"), pointer + "/items", faults);
    }
}
