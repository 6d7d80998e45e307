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
 * @param share the share of the words that must match, greater than 0 and at most 1
 * @param ways by language, one digit for each word: the way in which the word was looked for. Languages in which every word was looked for
 *     in the usual way (0) are left out
 */
public record QueryInterpretation(float share, Map<String, String> ways) {
    private static final Pattern WRITTEN = Pattern.compile("[0-9a-f]{1,8}(-[a-z]{2,8}[0-3]{1,16}){0,40}");
    private static final Pattern WAYS = Pattern.compile("-([a-z]+)([0-3]+)");

    public static final QueryInterpretation USUAL = new QueryInterpretation(SearchQuery.MUST_BE_FOUND, Map.of());

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
                WAYS.matcher(written)
                        .results()
                        .collect(Collectors.toMap(it -> it.group(1), it -> it.group(2), (one, other) -> one)));
    }

    /**
     * The way in which a word of the query is looked for in a language; 0 for the usual way.
     *
     * @param word the index of the word in the query
     */
    int way(String language, int word) {
        String digits = ways.getOrDefault(language, "");
        return word < digits.length() ? digits.charAt(word) - '0' : 0;
    }

    @Override
    public String toString() {
        return Integer.toHexString(Float.floatToIntBits(share))
                + new TreeMap<>(ways)
                        .entrySet().stream()
                                .map(it -> "-" + it.getKey() + it.getValue())
                                .collect(Collectors.joining());
    }
}
