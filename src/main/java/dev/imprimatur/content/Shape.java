// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a content type says of one place in its documents: a view on the JSON Schema there, with {@code $ref} into
 * {@code $defs} followed. Undeclared places have an empty shape.
 */
public final class Shape {
    /** The keywords of ours; anything else that starts with {@code x-} is a misspelling. */
    static final Set<String> KEYWORDS = Set.of(
            "x-workflow",
            "x-review-interval",
            "x-approvals",
            "x-reasons",
            "x-filterable",
            "x-searchable",
            "x-linked-data",
            "x-widget",
            "x-heading-level",
            "x-key",
            "x-ordered",
            "x-ascending",
            OwnWords.KEYWORD);

    /** A page has one {@code h1}, its title: without {@code x-heading-level} the headings of its texts begin below that. */
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

    /** The shape at a path of fields from here; empty if there is none. Items of a list have no path. */
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

    /** Whether the text here is Markdown: JSON Schema's own {@code contentMediaType: text/markdown}. */
    public boolean isMarkdown() {
        return isMarkdown(schema);
    }

    static boolean isMarkdown(JsonNode schema) {
        return schema.path("contentMediaType").asString("").equals("text/markdown");
    }

    /** How the Markdown here stands in its document, of which this is the place. */
    public Markdown.Place place(String pointer) {
        int ofType = root.path("x-heading-level").asInt(HEADING_LEVEL);
        return Markdown.Place.of(schema.path("x-heading-level").asInt(ofType), pointer);
    }

    /** The name of a field as a person reads it: the schema's {@code title}. */
    public Optional<String> title() {
        return schema.path("title").asStringOpt();
    }

    /** The names of the fields of this object, in the order of the schema. */
    public List<String> properties() {
        return List.copyOf(schema.path("properties").propertyNames());
    }

    /** Pairs of number fields of this object of which the first may not exceed the second. */
    List<List<String>> ordered() {
        return schema.path("x-ordered").values().stream().map(Shape::strings).toList();
    }

    /** Number fields that may not fall from one item of this list to the next. */
    List<String> ascending() {
        return strings(schema.path("x-ascending"));
    }

    /** The name of the query parameter that filters by this field; empty where none does. */
    Optional<String> filterName(String otherwise) {
        var filterable = schema.path("x-filterable");
        if (filterable.isString()) return filterable.asStringOpt();
        return filterable.asBoolean(false) ? Optional.of(otherwise) : Optional.empty();
    }

    /** What is found here weighs so much in a search; empty where none looks. */
    OptionalDouble searchWeight() {
        var searchable = schema.path("x-searchable");
        if (searchable.isNumber()) return OptionalDouble.of(searchable.doubleValue());
        return searchable.asBoolean(false) ? OptionalDouble.of(1) : OptionalDouble.empty();
    }

    /** What holds values here: {@code object}, {@code array}, {@code string}, {@code integer}, {@code number}, {@code boolean}. */
    public String type() {
        return schema.path("type").asString("string");
    }

    /** How a form shows it, where it says so: {@code markdown}, {@code textarea}, {@code table}. */
    public String widget() {
        return schema.path("x-widget").asString("");
    }

    /** Whether a complete document has this field. */
    public boolean requires(String name) {
        return strings(schema.path("required")).contains(name);
    }

    /** The only values there may be; empty where any may be. */
    public List<String> options() {
        return strings(schema.path("enum"));
    }

    /** A keyword whose value is text, such as {@code description}, {@code pattern} or {@code format}. */
    public Optional<String> text(String keyword) {
        return schema.path(keyword).asStringOpt();
    }

    /** A keyword whose value is a number, such as {@code maxLength} or {@code minimum}. */
    public Optional<Integer> number(String keyword) {
        return schema.path(keyword).asIntOpt().stream().boxed().findFirst();
    }

    private static List<String> strings(JsonNode array) {
        return array.values().stream().map(JsonNode::asString).toList();
    }
}
