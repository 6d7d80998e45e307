// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import dev.imprimatur.problem.Refusal;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The page of a list that a request asks for. */
public final class Window {
    private final Selection list;
    private final Selection.@Nullable Cursor cursor;
    private final int limit;

    private Window(Selection list, Selection.@Nullable Cursor cursor, int limit) {
        this.list = list;
        this.cursor = cursor;
        this.limit = limit;
    }

    /**
     * Returns the page that a cursor names. Throws a refusal if the cursor is invalid.
     *
     * @param cursor a cursor from a page of this list; null or empty for the first page
     */
    public static Window of(Selection list, @Nullable String cursor, int limit) {
        return new Window(list, cursor == null || cursor.isEmpty() ? null : list.read(cursor), limit);
    }

    /** Returns the limit. Throws a refusal if the limit is not between 1 and the largest. */
    public static int checked(int limit, int largest) {
        if (limit < 1 || limit > largest)
            throw Refusal.malformed("limit is 1 to " + largest, List.of()).raise();
        return limit;
    }

    /** Whether this is the first page. */
    public boolean isFirst() {
        return cursor == null;
    }

    /** Reads the page from the rows. */
    public <T> Page<T> page(Rows<T> rows, Function<? super T, Place> place) {
        if (cursor == null) return after(null, rows, place);
        if (!cursor.back()) return after(cursor.place(), rows, place);
        var before = rows.beside(cursor.place(), true, limit + 1);
        // fewer rows than a whole page come before the place: return the first page instead
        if (before.size() <= limit) return after(null, rows, place);
        var items = before.subList(0, limit).reversed();
        return new Page<>(
                List.copyOf(items), write(items.getFirst(), true, place), write(items.getLast(), false, place));
    }

    private <T> Page<T> after(@Nullable Place from, Rows<T> rows, Function<? super T, Place> place) {
        var after = rows.beside(from, false, limit + 1);
        var items = List.copyOf(after.subList(0, Math.min(limit, after.size())));
        String previous = null;
        if (from != null)
            previous = items.isEmpty()
                    ? list.write(new Selection.Cursor(from, true))
                    : write(items.getFirst(), true, place);
        return new Page<>(items, previous, after.size() > limit ? write(items.getLast(), false, place) : null);
    }

    private <T> String write(T row, boolean back, Function<? super T, Place> place) {
        return list.write(new Selection.Cursor(place.apply(row), back));
    }
}
