// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.paging.Place;
import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares guides of an index by the keys of a sort, and by their ids if all keys are equal. */
public final class SortComparator {
    /** Separates the keys in a cursor. Content holds no control characters. */
    private static final String SEPARATOR = "\0";

    private final @Nullable PublishedGuide[] guides;
    private final List<Sort.Key> keys;
    /** The sort keys of the guides, one column for each key of the sort. */
    private final List<SortKeys> columns;

    SortComparator(@Nullable PublishedGuide[] guides, List<Sort.Key> keys, List<SortKeys> columns) {
        this.guides = guides;
        this.keys = keys;
        this.columns = columns;
    }

    /** The end of the page before: the keys and the id of its last guide, which may have been unpublished since. */
    record PageEnd(List<byte[]> keys, String id) {}

    /**
     * What a cursor stores about a guide: the values that it is sorted by, and its id. A cursor stores values and not keys, so that it
     * stays valid on another index.
     */
    public Place place(int place) {
        var guide = guide(place);
        return new Place(
                String.join(
                        SEPARATOR,
                        keys.stream()
                                .map(key -> key.property().sortValue(guide))
                                .toList()),
                guide.entry().id());
    }

    PageEnd pageEnd(Place place) {
        String[] values = place.key().split(SEPARATOR, -1);
        if (values.length != keys.size()) throw Place.unknown();
        var keyBytes = new ArrayList<byte[]>();
        try {
            for (int i = 0; i < values.length; i++) keyBytes.add(columns.get(i).key(values[i]));
        } catch (NumberFormatException forged) {
            throw Place.unknown();
        }
        return new PageEnd(keyBytes, place.id());
    }

    private PublishedGuide guide(int place) {
        return Objects.requireNonNull(guides[place], "this place is free");
    }

    int compare(int one, int other) {
        for (int i = 0; i < columns.size(); i++) {
            int compared = compared(i, columns.get(i).key(one), columns.get(i).key(other));
            if (compared != 0) return compared;
        }
        int compared = guide(one).entry().id().compareTo(guide(other).entry().id());
        return compared != 0 ? compared : Integer.compare(one, other);
    }

    int compare(int one, PageEnd end) {
        for (int i = 0; i < columns.size(); i++) {
            int compared = compared(i, columns.get(i).key(one), end.keys().get(i));
            if (compared != 0) return compared;
        }
        return guide(one).entry().id().compareTo(end.id());
    }

    /** Compares by the first key alone. */
    int compareFirst(int one, int other) {
        return compared(0, columns.getFirst().key(one), columns.getFirst().key(other));
    }

    /** Compares by the first key alone. */
    int compareFirst(int one, PageEnd end) {
        return compared(0, columns.getFirst().key(one), end.keys().getFirst());
    }

    private int compared(int key, byte[] one, byte[] other) {
        int compared = Arrays.compareUnsigned(one, other);
        return keys.get(key).isDescending() ? -compared : compared;
    }
}
