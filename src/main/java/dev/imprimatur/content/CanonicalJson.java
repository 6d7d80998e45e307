// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import tools.jackson.databind.JsonNode;

/**
 * Writes JSON in canonical form, so that equal documents have equal hashes (JSON Canonicalization Scheme, RFC 8785). Object members are
 * sorted by UTF-16 code units, numbers are written as ECMAScript writes doubles, and strings use the shortest escapes.
 */
public final class CanonicalJson {
    /** A double represents every whole number up to this one exactly. */
    static final double LARGEST_WHOLE = 0x1p53;

    private CanonicalJson() {}

    /**
     * The canonical form, in UTF-8.
     *
     * @throws IllegalArgumentException for a number that no IEEE 754 double holds exactly as an integer, that has more digits than
     *     one keeps, or that is not finite: the scheme would silently change it
     */
    public static byte[] bytes(JsonNode json) {
        return text(json).getBytes(StandardCharsets.UTF_8);
    }

    static String text(JsonNode json) {
        var out = new StringBuilder();
        write(json, out);
        return out.toString();
    }

    private static void write(JsonNode json, StringBuilder out) {
        switch (json.getNodeType()) {
            case OBJECT -> object(json, out);
            case ARRAY -> {
                out.append('[');
                for (int i = 0; i < json.size(); i++) {
                    if (i > 0) out.append(',');
                    write(json.get(i), out);
                }
                out.append(']');
            }
            case STRING -> string(json.stringValue(), out);
            case NUMBER -> out.append(number(json));
            case BOOLEAN -> out.append(json.booleanValue());
            case NULL -> out.append("null");
            default -> throw new IllegalArgumentException("no JSON value: " + json.getNodeType());
        }
    }

    private static void object(JsonNode json, StringBuilder out) {
        var names = new ArrayList<>(json.propertyNames());
        names.sort(null);
        out.append('{');
        String separator = "";
        for (String name : names) {
            out.append(separator);
            string(name, out);
            out.append(':');
            write(json.get(name), out);
            separator = ",";
        }
        out.append('}');
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20) out.append("\\u%04x".formatted((int) c));
                    else out.append(c);
                }
            }
        }
        out.append('"');
    }

    private static String number(JsonNode json) {
        double value = json.isBigDecimal() ? json.decimalValue().doubleValue() : json.doubleValue();
        if (json.isBigDecimal()
                && Double.isFinite(value)
                && new BigDecimal(Double.toString(value)).compareTo(json.decimalValue()) != 0)
            throw new IllegalArgumentException("a number with more digits than a double holds: " + json);
        if (!Double.isFinite(value)) throw new IllegalArgumentException("not a finite number: " + json);
        if (json.isIntegralNumber() && new BigDecimal(value).compareTo(new BigDecimal(json.bigIntegerValue())) != 0)
            throw new IllegalArgumentException("an integer beyond what a double holds: " + json);
        return number(value);
    }

    /** The shortest decimal that reads back as the same double, laid out by ECMAScript's Number::toString. */
    static String number(double value) {
        if (value == 0) return "0";
        var decimal = shortest(Math.abs(value));
        String digits = decimal.unscaledValue().toString();
        int point = digits.length() - decimal.scale();
        String text;
        if (point >= digits.length() && point <= 21) text = digits + "0".repeat(point - digits.length());
        else if (point > 0 && point <= 21) text = digits.substring(0, point) + "." + digits.substring(point);
        else if (point > -6 && point <= 0) text = "0." + "0".repeat(-point) + digits;
        else {
            int exponent = point - 1;
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            text = digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
        }
        return value < 0 ? "-" + text : text;
    }

    /** The shortest decimal for the double. Java writes at least two digits, so this tries whether one digit suffices (5e-324). */
    private static BigDecimal shortest(double value) {
        var decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        var oneDigit = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return oneDigit.doubleValue() == value ? oneDigit.stripTrailingZeros() : decimal;
    }
}
