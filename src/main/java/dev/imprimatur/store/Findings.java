// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The findings of checks. All findings are counted; for each rule, only the first ones are kept. */
public final class Findings {
    private static final int MOST_KEPT_PER_RULE = 100;

    /**
     * A rule that stored data violates.
     *
     * @param rule the violated rule, in a few words with hyphens, such as {@code ledger-entry}
     * @param where the data that violates the rule, such as {@code guide 4711, edition 2}
     * @param detail what is wrong, as the rest of a sentence whose subject is {@code where}
     * @param unfinished whether an interrupted step leaves the data in this state. Such a finding does no harm: the next pass of the
     *     reconciler, or the same request again, completes the step
     */
    public record Finding(String rule, String where, String detail, boolean unfinished) {
        @Override
        public String toString() {
            return rule + ": " + where + " " + detail;
        }
    }

    private final Map<String, List<Finding>> kept = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    /** Reports a state that no step of the application leaves behind. */
    public void violation(String rule, String where, String detail) {
        add(new Finding(rule, where, detail, false));
    }

    /** Reports a state that an interrupted step leaves behind. */
    public void unfinished(String rule, String where, String detail) {
        add(new Finding(rule, where, detail, true));
    }

    private void add(Finding finding) {
        counts.merge(finding.rule(), 1, Integer::sum);
        var ofRule = kept.computeIfAbsent(finding.rule(), rule -> new ArrayList<>());
        if (ofRule.size() < MOST_KEPT_PER_RULE) ofRule.add(finding);
    }

    /** Returns the findings that are kept, sorted by rule. */
    public List<Finding> all() {
        return kept.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the number of all findings, by rule. */
    public Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }
}
