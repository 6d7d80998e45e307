// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The declaration of one place in the documents of a content type: a view on its JSON Schema, in which each {@code $ref} into
 * {@code $defs} is resolved. A place that the schema does not declare has an empty shape.
 */
public final class Shape {
    /** The keywords that Imprimatur adds; any other keyword that starts with {@code x-} is treated as a misspelling. */
    static final Set<String> KEYWORDS = Set.of(
            "x-workflow",
            ReviewParts.KEYWORD,
            ReviewReminders.KEYWORD,
            "x-approvals",
            "x-members-only",
            "x-requirements",
            "x-reasons",
            "x-filterable",
            "x-searchable",
            "x-linked-data",
            "x-asset",
            "x-widget",
            "x-heading-level",
            "x-key",
            "x-ordered",
            "x-ascending",
            "x-amount",
            "x-one-of",
            "x-first",
            "x-backs",
            "x-needs-source",
            References.KEYWORD,
            CustomMessages.KEYWORD);

    /** The default of {@code x-heading-level}: headings of texts begin below {@code h1}, which is the title of the page. */
    private static final int HEADING_LEVEL = 2;

    private final JsonNode root;
    private final JsonNode schema;

    private Shape(JsonNode root, JsonNode schema) {
        this.root = root;
        String ref = schema.path("$ref").asString("");
        this.schema = ref.startsWith("#") ? root.at(ref.substring(1)) : schema;
    }

    static Shape of(JsonNode root) {
        return new Shape(root, root);
    }

    public Shape property(String name) {
        return new Shape(root, schema.path("properties").path(name));
    }

    /** The shape at a path of fields from this place; empty if there is none. Items of a list have no path. */
    Optional<Shape> at(List<String> path) {
        var at = this;
        for (String step : path) {
            if (at.type().equals("array") || !at.properties().contains(step)) return Optional.empty();
            at = at.property(step);
        }
        return Optional.of(at);
    }

    public Shape items() {
        return new Shape(root, schema.path("items"));
    }

    /** The fields that tell the items of this list apart; empty if items are told apart by their whole value. */
    public List<String> key() {
        return strings(schema.path("x-key"));
    }

    /** Whether the text is Markdown, declared by JSON Schema's own {@code contentMediaType: text/markdown}. */
    public boolean isMarkdown() {
        return isMarkdown(schema);
    }

    static boolean isMarkdown(JsonNode schema) {
        return schema.path("contentMediaType").asString("").equals("text/markdown");
    }

    /** The place of this Markdown text in its document, for rendering. */
    public Markdown.Place place(String pointer) {
        int ofType = root.path("x-heading-level").asInt(HEADING_LEVEL);
        return Markdown.Place.of(schema.path("x-heading-level").asInt(ofType), pointer);
    }

    /** Whether the object names a picture or a file of the library. */
    public boolean isAsset() {
        return schema.path("x-asset").asBoolean(false);
    }

    /** The name of the field for people: the schema's {@code title}. */
    public Optional<String> title() {
        return schema.path("title").asStringOpt();
    }

    /** The names of the fields of this object, in the order of the schema. */
    public List<String> properties() {
        return List.copyOf(schema.path("properties").propertyNames());
    }

    /** Lists of number fields of this object, of which none may exceed the next. */
    List<List<String>> ordered() {
        return schema.path("x-ordered").values().stream().map(Shape::strings).toList();
    }

    /** Number fields whose value may not decrease from one item of this list to the next. */
    List<String> ascending() {
        return strings(schema.path("x-ascending"));
    }

    /** Fields of this object of which a complete document has exactly one; empty if there is no such choice. */
    List<String> oneOf() {
        return strings(schema.path("x-one-of"));
    }

    /** The JSON Pointer of an object of the document that counts as the first item of this list; empty if there is none. */
    Optional<String> first() {
        return schema.path("x-first").asStringOpt();
    }

    /** Whether a change of this number is also told in percent: an amount, or a number that is not only a count or a year. */
    public boolean isMeasured() {
        return type().equals("number") || schema.has("x-amount");
    }

    /** The fields that say what this amount is measured in, such as its currency. They are in the nearest object around that has them. */
    public List<String> unit() {
        return strings(schema.path("x-amount"));
    }

    /** Whether the text is a JSON Pointer to a place of the same document that the item around it is a source of. */
    public boolean backs() {
        return schema.path("x-backs").asBoolean(false);
    }

    /** The content types that a reference in this place may refer to; empty if this is no reference. */
    public List<String> referredTypes() {
        return strings(schema.path(References.KEYWORD));
    }

    /** Whether every number in this place needs a source. */
    boolean needsSource() {
        return schema.path("x-needs-source").asBoolean(false);
    }

    /** The name of the query parameter that filters by this field; empty if the field is not filterable. */
    Optional<String> filterName(String otherwise) {
        var filterable = schema.path("x-filterable");
        if (filterable.isString()) return filterable.asStringOpt();
        return filterable.asBoolean(false) ? Optional.of(otherwise) : Optional.empty();
    }

    /** The weight of search hits in this field; empty if the field is not searchable. */
    OptionalDouble searchWeight() {
        var searchable = schema.path("x-searchable");
        if (searchable.isNumber()) return OptionalDouble.of(searchable.doubleValue());
        return searchable.asBoolean(false) ? OptionalDouble.of(1) : OptionalDouble.empty();
    }

    /** The type of values: {@code object}, {@code array}, {@code string}, {@code integer}, {@code number} or {@code boolean}. */
    public String type() {
        return schema.path("type").asString("string");
    }

    /** The widget that a form uses, if the schema names one: {@code markdown}, {@code textarea} or {@code table}. */
    public String widget() {
        return schema.path("x-widget").asString("");
    }

    /** Whether a complete document must have this field. */
    public boolean requires(String name) {
        return strings(schema.path("required")).contains(name);
    }

    /** The value of a required field that a content lacks. */
    Optional<JsonNode> defaultValue() {
        return schema.has("default") ? Optional.of(schema.get("default")) : Optional.empty();
    }

    /** The allowed values; empty if any value is allowed. */
    public List<String> options() {
        return strings(schema.path("enum"));
    }

    /** The value of a text keyword, such as {@code description}, {@code pattern} or {@code format}. */
    public Optional<String> text(String keyword) {
        return schema.path(keyword).asStringOpt();
    }

    /** The value of a number keyword, such as {@code maxLength} or {@code minimum}. */
    public Optional<Integer> number(String keyword) {
        return schema.path(keyword).asIntOpt().stream().boxed().findFirst();
    }

    private static List<String> strings(JsonNode array) {
        return array.values().stream().map(JsonNode::asString).toList();
    }
}
