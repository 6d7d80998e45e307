// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Values as a sentence names them: in quotes and short, numbers with their thousands apart. */
final class Shown {
    /** As long as a quoted text may be before the rest is left out, in characters. */
    private static final int LONGEST = 40;
    /** Numbers that stay below this, such as years, are written without a sign between their thousands. */
    private static final int YEARS = 9_999;

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}\\s]+");

    private Shown() {}

    /** The value in quotes; a number, yes or no, without them. */
    static String of(JsonNode value) {
        if (value.isNumber()) return number(value.decimalValue(), true);
        if (value.isBoolean()) return value.booleanValue() ? "yes (true)" : "no (false)";
        if (value.isNull() || value.isMissingNode()) return "nothing (null)";
        if (value.isArray()) return "a list";
        if (value.isObject()) return "a group of fields (an object)";
        return "“" + shortened(value.asString("")) + "”";
    }

    /** A number of a field: thousands apart, unless the field holds small numbers only. */
    static String of(JsonNode number, Shape field) {
        return number(
                number.decimalValue(),
                field.number("maximum").map(most -> most > YEARS).orElse(true));
    }

    /** On one line, at most {@value #LONGEST} characters, whole ones. */
    static String shortened(String text) {
        String line = UNPRINTABLE.matcher(text).replaceAll(" ").strip();
        return line.codePointCount(0, line.length()) <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST)).strip() + "…";
    }

    private static String number(BigDecimal number, boolean grouped) {
        // what an exponent alone makes long is not written out
        if (Math.abs((long) number.precision() - number.scale()) > LONGEST || number.scale() > LONGEST)
            return number.toString();
        var format = new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.US));
        format.setMaximumFractionDigits(LONGEST);
        format.setGroupingUsed(grouped);
        return format.format(number);
    }
}
