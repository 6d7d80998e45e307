// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.paging.Place;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The choices that a search made because of the published content: which words it took for typing errors, and how many words must match. A
 * cursor carries them, so that later pages are searched in the same way and a guide published in between hides no result.
 *
 * @param minimumShare the share of the words that must match, greater than 0 and at most 1
 * @param fallbacks by language, one digit for each word: its {@link Fallback}. Languages in which no word needs a fallback are left out
 */
public record QueryInterpretation(float minimumShare, Map<String, String> fallbacks) {
    private static final Pattern WRITTEN = Pattern.compile("[0-9a-f]{1,8}(-[a-z]{2,8}[0-3]{1,16}){0,40}");
    private static final Pattern FALLBACKS = Pattern.compile("-([a-z]+)([0-3]+)");

    public static final QueryInterpretation USUAL = new QueryInterpretation(SearchQuery.MINIMUM_SHARE, Map.of());

    /** Separates the interpretation from the rest of a cursor. */
    public static final char END = '.';

    /**
     * Parses the form that {@link #toString()} writes.
     *
     * @throws RuntimeException a refusal if the text does not have that form
     */
    public static QueryInterpretation parse(String written) {
        if (!WRITTEN.matcher(written).matches()) throw Place.unknown();
        int end = written.indexOf('-');
        float share = Float.intBitsToFloat(Integer.parseUnsignedInt(end < 0 ? written : written.substring(0, end), 16));
        if (!(share > 0 && share <= 1)) throw Place.unknown();
        return new QueryInterpretation(
                share,
                FALLBACKS
                        .matcher(written)
                        .results()
                        .collect(Collectors.toMap(it -> it.group(1), it -> it.group(2), (one, other) -> one)));
    }

    /**
     * The fallback by which a word of the query was looked up in a language.
     *
     * @param word the index of the word in the query
     */
    Fallback fallback(String language, int word) {
        String digits = fallbacks.getOrDefault(language, "");
        return word < digits.length() ? Fallback.of(digits.charAt(word)) : Fallback.NONE;
    }

    @Override
    public String toString() {
        return Integer.toHexString(Float.floatToIntBits(minimumShare))
                + new TreeMap<>(fallbacks)
                        .entrySet().stream()
                                .map(it -> "-" + it.getKey() + it.getValue())
                                .collect(Collectors.joining());
    }
}
