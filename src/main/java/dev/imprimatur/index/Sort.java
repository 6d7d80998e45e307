// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The order of a list: by the first key, guides with equal keys by the next one, and finally by the ids of the guides.
 *
 * @param keys empty for the order of relevance
 * @param locale the locale whose collation orders text; null for the root collation
 */
public record Sort(List<Key> keys, @Nullable String locale) {
    static final int MOST_KEYS = 3;
    public static final Sort RELEVANCE = new Sort(List.of(), null);

    /** One key of a sort. */
    record Key(Property property, boolean isDescending) {
        @Override
        public String toString() {
            return (isDescending ? "-" : "") + property.id();
        }
    }

    public static Sort byTitle(@Nullable String locale) {
        return new Sort(List.of(new Key(Property.TITLE, false)), locale);
    }

    /** Parses keys separated by commas; a hyphen before a key means descending order. Refuses unknown, repeated and too many keys. */
    public static Sort parse(String text, ContentType type, @Nullable String locale) {
        var known = new Property.OfType(type);
        var keys = new ArrayList<Key>();
        for (String one : text.split(",", -1)) {
            boolean descending = one.startsWith("-");
            var property = known.find(descending ? one.substring(1) : one)
                    .filter(Property::isSortable)
                    .orElseThrow(() -> malformed("sort by one of " + known.names(Property::isSortable)
                            + ", with a hyphen before it for descending, or by up to " + MOST_KEYS
                            + " of them with commas between"));
            if (keys.stream().anyMatch(key -> key.property().name().equals(property.name())))
                throw malformed("sort names " + property.name() + " twice");
            keys.add(new Key(property, descending));
        }
        if (keys.size() > MOST_KEYS) throw malformed("sort by at most " + MOST_KEYS + " keys");
        return new Sort(List.copyOf(keys), locale);
    }

    private static RuntimeException malformed(String detail) {
        return Refusal.malformed(detail, List.of()).raise();
    }

    @Override
    public String toString() {
        return keys.stream().map(Key::toString).collect(Collectors.joining(","));
    }
}
