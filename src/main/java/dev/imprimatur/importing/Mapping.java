// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Which fields of a source become which fields of a guide.
 *
 * @param type the content type of the guides
 * @param source the system that the export is from; null to tell it from the name of the file
 * @param where the values that records must have to be imported
 * @param content by JSON Pointers in the content of a guide
 */
record Mapping(
        String type,
        @Nullable Sources source,
        Map<String, JsonNode> where,
        FieldRule locale,
        @Nullable FieldRule slug,
        Map<String, FieldRule> content) {
    private static final Set<String> MEMBERS = Set.of("type", "source", "where", "locale", "slug", "content");
    private static final String DEFAULT_LOCALE = "en-US";
    /** The fields that a slug is made of if the mapping does not say it, the first that a record has. */
    private static final List<String> SLUG_FIELDS = List.of("slug", "name", "title");

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern NO_SLUG = Pattern.compile("[^a-z0-9]+");
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,3}");
    private static final int LONGEST_SLUG = 100;

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /**
     * A record with the fields of a guide.
     *
     * @param slug empty if nothing in the record makes a slug
     * @param leftOut elements of HTML that Markdown has nothing for
     * @param faults what cannot become what the mapping says, by JSON Pointer in the content
     */
    record Mapped(
            String locale, String slug, ObjectNode content, Map<String, Integer> leftOut, Map<String, String> faults) {}

    /** Reads a mapping from a file in YAML or JSON. */
    static Mapping read(Path file) {
        try {
            return of(YAML.readTree(Files.readString(file)));
        } catch (JacksonException malformed) {
            var at = malformed.getLocation();
            throw new ImportFailure(
                    "mapping " + file.getFileName() + ": line " + (at == null ? "?" : at.getLineNr()) + ": "
                            + malformed.getOriginalMessage(),
                    malformed);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the mapping " + file + " cannot be read", unreadable);
        }
    }

    static Mapping of(JsonNode given) {
        if (!given.isObject()) throw new ImportFailure("the mapping has type and content");
        for (String member : given.propertyNames())
            if (!MEMBERS.contains(member))
                throw new ImportFailure("mapping /" + member + " is not known; there are "
                        + MEMBERS.stream().sorted().collect(Collectors.joining(", ")));
        String type = given.path("type")
                .asStringOpt()
                .orElseThrow(() -> new ImportFailure("mapping /type is missing: the content type of the guides"));
        if (!given.path("content").isObject() || given.get("content").isEmpty())
            throw new ImportFailure(
                    "mapping /content is missing: for each field of a guide, as a JSON Pointer such as /title, a field of the source");
        var content = new LinkedHashMap<String, FieldRule>();
        given.get("content").properties().forEach(field -> {
            if (!field.getKey().startsWith("/"))
                throw new ImportFailure(
                        "mapping /content: " + field.getKey() + " is no JSON Pointer; write /" + field.getKey());
            content.put(field.getKey(), FieldRule.of(field.getValue(), "/content" + field.getKey()));
        });
        var where = new LinkedHashMap<String, JsonNode>();
        given.path("where").properties().forEach(it -> where.put(it.getKey(), it.getValue()));
        var locale = given.path("locale");
        return new Mapping(
                type,
                source(given.path("source")),
                where,
                locale.isObject()
                        ? FieldRule.of(locale, "/locale")
                        : new FieldRule(
                                null,
                                locale.isMissingNode() ? JsonNodeFactory.instance.stringNode(DEFAULT_LOCALE) : locale,
                                FieldRule.As.TEXT,
                                null),
                given.has("slug") ? FieldRule.of(given.get("slug"), "/slug") : null,
                content);
    }

    private static @Nullable Sources source(JsonNode name) {
        if (name.isMissingNode()) return null;
        return Arrays.stream(Sources.values())
                .filter(it -> it.words().equals(name.asString("")))
                .findFirst()
                .orElseThrow(() -> new ImportFailure("mapping /source is "
                        + Arrays.stream(Sources.values()).map(Sources::words).collect(Collectors.joining(", "))));
    }

    /** Whether the record is to be imported. A list has a value if the value is one of its items. */
    boolean selects(SourceRecord record) {
        return where.entrySet().stream().allMatch(wanted -> {
            var found = record.fields().path(wanted.getKey());
            return found.isArray()
                    ? found.values().stream().anyMatch(item -> isSame(item, wanted.getValue()))
                    : isSame(found, wanted.getValue());
        });
    }

    private static boolean isSame(JsonNode found, JsonNode wanted) {
        return found.asString("").equals(wanted.asString(""));
    }

    /** The names of the fields of a source that the mapping reads. */
    Set<String> fields() {
        var fields = new TreeSet<>(where.keySet());
        Stream.concat(Stream.of(locale), content.values().stream())
                .flatMap(rule -> rule.field().stream())
                .forEach(fields::add);
        if (slug == null) fields.addAll(SLUG_FIELDS);
        else slug.field().ifPresent(fields::add);
        return fields;
    }

    Mapped apply(SourceRecord record) {
        var leftOut = new TreeMap<String, Integer>();
        var faults = new TreeMap<String, String>();
        var values = JsonNodeFactory.instance.objectNode();
        content.forEach((pointer, rule) -> {
            try {
                rule.apply(record, leftOut).ifPresent(value -> put(values, pointer, value));
            } catch (IllegalArgumentException unfit) {
                faults.put(pointer, String.valueOf(unfit.getMessage()));
            }
        });
        return new Mapped(text(locale, record, leftOut), slug(record, leftOut), values, leftOut, faults);
    }

    private static String text(FieldRule rule, SourceRecord record, Map<String, Integer> leftOut) {
        return rule.apply(record, leftOut).map(it -> it.asString("")).orElse("");
    }

    private String slug(SourceRecord record, Map<String, Integer> leftOut) {
        if (slug != null) return slugOf(text(slug, record, leftOut));
        return SLUG_FIELDS.stream()
                .map(field -> slugOf(record.fields().path(field).asString("")))
                .filter(it -> !it.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** A slug of the words of a text in Latin script; empty if it has none. */
    static String slugOf(String text) {
        String plain = MARKS.matcher(Normalizer.normalize(text.replace("ß", "ss"), Normalizer.Form.NFKD))
                .replaceAll("")
                .toLowerCase(Locale.ROOT);
        String slug = NO_SLUG.matcher(plain).replaceAll("-");
        slug = slug.startsWith("-") ? slug.substring(1) : slug;
        if (slug.length() > LONGEST_SLUG) slug = slug.substring(0, LONGEST_SLUG);
        return slug.endsWith("-") ? slug.substring(0, slug.length() - 1) : slug;
    }

    /** Puts a value at a JSON Pointer, with the objects and lists above it that are not there yet. */
    private static void put(ObjectNode content, String pointer, JsonNode value) {
        var steps = new ArrayList<String>();
        for (String step : pointer.substring(1).split("/", -1))
            steps.add(step.replace("~1", "/").replace("~0", "~"));
        JsonNode at = content;
        for (int i = 0; i < steps.size(); i++) {
            boolean isLast = i == steps.size() - 1;
            boolean isList = !isLast && INDEX.matcher(steps.get(i + 1)).matches();
            at = step(
                    at,
                    steps.get(i),
                    isLast
                            ? value
                            : isList ? JsonNodeFactory.instance.arrayNode() : JsonNodeFactory.instance.objectNode(),
                    isLast);
        }
    }

    /** Goes one step down; what is there stays, unless the step is the last one. */
    private static JsonNode step(JsonNode at, String name, JsonNode fresh, boolean isLast) {
        if (at instanceof ArrayNode list) {
            int index = Integer.parseInt(name);
            if (index > list.size())
                throw new IllegalArgumentException(
                        "item " + index + " of a list comes after item " + (index - 1) + ", which has no value");
            if (index == list.size()) list.add(fresh);
            else if (isLast) list.set(index, fresh);
            return list.get(index);
        }
        if (!(at instanceof ObjectNode object))
            throw new IllegalArgumentException("the field above has a value already");
        if (isLast || !object.has(name)) object.set(name, fresh);
        return object.get(name);
    }
}
