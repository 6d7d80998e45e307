// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What checks have found. Of each rule the first findings are kept, and all are counted. */
public final class Findings {
    private static final int KEPT_OF_A_RULE = 100;

    /**
     * Something that must not be so.
     *
     * @param rule what is broken, in a few words with hyphens, such as {@code ledger-entry}
     * @param where what it is about, such as {@code guide 4711, edition 2}
     * @param detail what is wrong with it, as the rest of a sentence that begins with it
     * @param unfinished whether an interrupted step leaves it so: nothing follows from it, and the next pass of the reconciler, or the same request again, finishes it
     */
    public record Finding(String rule, String where, String detail, boolean unfinished) {
        @Override
        public String toString() {
            return rule + ": " + where + " " + detail;
        }
    }

    private final Map<String, List<Finding>> kept = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    /** Reports what no step of the application leaves behind. */
    public void violation(String rule, String where, String detail) {
        add(new Finding(rule, where, detail, false));
    }

    /** Reports what an interrupted step leaves behind. */
    public void unfinished(String rule, String where, String detail) {
        add(new Finding(rule, where, detail, true));
    }

    private void add(Finding finding) {
        counts.merge(finding.rule(), 1, Integer::sum);
        var ofRule = kept.computeIfAbsent(finding.rule(), rule -> new ArrayList<>());
        if (ofRule.size() < KEPT_OF_A_RULE) ofRule.add(finding);
    }

    /** Those that are kept, by rule. */
    public List<Finding> all() {
        return kept.values().stream().flatMap(List::stream).toList();
    }

    /** How many there are, by rule. */
    public Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }
}
