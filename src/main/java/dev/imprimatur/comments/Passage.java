// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Segmentation;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Diff;
import dev.imprimatur.diff.IdentifiedContent;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The place of a comment's quoted passage in a later revision.
 *
 * @param pointer the JSON Pointer to the field in that revision
 * @param start the start of the passage in the field's text, in characters; equal to {@code end} if the comment is on the whole field
 */
public record Passage(String pointer, int start, int end) {
    /**
     * The place of the comment's passage in {@code now}; empty if less than half of its characters are left.
     *
     * @param then the content that the comment was made on
     */
    public static Optional<Passage> of(Shape shape, Comment comment, IdentifiedContent then, IdentifiedContent now) {
        return pointer(shape, comment.pointer(), then, now).flatMap(pointer -> {
            var was = then.content().at(comment.pointer());
            var is = now.content().at(pointer);
            String quote = comment.quote();
            if (quote == null || quote.isEmpty())
                return is.isMissingNode() && !pointer.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Passage(pointer, 0, 0));
            if (!is.isString()) return Optional.empty();
            return find(was.asString(""), quote)
                    .flatMap(range -> carried(Diff.words(was, is), range[0], range[1]))
                    .or(() -> find(is.stringValue(), quote))
                    .map(range -> new Passage(pointer, range[0], range[1]));
        });
    }

    /**
     * Finds the quote in the text. The range is widened where it would split a grapheme cluster, that is, a character as readers see it,
     * such as a letter with an accent, a flag or a family emoji. An occurrence that splits none is preferred.
     */
    static Optional<int[]> find(String text, String quote) {
        int first = -1;
        for (int at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
            if (first < 0) first = at;
            if (isWhole(text, at, at + quote.length())) return Optional.of(new int[] {at, at + quote.length()});
        }
        return first < 0
                ? Optional.empty()
                : Optional.of(new int[] {
                    Segmentation.atOrBefore(text, first), Segmentation.atOrAfter(text, first + quote.length())
                });
    }

    private static boolean isWhole(String text, int start, int end) {
        return Segmentation.atOrBefore(text, start) == start && Segmentation.atOrAfter(text, end) == end;
    }

    /** Maps a range of the older text to the newer text, through the pieces of the change. */
    private static Optional<int[]> carried(@Nullable List<Change.Piece> pieces, int start, int end) {
        if (pieces == null) return Optional.empty();
        int older = 0;
        int newer = 0;
        int kept = 0;
        int first = -1;
        int last = -1;
        for (var piece : pieces) {
            int length = piece.text().length();
            if (piece.op() == Change.Op.EQUAL) {
                int from = Math.max(start, older);
                int to = Math.min(end, older + length);
                if (from < to) {
                    kept += to - from;
                    if (first < 0) first = newer + from - older;
                    last = newer + to - older;
                }
            }
            if (piece.op() != Change.Op.INSERT) older += length;
            if (piece.op() != Change.Op.DELETE) newer += length;
        }
        return kept * 2 < end - start || kept == 0 ? Optional.empty() : Optional.of(new int[] {first, last});
    }

    /**
     * Translates a pointer from the older to the newer content. List items are matched by id. If that fails, they are matched by key, or by
     * equality in a list without a key. In such a list, the position decides last, and only if no item has a known id.
     */
    private static Optional<String> pointer(
            Shape shape, String pointer, IdentifiedContent then, IdentifiedContent now) {
        var translated = new StringBuilder();
        var walked = new StringBuilder();
        var at = shape;
        var older = then.content();
        var newer = now.content();
        for (String step :
                pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
            if (older.isArray()) {
                if (!step.matches("[0-9]{1,6}")) return Optional.empty();
                int was = Integer.parseInt(step);
                int place = place(
                        at,
                        older.path(was),
                        was,
                        then.items().of(then.items().path(then.content(), walked.toString())),
                        newer,
                        now.items().of(now.items().path(now.content(), translated.toString())));
                if (place < 0) return Optional.empty();
                translated.append('/').append(place);
                older = older.path(was);
                newer = newer.path(place);
                at = at.items();
            } else {
                String name = Pointers.unescape(step);
                translated.append('/').append(step);
                older = older.path(name);
                newer = newer.path(name);
                at = at.property(name);
            }
            walked.append('/').append(step);
        }
        return Optional.of(translated.toString());
    }

    private static int place(
            Shape list, JsonNode item, int was, List<String> idsThen, JsonNode now, List<String> idsNow) {
        boolean known = idsThen.stream().anyMatch(idsNow::contains);
        int same = known && was < idsThen.size() ? idsNow.indexOf(idsThen.get(was)) : -1;
        if (same >= 0) return same;
        for (int i = 0; i < now.size(); i++) {
            var other = now.get(i);
            boolean matches = list.key().isEmpty()
                    ? other.equals(item)
                    : list.key().stream().allMatch(key -> other.path(key).equals(item.path(key)));
            if (matches) return i;
        }
        return !known && list.key().isEmpty() && was < now.size() ? was : -1;
    }
}
