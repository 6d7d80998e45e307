// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Segmentation;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Change.Op;
import dev.imprimatur.diff.Change.Piece;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A revision laid out for reading: its fields in the order of the content type, with the changes since another revision.
 *
 * @param rows the fields that either of the two revisions has
 * @param added the number of added words
 * @param removed the number of removed words
 */
public record RevisionView(List<Row> rows, int added, int removed) {
    /** How a place changed between the two revisions. */
    enum Fate {
        SAME,
        ADDED,
        REMOVED,
        CHANGED,
        MOVED
    }

    /** How a place is shown. */
    enum Layout {
        PROSE,
        VALUE,
        LIST,
        TABLE,
        GROUP
    }

    /**
     * One field, or one item of a list.
     *
     * @param pieces the text of the field, with inserted and deleted words
     * @param html the text as readers will see it; only for Markdown
     * @param note a note on the change, such as {@code +4 %} for an amount
     * @param rows the fields or items within this one
     * @param columns the labels of the columns of a table
     */
    public record Row(
            String pointer,
            String label,
            Layout layout,
            Fate fate,
            List<Piece> pieces,
            @Nullable String html,
            @Nullable String note,
            List<Row> rows,
            List<String> columns) {
        private static final Pattern ITEM_AROUND = Pattern.compile("/([0-9]{1,9})(?=/)");

        public boolean isChanged() {
            return fate != Fate.SAME || rows.stream().anyMatch(Row::isChanged);
        }

        /** Whether the field contains a table. Tables need the full width, because reviewers check their figures. */
        public boolean isWide() {
            return layout == Layout.TABLE || rows.stream().anyMatch(Row::isWide);
        }

        /** The label, with the numbers of the list items around this place, so that each table of a page has a name of its own. */
        public String name() {
            String numbers = ITEM_AROUND
                    .matcher(pointer)
                    .results()
                    .map(step -> Integer.toString(Integer.parseInt(step.group(1)) + 1))
                    .collect(Collectors.joining("."));
            return label + (numbers.isEmpty() ? "" : " " + numbers) + (fate == Fate.REMOVED ? ", removed" : "");
        }

        /** The current text, without deleted words. */
        public String text() {
            return pieces.stream()
                    .filter(piece -> piece.op() != Op.DELETE)
                    .map(Piece::text)
                    .collect(Collectors.joining());
        }

        /** Whether one text took the place of another as a whole, as a number does. */
        public boolean isReplaced() {
            return pieces.size() == 2
                    && pieces.getFirst().op() == Op.DELETE
                    && pieces.getLast().op() == Op.INSERT;
        }

        /** The pictures of the library that a changed Markdown text showed before, if it shows others now. */
        public List<Pictures.Shown> picturesBefore() {
            return changedPictures(Op.INSERT);
        }

        /** The pictures of the library that a changed Markdown text shows, if it showed others before. */
        public List<Pictures.Shown> picturesNow() {
            return changedPictures(Op.DELETE);
        }

        private List<Pictures.Shown> changedPictures(Op otherSide) {
            if (html == null || !isChanged()) return List.of();
            var now = pictures(Op.DELETE);
            var before = pictures(Op.INSERT);
            return now.equals(before) ? List.of() : otherSide == Op.DELETE ? now : before;
        }

        private List<Pictures.Shown> pictures(Op without) {
            return layout == Layout.GROUP
                    ? Pictures.named(part("/asset", without), part("/alt", without))
                    : Pictures.in(side(without));
        }

        private String part(String name, Op without) {
            return rows.stream()
                    .filter(row -> row.pointer().equals(pointer + name))
                    .map(row -> row.side(without))
                    .collect(Collectors.joining());
        }

        /** The row with another HTML wherever it has one. */
        Row withHtml(UnaryOperator<String> changed) {
            return new Row(
                    pointer,
                    label,
                    layout,
                    fate,
                    pieces,
                    html == null ? null : changed.apply(html),
                    note,
                    rows.stream().map(row -> row.withHtml(changed)).toList(),
                    columns);
        }

        private String side(Op without) {
            return pieces.stream()
                    .filter(piece -> piece.op() != without)
                    .map(Piece::text)
                    .collect(Collectors.joining());
        }

        public int count(Op op) {
            return pieces.stream()
                            .filter(piece -> piece.op() == op)
                            .mapToInt(piece -> Segmentation.countWords(piece.text()))
                            .sum()
                    + rows.stream().mapToInt(row -> row.count(op)).sum();
        }

        public int added() {
            return count(Op.INSERT);
        }

        public int removed() {
            return count(Op.DELETE);
        }
    }

