// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.representation.PublishedGuide;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sort keys of the guides of an index for one property, by place. The unsigned order of the bytes is the order of the values.
 * Immutable.
 */
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

    /** @param locale only guides of this locale get a key, by its collation; null for all guides, by the root collation */
    static SortKeys of(Property property, @Nullable String locale, @Nullable PublishedGuide[] guides) {
        var collation = property.kind() == Property.Kind.TEXT ? new Collation(locale) : null;
        var column = new SortKeys(property, locale, collation, new byte[guides.length][]);
        for (int place = 0; place < guides.length; place++) column.put(place, guides[place]);
        return column;
    }

    private void put(int place, @Nullable PublishedGuide guide) {
        keys[place] = guide != null && holds(guide) ? key(property.sortValue(guide)) : NONE;
    }

    /** Whether the guide is sorted by these keys: its locale is that of the keys, if they have one. */
    boolean holds(PublishedGuide guide) {
        return locale == null || guide.entry().locale().equals(locale);
    }

    /**
     * Returns the keys after these changes.
     *
     * @param size the number of places of the new index
     */
    SortKeys with(List<TypeIndex.Change> changes, int size) {
        var next = new SortKeys(property, locale, collation, Arrays.copyOf(keys, size));
        for (var change : changes) next.put(change.place(), change.after());
        return next;
    }

    byte[] key(int place) {
        return keys[place];
    }

    /** The sort key of a value. */
    byte[] key(String value) {
        return collation == null ? property.key(value) : collation.key(value);
    }
}
