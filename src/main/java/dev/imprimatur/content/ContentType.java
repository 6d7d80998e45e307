// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A content type: the fields of its guides, how often and by how many people they must be reviewed, and their workflow. A content type is
 * one JSON Schema (2020-12) file with additional {@code x-} keywords.
 */
public final class ContentType {
    /** Words that paths use in the place of a type's name; no type can have such a name. */
    static final Set<String> RESERVED = Set.of(
            "tasks",
            "accounts",
            "api-keys",
            "webhooks",
            "notifications",
            "content-types",
            "tokens",
            "ledger",
            "preview",
            "audit",
            "media",
            "releases",
            "calendar",
            "workflows",
            "proof",
            "deleted-guides");

    /** Keywords that only a complete document must satisfy, and a draft need not. */
    private static final Set<String> ONLY_WHEN_COMPLETE = Set.of("minItems", "minLength", "minProperties");

    private static final Set<String> UNKNOWN = Set.of("additionalProperties", "unevaluatedProperties");

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDialect(
            Dialects.getDraft202012(),
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private static final Schema META_SCHEMA =
            SCHEMAS.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));

    private final String name;
    private final ObjectNode schema;
    private final Schema complete;
    private final Schema partial;
    private final ReviewIntervals reviewIntervals;
    private final List<Period> reviewReminders;
    private final List<FilterField> filterFields;
    private final List<SearchField> searchFields;
    private final Synonyms synonyms;
    private final LinkedData linkedData;
    private final boolean hasAssetFields;

    /**
     * Reads the schema of a content type.
     *
     * @throws IllegalArgumentException if the schema is not valid; the message says where and why
     */
    public ContentType(String name, ObjectNode schema) {
        this(name, schema, Synonyms.NONE);
    }

    /** Reads the schema of a content type whose search also uses synonyms. */
    public ContentType(String name, ObjectNode schema, Synonyms synonyms) {
        this.synonyms = synonyms;
        this.name = name;
        this.schema = schema;
        var faults = faults(name, schema);
        if (!faults.isEmpty())
            throw new IllegalArgumentException(faults.stream()
                    .map(fault -> (fault.pointer() + " " + fault.detail()).strip())
                    .collect(Collectors.joining("; ")));
        this.filterFields = FilterField.of(Shape.of(schema), List.of()).toList();
        this.complete = SCHEMAS.getSchema(schema);
        this.partial = SCHEMAS.getSchema(draftSchema());
        this.searchFields = SearchField.of(Shape.of(schema), List.of()).toList();
        this.linkedData = LinkedData.of(schema);
        this.hasAssetFields = !schema.findValues("x-asset").isEmpty();
        this.reviewIntervals =
                new ReviewIntervals(Period.parse(schema.get(ReviewParts.KEYWORD).asString()), ReviewParts.of(schema));
        this.reviewReminders = ReviewReminders.of(schema);
    }

    /** What is wrong with a name and a schema; empty if they make a content type. */
    public static List<Fault> faults(String name, ObjectNode schema) {
        // the rules for keywords assume a schema, so a document that is none has only the faults of JSON Schema
        var faults = new ArrayList<>(META_SCHEMA.validate(schema).stream()
                .map(error -> new Fault(ErrorPlace.pointer(error), String.valueOf(error.getMessage())))
                .distinct()
                .toList());
        if (!name.matches("[a-z]+(-[a-z]+)*") || RESERVED.contains(name))
            faults.add(new Fault(
                    "", "a type's name is lower-case words with hyphens and none of " + new TreeSet<>(RESERVED)));
        if (!faults.isEmpty()) return faults;
        faults.addAll(SchemaRules.faults(schema));
        faults.addAll(LinkedData.faults(schema));
        faults.addAll(
                FilterField.faults(FilterField.of(Shape.of(schema), List.of()).toList()));
        if (faults.isEmpty()) faults.addAll(Defaults.faults(schema));
        return faults;
    }

    /** What is wrong with a value by a part of a schema, which may refer to the definitions of the whole schema. */
    static List<String> faults(JsonNode root, JsonNode part, JsonNode value) {
        if (!(part.deepCopy() instanceof ObjectNode own)) return List.of();
        if (root.has("$defs")) own.set("$defs", root.get("$defs"));
        return SCHEMAS.getSchema(own).validate(value).stream()
                .map(error -> String.valueOf(error.getMessage()))
                .toList();
    }

    public String name() {
        return name;
    }

    public String title() {
        return schema.path("title").asString(name);
    }

    /** The schema as written in its file. */
    public ObjectNode schema() {
        return schema.deepCopy();
    }

    /** The schema of a draft, which may be incomplete; {@code x-required} names the fields that only a submission must have. */
    public JsonNode draftSchema() {
        return relaxed(schema.deepCopy());
    }

    /** The content of an example guide: the first of the schema's {@code examples}. */
    public Optional<JsonNode> example() {
        return schema.path("examples").values().stream().findFirst();
    }

    /** The id of the BPMN process that guides of this type follow. */
    public String workflow() {
        return schema.get("x-workflow").asString();
    }

    /** How long a review of the whole document is valid. */
    public Period reviewInterval() {
        return reviewIntervals.whole();
    }

    /** How long reviews are valid: of the whole document, and of the parts that are reviewed on their own too. */
    public ReviewIntervals reviewIntervals() {
        return reviewIntervals;
    }

    /** How long before its due day the review of a published guide is announced, {@code x-review-reminders}. */
    public List<Period> reviewReminders() {
        return reviewReminders;
    }

    /** How many people must approve a revision before it is published: one, unless the type says more. */
    public int approvals() {
        return schema.path("x-approvals").asInt(1);
    }

    /** Whether approvals and confirmations count only if they are by people with an account, {@code x-members-only}. */
    public boolean isMembersOnly() {
        return schema.path("x-members-only").asBoolean(false);
    }

    /** The rules about who must approve a change of some fields. */
    public List<Requirement> requirements() {
        return schema.path("x-requirements").values().stream()
                .map(it -> new Requirement(
                        it.get("id").asString(),
                        it.get("name").asString(),
                        it.get("changes").values().stream()
                                .map(JsonNode::asString)
                                .toList(),
                        it.get("group").asString()))
                .toList();
    }

    /** The reasons that people can choose from for an act; empty if the type lists none. */
    public List<Reason> reasons(Reason.Of act) {
        return schema.path("x-reasons").path(act.spelling()).values().stream()
                .map(it -> new Reason(it.get("code").asString(), it.get("label").asString()))
                .toList();
    }

    public Shape shape() {
        return Shape.of(schema);
    }

    /** The names of the fields at the top of a document. */
    public List<String> fields() {
        return shape().properties();
    }

    /** The fields that sites can filter, sort and count by. */
    public List<FilterField> filterFields() {
        return filterFields;
    }

    /** The fields that a full-text search covers. */
    public List<SearchField> searchFields() {
        return searchFields;
    }

    /** The synonyms for searches. */
    public Synonyms synonyms() {
        return synonyms;
    }

    /** The mapping of documents of this type to schema.org. */
    public LinkedData linkedData() {
        return linkedData;
    }

    /** Whether documents of this type have a field with this name or dotted path. */
    public boolean hasField(String path) {
        return shape().at(List.of(path.split("\\.", -1))).isPresent();
    }

    /** The faults of the content as a draft, which may be incomplete, but never of the wrong type. */
    public List<Fault> draftFaults(JsonNode content) {
        if (!content.isObject())
            return List.of(new Fault("", "must be an object with the fields of this content type"));
        var faults = new ArrayList<>(faults(partial, content));
        faults.addAll(valueFaults(content));
        return faults;
    }

    /** The faults of the content as a submission, which must have all required fields and satisfy all rules between fields. */
    public List<Fault> submissionFaults(JsonNode content) {
        var faults = new ArrayList<>(faults(complete, content));
        faults.addAll(CrossFieldRules.check(shape(), content));
        faults.addAll(valueFaults(content));
        return faults;
    }

    /** The content with the {@code default} of each required field that it lacks. */
    public JsonNode withDefaults(JsonNode content) {
        return Defaults.fill(shape(), content);
    }

    /** The pointers of the fields that this type does not have. Fields that only another branch of a choice has are not among them. */
    public List<String> unknownFields(JsonNode content) {
        return partial.validate(content).stream()
                .filter(error -> UNKNOWN.contains(String.valueOf(error.getKeyword())))
                .map(error -> ErrorPlace.of(error, schema))
                .filter(place -> place.choice() == null)
                .map(ErrorPlace::unknownField)
                .distinct()
                .toList();
    }

    /** What forms call these places, in order. */
    public List<String> labels(List<String> pointers) {
        return pointers.stream()
                .map(pointer -> Labels.of(shape(), MissingNode.getInstance(), pointer))
                .toList();
    }

    /** A content without some fields. */
    public static JsonNode without(List<String> pointers, JsonNode content) {
        if (pointers.isEmpty()) return content;
        var rest = content.deepCopy();
        for (String pointer : pointers) {
            var at = JsonPointer.compile(pointer);
            if (rest.at(at.head()) instanceof ObjectNode holder)
                holder.remove(at.last().getMatchingProperty());
        }
        return rest;
    }

    private List<Fault> faults(Schema validator, JsonNode content) {
        return Wording.of(schema, content, validator.validate(content));
    }

    private List<Fault> valueFaults(JsonNode content) {
        var faults = new ArrayList<Fault>();
        values(shape(), content, "", (shape, value, pointer) -> {
            String fault = value.isNumber() ? numberFault(value) : textFault(shape, value, pointer);
            if (fault != null) faults.add(new Fault(pointer, fault));
        });
        return faults;
    }

    private static @Nullable String numberFault(JsonNode number) {
        try {
            CanonicalJson.bytes(number);
            return null;
        } catch (IllegalArgumentException inexact) {
            return inexact.getMessage();
        }
    }

    private static @Nullable String textFault(Shape shape, JsonNode value, String pointer) {
        if (!value.isString()) return null;
        String text = value.stringValue();
        String fault = CleanText.fault(text);
        return fault == null && shape.isMarkdown() ? Markdown.fault(text, shape.place(pointer)) : fault;
    }

    /** Warnings about parts of the content that are not shown as intended. Warnings do not prevent saving or submitting. */
    public List<Fault> warnings(JsonNode content) {
        var warnings = new ArrayList<Fault>();
        values(shape(), content, "", (shape, value, pointer) -> {
            if (value.isString() && shape.isMarkdown())
                Markdown.warnings(value.stringValue(), shape.place(pointer))
                        .forEach(warning -> warnings.add(new Fault(pointer, warning)));
        });
        return warnings;
    }

    /** The pointers of the numbers that need a source and have none. Missing sources do not prevent saving or submitting. */
    public List<String> figuresWithoutSource(JsonNode content) {
        return Sources.missing(shape(), content);
    }

    /** The pointers of the list items that are sources of a place of the content ({@code x-backs}). */
    public List<String> sourcesOf(JsonNode content, String pointer) {
        return Sources.of(shape(), content, pointer);
    }

    /** The places of the content that name pictures or files of the library. */
    public List<NamedAsset> assets(JsonNode content) {
        if (AssetIds.in(content).isEmpty() && !hasAssetFields) return List.of();
        var assets = new ArrayList<NamedAsset>();
        assets(shape(), content, "", assets);
        return assets;
    }

    /**
     * The content with an alternative text for each picture of the library that has none.
     *
     * @param altOf the alternative text for an id; null if there is none
     */
    public JsonNode withAlternatives(JsonNode content, Function<String, @Nullable String> altOf) {
        return AssetAlternatives.fill(shape(), content, altOf);
    }

    private static void assets(Shape shape, JsonNode value, String pointer, List<NamedAsset> assets) {
        if (value.isString() && shape.isMarkdown())
            Markdown.assets(value.stringValue(), shape.place(pointer))
                    .forEach(it -> assets.add(new NamedAsset(pointer, it.id(), null, it.alt(), true)));
        if (shape.isAsset() && value.isObject())
            assets.add(new NamedAsset(
                    pointer,
                    value.path(AssetIds.MEMBER).asString(""),
                    value.path("hash").asStringOpt().orElse(null),
                    value.path("alt").asString("").strip(),
                    false));
        value.properties()
                .forEach(entry -> assets(
                        shape.property(entry.getKey()),
                        entry.getValue(),
                        Pointers.join(pointer, entry.getKey()),
                        assets));
        if (value.isArray())
            for (int i = 0; i < value.size(); i++) assets(shape.items(), value.get(i), pointer + "/" + i, assets);
    }

    private interface ValueVisitor {
        void visit(Shape shape, JsonNode value, String pointer);
    }

    private static void values(Shape shape, JsonNode value, String pointer, ValueVisitor visitor) {
        if (value.isValueNode()) visitor.visit(shape, value, pointer);
        value.properties()
                .forEach(entry -> values(
                        shape.property(entry.getKey()),
                        entry.getValue(),
                        Pointers.join(pointer, entry.getKey()),
                        visitor));
        if (value.isArray())
            for (int i = 0; i < value.size(); i++) values(shape.items(), value.get(i), pointer + "/" + i, visitor);
    }

    /** Removes the keywords for complete documents, and turns {@code required} into {@code x-required}. Property names are no keywords. */
    private static JsonNode relaxed(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            object.remove(ONLY_WHEN_COMPLETE);
            var required = object.remove("required");
            if (required != null) object.set("x-required", required);
            object.properties().forEach(entry -> {
                if (entry.getKey().equals("properties") || entry.getKey().equals("$defs"))
                    entry.getValue().values().forEach(ContentType::relaxed);
                else relaxed(entry.getValue());
            });
        } else if (schema.isArray()) schema.values().forEach(ContentType::relaxed);
        return schema;
    }

    @Override
    public String toString() {
        return name;
    }
}
