// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.representation.GuideAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The languages that a reader prefers, from an {@code Accept-Language} header (RFC 9110, 12.5.4). What the header names wrongly is ignored.
 *
 * @param ranges the language ranges, the most wanted first
 */
record LanguagePreference(List<Range> ranges) {
    /** A longer header is ignored, so that no request makes the server compare thousands of languages. */
    static final int LONGEST = 1_000;

    private static final Pattern FORM = Pattern.compile(
            "(\\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\\s*(?:;\\s*[qQ]\\s*=\\s*([01](?:\\.[0-9]{0,3})?)\\s*)?");
    private static final String ANY = "*";

    /** @param quality 0 for a language that the reader does not want, up to 1 */
    record Range(String tag, double quality) {
        /** Whether the range is the tag, or the beginning of it (RFC 4647, 3.3.1). */
        private boolean matches(String locale) {
            return tag.equals(ANY) || isPrefix(tag, locale);
        }
    }

    /** @param header null if the request has none */
    static LanguagePreference parse(@Nullable String header) {
        var ranges = new ArrayList<Range>();
        if (header != null && header.length() <= LONGEST)
            for (String part : header.split(",", -1)) {
                var form = FORM.matcher(part.strip());
                if (!form.matches()) continue;
                double quality = form.group(2) == null ? 1 : Double.parseDouble(form.group(2));
                String tag = form.group(1);
                if (quality <= 1)
                    ranges.add(new Range(
                            tag.equals(ANY) ? ANY : GuideAddress.canonical(tag).toLowerCase(Locale.ROOT), quality));
            }
        // equal qualities keep their order
        ranges.sort(Comparator.comparingDouble(Range::quality).reversed());
        return new LanguagePreference(List.copyOf(ranges));
    }

    /**
     * Looks up the best of these locales (RFC 4647, 3.4): for each range, the locale that equals it or one of its shorter forms, and else a
     * locale that begins with one of them. Empty if the reader wants none of them.
     *
     * @param locales the one to take for {@code *} first
     */
    Optional<String> best(Collection<String> locales) {
        var wanted = locales.stream().filter(locale -> quality(locale) > 0).toList();
        for (var range : ranges) {
            if (range.quality() <= 0) break;
            var found = range.tag().equals(ANY) ? wanted.stream().findFirst() : lookup(range.tag(), wanted);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private static Optional<String> lookup(String tag, List<String> locales) {
        for (String range = tag; ; range = shorter(range)) {
            String current = range;
            var found = locales.stream()
                    .filter(locale -> locale.equalsIgnoreCase(current))
                    .findFirst()
                    .or(() -> locales.stream()
                            .filter(locale -> isPrefix(current, locale))
                            .findFirst());
            if (found.isPresent() || range.indexOf('-') < 0) return found;
        }
    }

    /** The range without its last subtag, and without a single letter before that (RFC 4647, 3.4). */
    private static String shorter(String range) {
        String cut = range.substring(0, range.lastIndexOf('-'));
        return cut.length() > 2 && cut.charAt(cut.length() - 2) == '-' ? cut.substring(0, cut.length() - 2) : cut;
    }

    private static boolean isPrefix(String range, String locale) {
        return locale.regionMatches(true, 0, range, 0, range.length())
                && (locale.length() == range.length() || locale.charAt(range.length()) == '-');
    }

    /** The quality of the longest range that matches the locale; 1 if none does, because a shorter form of a range may still find it. */
    private double quality(String locale) {
        return ranges.stream()
                .filter(range -> range.matches(locale))
                .max(Comparator.comparingInt(
                        range -> range.tag().equals(ANY) ? 0 : range.tag().length()))
                .map(Range::quality)
                .orElse(1.0);
    }
}
