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
 * One field of the form of a content type: what the type says of it and what the draft holds. Lists and groups hold further
 * fields.
 *
 * @param path where in the draft, with items of lists by their ids, which is also its name in the form
 * @param pointer where in the content, with items of lists by their places
 * @param value as the input shows it; empty for what is not there
 * @param hint what the content type says about it
 * @param children fields of a group, items of a list
 * @param blank an item to add to a list, its id still {@link #ID} and its depth
 * @param faults what is wrong with it
 * @param warnings what in it readers do not see as it was meant
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
    /** Stands for the id of an item that is still to be added; followed by how many lists it is in. No id has capitals. */
    static final String ID = "NEW";

    /** What kind of input a field is. */
    enum Kind {
        TEXT,
        TEXTAREA,
        MARKDOWN,
        NUMBER,
        CHECKBOX,
        CHOICE,
        DATE,
        LINK,
        GROUP,
        LIST,
        TABLE
    }

    /** What the browser can check by itself. */
    record Limits(
            @Nullable Integer maxLength,
            @Nullable Integer minimum,
            @Nullable Integer maximum,
            @Nullable Integer maxItems,
            @Nullable String pattern) {}

    /**
     * The fields of a whole document.
     *
     * @param draft what the inputs hold
     * @param told what the form says of it
     */
    static List<Field> of(Shape type, FormValues draft, Told told) {
        return group(type, draft, "", "", 0, told);
    }

    /**
     * What a form says of its fields, with paths for pointers.
     *
     * @param faults what is wrong
     * @param warnings what readers do not see as it was meant
     */
    record Told(List<Fault> faults, List<Fault> warnings) {
        static final Told NOTHING = new Told(List.of(), List.of());

        private static List<String> at(String path, List<Fault> all) {
            return all.stream()
                    .filter(it -> it.pointer().equals(path))
                    .map(Fault::detail)
                    .toList();
        }
    }

    /** The field of an item to be added to this list with that id. */
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

    private static List<Field> group(Shape shape, FormValues draft, String path, String pointer, int depth, Told told) {
        return shape.properties().stream()
                .map(name -> of(
                        shape.property(name),
                        name,
                        shape.requires(name),
                        draft,
                        Pointers.join(path, name),
                        Pointers.join(pointer, name),
                        depth,
                        told))
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
            Told told) {
        var kind = kind(shape);
        var ids = draft.items(path);
        var children = switch (kind) {
            case GROUP -> group(shape, draft, path, pointer, depth, told);
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
                                told))
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
                        Told.NOTHING)
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
                Told.at(path, told.faults()),
                Told.at(path, told.warnings()));
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

    /** The id of its input; a path is none, since style sheets and scripts would stumble over it. */
    public String id() {
        return "f" + path.replaceAll("[^A-Za-z0-9]+", "-");
    }

    /** How many lists it is in. */
    public int depth() {
        return blank == null
                ? 0
                : Integer.parseInt(blank.path().substring(blank.path().lastIndexOf(ID) + ID.length()));
    }

    public boolean isList() {
        return kind == Kind.LIST || kind == Kind.TABLE;
    }

    /** Whether its input shows one short line, two of which fit side by side. */
    public boolean isShort() {
        return kind == Kind.NUMBER || kind == Kind.CHECKBOX || kind == Kind.CHOICE || kind == Kind.DATE;
    }

    /** What an item of a list is called in a sentence about it: its first text. */
    public String nameOfItem() {
        return value.isEmpty()
                ? children.stream()
                        .map(Field::value)
                        .filter(it -> !it.isEmpty())
                        .findFirst()
                        .orElse("new item")
                : value;
    }

    /** Whether it or anything in it holds a value. */
    public boolean isFilled() {
        return !value.isEmpty() || children.stream().anyMatch(Field::isFilled);
    }
}
