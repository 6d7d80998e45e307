// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Formats values for sentences: quoted and shortened texts, and numbers with a thousands separator. */
final class ValueFormat {
    /** The maximum length of a quoted text, in code points; the rest is omitted. */
    private static final int LONGEST = 40;
    /** A field whose numbers never exceed this value, such as a year, is shown without a thousands separator. */
    private static final int YEARS = 9_999;

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}\\s]+");

    private ValueFormat() {}

    /** The value in quotes; numbers and booleans are not quoted. */
    static String of(JsonNode value) {
        if (value.isNumber()) return number(value.decimalValue(), true);
        if (value.isBoolean()) return value.booleanValue() ? "yes (true)" : "no (false)";
        if (value.isNull() || value.isMissingNode()) return "nothing (null)";
        if (value.isArray()) return "a list";
        if (value.isObject()) return "a group of fields (an object)";
        return "“" + shortened(value.asString("")) + "”";
    }

    /** A number of a field, with a thousands separator unless the field only holds small numbers. */
    static String of(JsonNode number, Shape field) {
        return number(
                number.decimalValue(),
                field.number("maximum").map(most -> most > YEARS).orElse(true));
    }

    /** The text on one line, cut after {@value #LONGEST} code points. */
    static String shortened(String text) {
        return CleanText.shortened(UNPRINTABLE.matcher(text).replaceAll(" ").strip(), LONGEST);
    }

    private static String number(BigDecimal number, boolean grouped) {
        // a number that is long only because of its exponent is not written out
        if (Math.abs((long) number.precision() - number.scale()) > LONGEST || number.scale() > LONGEST)
            return number.toString();
        var format = new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.US));
        format.setMaximumFractionDigits(LONGEST);
        format.setGroupingUsed(grouped);
        return format.format(number);
    }
}
