// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.people;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Limits a role of an account to some guides. Of several grants of the same role, one has to cover a guide.
 *
 * @param role the limited role
 * @param types the content types; null or empty for all types
 * @param locales language ranges as in RFC 4647, basic filtering: {@code de} covers {@code de} and {@code de-AT}; null or empty for all
 * @param tags the guide has at least one of these tags; null or empty for all guides
 */
public record Grant(
        String role,
        @Nullable List<String> types,
        @Nullable List<String> locales,
        @Nullable List<String> tags) {
    public Grant {
        types = copied(types);
        locales = copied(locales);
        tags = copied(tags);
    }

    private static @Nullable List<String> copied(@Nullable List<String> values) {
        return values == null || values.isEmpty() ? null : List.copyOf(values);
    }

    /** Whether the grant looks at the tags of guides. */
    public boolean looksAtTags() {
        return tags != null;
    }

    /** Whether the grant covers guides of this type and locale that have these tags. */
    public boolean covers(String type, String locale, Collection<String> guideTags) {
        return (types == null || types.contains(type))
                && (locales == null || locales.stream().anyMatch(range -> isIn(locale, range)))
                && (tags == null || guideTags.stream().anyMatch(tags::contains));
    }

    private static boolean isIn(String locale, String range) {
        String tag = locale.toLowerCase(Locale.ROOT);
        String prefix = range.toLowerCase(Locale.ROOT);
        return tag.equals(prefix) || tag.startsWith(prefix + "-");
    }

    /** The grant in words, such as “role-guide in de with the tag ai”. */
    public String words() {
        var words = Stream.of(
                        types == null ? "guides of all types" : String.join(" or ", types),
                        locales == null ? "" : "in " + String.join(" or ", locales),
                        tags == null ? "" : "with the tag " + String.join(" or ", tags))
                .filter(part -> !part.isEmpty())
                .toList();
        return String.join(" ", words);
    }
}
