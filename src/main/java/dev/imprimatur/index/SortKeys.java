// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.representation.PublishedGuide;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the guides of an index are sorted by, by place: bytes that compare, without sign, as the values do. Never changed once made. */
final class SortKeys {
    private static final byte[] NONE = {};

    private final Property property;
    private final @Nullable String locale;
    private final @Nullable Collation collation;
    private final byte[][] keys;

    private SortKeys(Property property, @Nullable String locale, @Nullable Collation collation, byte[][] keys) {
        this.property = property;
        this.locale = locale;
        this.collation = collation;
        this.keys = keys;
    }

    /** @param locale of the guides that are sorted, by its collation; null for all guides, by that of no language */
    static SortKeys of(Property property, @Nullable String locale, @Nullable PublishedGuide[] guides) {
        var collation = property.kind() == Property.Kind.TEXT ? new Collation(locale) : null;
        var column = new SortKeys(property, locale, collation, new byte[guides.length][]);
        for (int place = 0; place < guides.length; place++) column.put(place, guides[place]);
        return column;
    }

    private void put(int place, @Nullable PublishedGuide guide) {
        keys[place] = guide != null && holds(guide) ? key(property.sorting(guide)) : NONE;
    }

    /** Whether the guide is one of those that are sorted. */
    boolean holds(PublishedGuide guide) {
        return locale == null || guide.entry().locale().equals(locale);
    }

    /** The keys once those places have other guides. */
    SortKeys with(List<TypeIndex.Change> changes, int size) {
        var next = new SortKeys(property, locale, collation, Arrays.copyOf(keys, size));
        for (var change : changes) next.put(change.place(), change.after());
        return next;
    }

    byte[] key(int place) {
        return keys[place];
    }

    /** The key of a value. */
    byte[] key(String value) {
        return collation == null ? property.key(value) : collation.key(value);
    }
}
