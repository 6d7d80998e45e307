// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.problem.Fault;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One field of the form of a content type, with its definition from the content type and its value from the draft. Lists and groups contain
 * further fields.
 *
 * @param path the path of the field in the draft, with list items by their ids; also the name of the input
 * @param pointer the JSON Pointer of the field in the content, with list items by their positions
 * @param value the text that the input shows; empty if the draft has no value
 * @param hint the description of the field in the content type
 * @param children the fields of a group, or the items of a list
 * @param blank the template for new items of a list; its id is {@link #ID} followed by its depth
 * @param faults the errors of this field
 * @param warnings the parts of this field that readers do not see as they were meant
 */
record Field(
        String path,
        String pointer,
        String label,
        Kind kind,
        boolean required,
        String value,
        @Nullable String hint,
        Limits limits,
        List<String> options,
        List<Field> children,
        @Nullable Field blank,
        List<String> faults,
        List<String> warnings) {
    /**
     * A placeholder for the id of an item that is not yet added, followed by the number of lists around the item. Real ids have no
     * capitals.
     */
    static final String ID = "NEW";

    /** The kinds of inputs. */
    enum Kind {
        TEXT,
        TEXTAREA,
        MARKDOWN,
        NUMBER,
        CHECKBOX,
        CHOICE,
        DATE,
        LINK,
        /** The id of a guide; the options are the content types that the guide may have. */
        GUIDE,
        /** The id of a file of the library, beside its hash and its alternative text. */
        ASSET,
        GROUP,
        LIST,
        TABLE
    }

    /** Limits that the browser can check by itself. */
    record Limits(
            @Nullable Integer maxLength,
            @Nullable Integer minimum,
            @Nullable Integer maximum,
            @Nullable Integer maxItems,
            @Nullable String pattern) {}

    /**
     * The fields of a whole document.
     *
     * @param draft the values that the inputs show
     * @param messages the errors and warnings that the form shows
     */
    static List<Field> of(Shape type, FormValues draft, Messages messages) {
        return group(type, draft, "", "", 0, messages);
    }

    /**
     * The errors and warnings of a form. Each fault has a path instead of a pointer.
     *
     * @param faults the errors
     * @param warnings what readers do not see as it was meant
     */
    record Messages(List<Fault> faults, List<Fault> warnings) {
        static final Messages NOTHING = new Messages(List.of(), List.of());

        private static List<String> at(String path, List<Fault> all) {
            return all.stream()
                    .filter(it -> it.pointer().equals(path))
                    .map(Fault::detail)
                    .toList();
        }
    }

    /** The field of a new item of this list with the given id. */
    public Field newItem(String id) {
        if (blank == null) throw new IllegalStateException(path + " is no list");
        return blank.renamed(blank.path(), path + "/" + id);
    }

    private Field renamed(String from, String to) {
        return new Field(
                to + path.substring(from.length()),
                pointer,
                label,
                kind,
                required,
                value,
                hint,
                limits,
                options,
                children.stream().map(child -> child.renamed(from, to)).toList(),
                blank == null ? null : blank.renamed(from, to),
                faults,
                warnings);
    }

    private static List<Field> group(
            Shape shape, FormValues draft, String path, String pointer, int depth, Messages messages) {
        var types = shape.referredTypes();
        String asset = Pointers.join(path, "asset");
        return properties(shape, draft, path, pointer, depth, messages).stream()
                .map(field -> !types.isEmpty()
                        ? field.as(Kind.GUIDE, types)
                        : shape.isAsset() && field.path().equals(asset) ? field.as(Kind.ASSET, List.of()) : field)
                .toList();
    }

    private Field as(Kind other, List<String> choices) {
        return new Field(
                path, pointer, label, other, required, value, hint, limits, choices, children, blank, faults, warnings);
    }

    private static List<Field> properties(
            Shape shape, FormValues draft, String path, String pointer, int depth, Messages messages) {
        return shape.properties().stream()
                .map(name -> of(
                        shape.property(name),
                        name,
                        shape.requires(name),
                        draft,
                        Pointers.join(path, name),
                        Pointers.join(pointer, name),
                        depth,
                        messages))
                .toList();
    }

    private static Field of(
            Shape shape,
            String name,
            boolean required,
            FormValues draft,
            String path,
            String pointer,
            int depth,
            Messages messages) {
        var kind = kind(shape);
        var ids = draft.items(path);
        var children = switch (kind) {
            case GROUP -> group(shape, draft, path, pointer, depth, messages);
            case LIST, TABLE ->
                IntStream.range(0, ids.size())
                        .mapToObj(i -> of(
                                shape.items(),
                                name,
                                true,
                                draft,
                                path + "/" + ids.get(i),
                                pointer + "/" + i,
                                depth + 1,
                                messages))
                        .toList();
            default -> List.<Field>of();
        };
        var blank = kind == Kind.LIST || kind == Kind.TABLE
                ? of(
                        shape.items(),
                        name,
                        true,
                        draft,
                        path + "/" + ID + depth,
                        pointer + "/" + ID + depth,
                        depth + 1,
                        Messages.NOTHING)
                : null;
        return new Field(
                path,
                pointer,
                shape.title().orElse(name),
                kind,
                required,
                draft.values().getOrDefault(path, ""),
                shape.text("description").orElse(null),
                new Limits(
                        shape.number("maxLength").orElse(null),
                        shape.number("minimum").orElse(null),
                        shape.number("maximum").orElse(null),
                        shape.number("maxItems").orElse(null),
                        shape.text("pattern").orElse(null)),
                shape.options(),
                children,
                blank,
                Messages.at(path, messages.faults()),
                Messages.at(path, messages.warnings()));
    }

    private static Kind kind(Shape shape) {
        if (!shape.options().isEmpty()) return Kind.CHOICE;
        return switch (shape.type()) {
            case "object" -> Kind.GROUP;
            case "array" -> shape.widget().equals("table") ? Kind.TABLE : Kind.LIST;
            case "integer", "number" -> Kind.NUMBER;
            case "boolean" -> Kind.CHECKBOX;
            default -> {
                if (shape.isMarkdown()) yield Kind.MARKDOWN;
                if (shape.widget().equals("textarea")) yield Kind.TEXTAREA;
                yield switch (shape.text("format").orElse("")) {
                    case "date" -> Kind.DATE;
                    case "uri", "uri-reference" -> Kind.LINK;
                    default -> Kind.TEXT;
                };
            }
        };
    }

    /** The HTML id of the input. The path itself is not used, because style sheets and scripts would have to escape it. */
    public String id() {
        return "f" + path.replaceAll("[^A-Za-z0-9]+", "-");
    }

    /** How many lists contain this list. */
    public int depth() {
        return blank == null
                ? 0
                : Integer.parseInt(blank.path().substring(blank.path().lastIndexOf(ID) + ID.length()));
    }

    public boolean isList() {
        return kind == Kind.LIST || kind == Kind.TABLE;
    }

    /** Whether the input is one short line, so that two inputs fit side by side. */
    public boolean isShort() {
        return kind == Kind.NUMBER || kind == Kind.CHECKBOX || kind == Kind.CHOICE || kind == Kind.DATE;
    }

    /** The name of a list item in a sentence: its first text. */
    public String nameOfItem() {
        return value.isEmpty()
                ? children.stream()
                        .map(Field::value)
                        .filter(it -> !it.isEmpty())
                        .findFirst()
                        .orElse("new item")
                : value;
    }

    /** Whether this field or any field within it has a value. */
    public boolean isFilled() {
        return !value.isEmpty() || children.stream().anyMatch(Field::isFilled);
    }
}
