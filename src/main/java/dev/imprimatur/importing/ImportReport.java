// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an import does with each record, and in the end with all of them. */
final class ImportReport {
    private final PrintStream out;
    private final boolean dryRun;
    private final Map<String, Integer> unmapped = new TreeMap<>();
    private int imported;
    private int existing;
    private int refused;
    private int notSelected;

    ImportReport(PrintStream out, boolean dryRun) {
        this.out = out;
        this.dryRun = dryRun;
    }

    void imported(SourceRecord record, String guide, Map<String, Integer> leftOut) {
        imported++;
        String without = leftOut.isEmpty() ? "" : ", without " + HtmlText.words(leftOut);
        out.println((dryRun ? "would import  " : "imported      ") + guide + "  from " + record.name() + without);
    }

    void existing(SourceRecord record, String guide, String why) {
        existing++;
        out.println("there already " + guide + "  from " + record.name() + why);
    }

    void refused(SourceRecord record, String why) {
        refused++;
        out.println("not imported  " + record.name() + ": " + why);
    }

    void notSelected() {
        notSelected++;
    }

    /** Notes a field of a record that no rule of the mapping reads. */
    void unmapped(String field) {
        unmapped.merge(field, 1, Integer::sum);
    }

    int refused() {
        return refused;
    }

    int imported() {
        return imported;
    }

    void end() {
        if (!unmapped.isEmpty())
            out.println("fields in no rule of the mapping: "
                    + unmapped.entrySet().stream()
                            .map(it -> it.getKey() + " (" + it.getValue() + ")")
                            .collect(Collectors.joining(", ")));
        out.printf(
                "%d %s, %d there already, %d not imported, %d not selected%n",
                imported, dryRun ? "would be imported" : "imported as drafts", existing, refused, notSelected);
    }
}
