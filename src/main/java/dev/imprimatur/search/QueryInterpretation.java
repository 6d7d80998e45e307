// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.paging.Place;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a question was read, where that depends on what else is live: which words were taken for slips, and how many had to be found. The
 * pages after the first are read alike, so that what is published in between hides nothing.
 *
 * @param share how many of the words must be found
 * @param ways how the words were looked for, one digit each, by language; of the languages in which a word has another than the usual one
 */
public record QueryInterpretation(float share, Map<String, String> ways) {
    private static final Pattern WRITTEN = Pattern.compile("[0-9a-f]{1,8}(-[a-z]{2,8}[0-3]{1,16}){0,40}");
    private static final Pattern WAYS = Pattern.compile("-([a-z]+)([0-3]+)");

    public static final QueryInterpretation USUAL = new QueryInterpretation(SearchQuery.MUST_BE_FOUND, Map.of());

    /** Stands between a reading and the rest of a cursor. */
    public static final char END = '.';

    /** @throws RuntimeException a refusal, if nobody wrote that */
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

    /** How the word of the language is looked for; 0 in the usual way. */
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
