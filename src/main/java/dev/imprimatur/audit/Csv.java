// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Writes lines of CSV (RFC 4180) that are safe to open in a spreadsheet. */
final class Csv {
    /** Characters that spreadsheets read as the start of a formula, including their full-width forms. */
    private static final String FORMULA = "=+-@\t\r\n＝＋－＠";

    private Csv() {}

    static String line(String... cells) {
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    /**
     * Quotes a cell. A cell that would be a formula gets an apostrophe in front, which makes it text; leading blanks do not hide a formula.
     */
    private static String cell(String text) {
        boolean formula = begins(text) || begins(text.stripLeading());
        String harmless = formula ? "'" + text : text;
        return harmless.chars().anyMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n')
                ? '"' + harmless.replace("\"", "\"\"") + '"'
                : harmless;
    }

    private static boolean begins(String text) {
        return !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0;
    }
}
