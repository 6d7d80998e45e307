// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Lines of a table as RFC 4180 writes them, safe to open in a spreadsheet. */
final class Csv {
    /** What spreadsheets take for the beginning of a formula, also in full width. */
    private static final String FORMULA = "=+-@\t\r\n＝＋－＠";

    private Csv() {}

    static String line(String... cells) {
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** An apostrophe before what would be a formula makes it text; blanks before a formula do not save it. */
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