    /**
     * Lays out a revision.
     *
     * @param changes the changes from the older content to this one; empty if there is nothing to compare with
     */
    public static RevisionView of(Shape type, JsonNode content, List<Change> changes) {
        return of(new Layouter(type, content, changes).document());
    }

    private static RevisionView of(List<Row> rows) {
        return new RevisionView(
                rows,
                rows.stream().mapToInt(Row::added).sum(),
                rows.stream().mapToInt(Row::removed).sum());
    }

    RevisionView withHtml(UnaryOperator<String> changed) {
        return new RevisionView(rows.stream().map(row -> row.withHtml(changed)).toList(), added, removed);
    }

    /** The rows of these places, within the rows around them. */
    public RevisionView only(Collection<String> pointers) {
        return of(only(rows, pointers));
    }

    private static List<Row> only(List<Row> rows, Collection<String> pointers) {
        return rows.stream()
                .filter(row -> pointers.stream()
                        .anyMatch(it -> Pointers.isWithin(row.pointer(), it) || Pointers.isWithin(it, row.pointer())))
                .map(row -> pointers.stream().anyMatch(it -> Pointers.isWithin(row.pointer(), it))
                        ? row
                        : new Row(
                                row.pointer(),
                                row.label(),
                                row.layout(),
                                row.fate(),
                                row.pieces(),
                                row.html(),
                                row.note(),
                                only(row.rows(), pointers),
                                row.columns()))
                .toList();
    }

    public List<Row> changed() {
        return rows.stream().filter(Row::isChanged).toList();
    }

    public List<Row> unchanged() {
        return rows.stream().filter(row -> !row.isChanged()).toList();
    }

    /** Joins changes that only a space or a punctuation mark separates, so that a reader sees one change instead of many. */
    public static List<Piece> joined(List<Piece> pieces) {
        var joined = new ArrayList<Piece>();
        var gone = new StringBuilder();
        var come = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            var piece = pieces.get(i);
            boolean between = piece.op() == Op.EQUAL
                    && (!gone.isEmpty() || !come.isEmpty())
                    && i + 1 < pieces.size()
                    && isSpaceOrSign(piece.text());
            if (piece.op() == Op.EQUAL && !between) {
                flush(gone, come, joined);
                joined.add(piece);
            } else {
                if (piece.op() != Op.INSERT) gone.append(piece.text());
                if (piece.op() != Op.DELETE) come.append(piece.text());
            }
        }
        flush(gone, come, joined);
        return joined;
    }

    private static boolean isSpaceOrSign(String text) {
        return text.length() <= 2
                && text.codePoints().noneMatch(it -> it == '\n' || Character.isLetterOrDigit(it))
                && text.codePoints().allMatch(it -> Character.isSpaceChar(it) || it < 0x80 || isPunctuation(it));
    }

    private static boolean isPunctuation(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private static void flush(StringBuilder gone, StringBuilder come, List<Piece> into) {
        if (!gone.isEmpty()) into.add(new Piece(Op.DELETE, gone.toString()));
        if (!come.isEmpty()) into.add(new Piece(Op.INSERT, come.toString()));
        gone.setLength(0);
        come.setLength(0);
    }

    private static final class Layouter {
        /** From here on numbers are shown with a thousands separator. */
        private static final BigDecimal GROUPED = BigDecimal.valueOf(10_000);

        private static final BigDecimal LARGEST = BigDecimal.TEN.pow(20);

        private final Shape type;
        private final JsonNode content;
        private final Map<String, Change> changes = new LinkedHashMap<>();
        private final Map<String, Change> moves = new LinkedHashMap<>();
        private final Map<String, Change> removals = new LinkedHashMap<>();

        Layouter(Shape type, JsonNode content, List<Change> all) {
            this.type = type;
            this.content = content;
            for (var change : all)
                switch (change.kind()) {
                    case REMOVED -> removals.put(change.pointer(), change);
                    case MOVED -> moves.put(change.pointer(), change);
                    default -> changes.put(change.pointer(), change);
                }
        }

        List<Row> document() {
            var rows = new ArrayList<>(members(type, content, "", Fate.SAME));
            // Values that were removed within a moved item have a pointer that no longer exists, so they are listed at
            // the end.
            for (var gone : List.copyOf(removals.values()))
                rows.add(row(
                        type,
                        "Removed: " + Labels.of(type, MissingNode.getInstance(), gone.pointer()),
                        from(gone),
                        gone.pointer(),
                        Fate.REMOVED));
            return rows;
        }

        private static JsonNode from(Change change) {
            var from = change.from();
            return from == null ? MissingNode.getInstance() : from;
        }

        private List<Row> members(Shape shape, JsonNode value, String pointer, Fate inherited) {
            var names = new LinkedHashSet<>(shape.properties());
            names.addAll(value.propertyNames());
            var rows = new ArrayList<Row>();
            for (String name : names) {
                String at = Pointers.join(pointer, name);
                var member = shape.property(name);
                String label = member.title().orElse(name);
                var gone = inherited == Fate.SAME && !value.has(name) ? removals.remove(at) : null;
                if (value.has(name)) rows.add(row(member, label, value.get(name), at, inherited));
                else if (gone != null) rows.add(row(member, label, from(gone), at, Fate.REMOVED));
            }
            return rows;
        }

        private Row row(Shape shape, String label, JsonNode value, String pointer, Fate inherited) {
            var change = inherited == Fate.SAME ? changes.get(pointer) : null;
            Fate fate = inherited;
            if (change != null) fate = change.kind() == Change.Kind.ADDED ? Fate.ADDED : Fate.CHANGED;
            else if (inherited == Fate.SAME && moves.containsKey(pointer)) fate = Fate.MOVED;
            var inner = fate == Fate.ADDED || fate == Fate.REMOVED ? fate : Fate.SAME;
            if (value.isObject())
                return new Row(
                        pointer,
                        label,
                        Layout.GROUP,
                        fate,
                        List.of(),
                        picture(shape, value, fate),
                        null,
                        members(shape, value, pointer, inner),
                        List.of());
            if (value.isArray()) return list(shape, label, value, pointer, fate, inner);
            return leaf(shape, label, value, pointer, fate, change);
        }

        private static @Nullable String picture(Shape shape, JsonNode value, Fate fate) {
            String asset = value.path("asset").asString("");
            return shape.isAsset() && fate != Fate.REMOVED && Pictures.isId(asset)
                    ? Pictures.ofField(asset, value.path("alt").asString(""))
                    : null;
        }

        private Row list(Shape shape, String label, JsonNode value, String pointer, Fate fate, Fate inner) {
            var rows = new ArrayList<Row>();
            for (int i = 0; i < value.size(); i++)
                rows.add(row(shape.items(), label + " " + (i + 1), value.get(i), pointer + "/" + i, inner));
            if (inner == Fate.SAME)
                for (String gone : removals.keySet().stream()
                        .filter(it -> it.startsWith(pointer + "/")
                                && it.substring(pointer.length() + 1).matches("[0-9]+"))
                        .toList()) {
                    var removal = removals.remove(gone);
                    if (removal != null) rows.add(row(shape.items(), label, from(removal), gone, Fate.REMOVED));
                }
            boolean table = shape.items().type().equals("object")
                    && shape.items().properties().stream()
                            .map(shape.items()::property)
                            .noneMatch(it -> it.isMarkdown()
                                    || it.type().equals("array")
                                    || it.type().equals("object"));
            if (!table) return new Row(pointer, label, Layout.LIST, fate, List.of(), null, null, rows, List.of());
            var names = shape.items().properties();
            return new Row(
                    pointer,
                    label,
                    Layout.TABLE,
                    fate,
                    List.of(),
                    null,
                    null,
                    rows.stream().map(row -> cells(row, shape.items(), names)).toList(),
                    names.stream()
                            .map(name -> shape.items().property(name).title().orElse(name))
                            .toList());
        }

        /** A table row with a cell for every column; missing values give empty cells. */
        private static Row cells(Row row, Shape item, List<String> names) {
            var cells = names.stream()
                    .map(name -> row.rows().stream()
                            .filter(cell -> cell.pointer().endsWith(Pointers.join("", name)))
                            .findFirst()
                            .orElseGet(() -> new Row(
                                    Pointers.join(row.pointer(), name),
                                    item.property(name).title().orElse(name),
                                    Layout.VALUE,
                                    Fate.SAME,
                                    List.of(),
                                    null,
                                    null,
                                    List.of(),
                                    List.of())))
                    .toList();
            return new Row(
                    row.pointer(), row.label(), row.layout(), row.fate(), List.of(), null, null, cells, List.of());
        }

        private Row leaf(
                Shape shape, String label, JsonNode value, String pointer, Fate fate, @Nullable Change change) {
            String text = text(shape, value);
            List<Piece> pieces;
            if (fate == Fate.ADDED) pieces = List.of(new Piece(Op.INSERT, text));
            else if (fate == Fate.REMOVED) pieces = List.of(new Piece(Op.DELETE, text));
            else if (change != null && change.words() != null && !shape.backs()) pieces = joined(change.words());
            else if (change != null)
                pieces = List.of(new Piece(Op.DELETE, text(shape, from(change))), new Piece(Op.INSERT, text));
            else pieces = List.of(new Piece(Op.EQUAL, text));
            return new Row(
                    pointer,
                    label,
                    value.isString() && text.length() > 80 || shape.isMarkdown() ? Layout.PROSE : Layout.VALUE,
                    fate,
                    pieces,
                    shape.isMarkdown() && fate != Fate.REMOVED
                            ? Pictures.named(value.asString(""), shape.place(pointer))
                            : null,
                    change == null ? null : note(change),
                    List.of(),
                    List.of());
        }

        /** The text of a value. A pointer to another place is shown as the label of that place. */
        private String text(Shape shape, JsonNode value) {
            if (shape.backs() && value.isString()) return Labels.of(type, content, value.stringValue());
            if (value.isNumber()) return number(value.decimalValue());
            if (value.isBoolean()) return value.booleanValue() ? "yes" : "no";
            return value.isValueNode() ? value.asString("") : value.toString();
        }

        /** A number; years and other numbers below 10,000 have no thousands separator. */
        private static String number(BigDecimal number) {
            // a number that is long only because of its exponent is not written out
            if (number.abs().compareTo(LARGEST) > 0 || number.scale() > 20) return number.toString();
            return number.abs().compareTo(GROUPED) < 0 ? number.toPlainString() : formatted("#,##0.##########", number);
        }

        private @Nullable String note(Change change) {
            var units = change.unitChanges();
            if (units != null)
                return units.stream().map(this::unitChange).collect(Collectors.joining(", ", "not compared: ", ""));
            var percent = change.percent();
            return percent == null
                    ? null
                    : (percent.signum() < 0 ? "−" : "+") + formatted("#,##0.##########", percent.abs()) + "\u00a0%";
        }

        /** The change of a unit: {@code USD → EUR}. */
        private String unitChange(String pointer) {
            var change = changes.get(pointer);
            var to = change == null ? null : change.to();
            return change == null || to == null || change.from() == null
                    ? "another " + pointer.substring(pointer.lastIndexOf('/') + 1)
                    : from(change).asString("") + " → " + to.asString("");
        }

        private static String formatted(String pattern, BigDecimal number) {
            return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.US)).format(number);
        }
    }
}
