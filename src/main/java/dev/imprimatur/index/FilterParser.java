// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses a filter expression such as {@code any(eq(tag,ai),not(lt(compensation.dataYear,2025)))}. A refusal names the character at which
 * the error is.
 */
public final class FilterParser {
    private static final char QUOTE = '\'';
    private static final String MARKS = "(),'";
    private static final String KNOWN =
            "any(…), all(…), not(…), eq(field,value), in(field,value,…), gt(field,value), gte(field,value),"
                    + " lt(field,value), lte(field,value) or has(field)";

    private final String text;
    private final Property.OfType properties;
    private final FilterLimits limits;
    private int at;
    private int conditions;

    private FilterParser(String text, Property.OfType properties, FilterLimits limits) {
        this.text = text;
        this.properties = properties;
        this.limits = limits;
    }

    /**
     * Parses a filter.
     *
     * @param properties the properties that conditions can name
     */
    public static Filter parse(String text, Property.OfType properties, FilterLimits limits) {
        if (text.length() > limits.length())
            throw Refusal.malformed("filter has at most " + limits.length() + " characters", List.of())
                    .raise();
        var parser = new FilterParser(text, properties, limits);
        var filter = parser.filter(0);
        if (parser.skipSpaces() < text.length()) throw parser.malformed("nothing more is expected");
        return filter;
    }

    private Filter filter(int depth) {
        int from = skipSpaces();
        String name = word();
        if (at == text.length() || text.charAt(at) != '(') throw malformed(from, "expected is " + KNOWN);
        at++;
        boolean isGroup = name.equals("any") || name.equals("all") || name.equals("not");
        if (isGroup && depth == limits.depth())
            throw malformed(from, "any, all and not are nested at most " + limits.depth() + " deep");
        var filter = switch (name) {
            case "any" -> Filter.any(filters(depth));
            case "all" -> Filter.all(filters(depth));
            case "not" -> Filter.not(filter(depth + 1));
            case "has" -> {
                count(from);
                yield has(property());
            }
            case "eq" -> {
                var property = property();
                yield Filter.having(property, List.of(nextValue(property)));
            }
            case "in" -> {
                var property = property();
                yield Filter.having(property, values(property));
            }
            case "gt", "gte" -> {
                var property = comparableProperty();
                yield Filter.from(property, nextValue(property), name.equals("gte"));
            }
            case "lt", "lte" -> {
                var property = comparableProperty();
                yield Filter.upTo(property, nextValue(property), name.equals("lte"));
            }
            default -> throw malformed(from, "expected is " + KNOWN);
        };
        expect(')');
        return filter;
    }

    private static Filter has(Property property) {
        return index -> index.values(property).any();
    }

    private List<Filter> filters(int depth) {
        var filters = new ArrayList<Filter>();
        do filters.add(filter(depth + 1));
        while (isNext(','));
        return filters;
    }

    private Property property() {
        int from = skipSpaces();
        String name = value();
        return properties
                .find(name)
                .orElseThrow(() -> malformed(from, "unknown field; known here are " + properties.names()));
    }

    private Property comparableProperty() {
        int from = skipSpaces();
        var property = property();
        if (!property.isRanged())
            throw malformed(from, property.name() + " is true or false; such values have no order");
        return property;
    }

    private String nextValue(Property property) {
        expect(',');
        int from = skipSpaces();
        count(from);
        String value = value();
        try {
            return property.parse(value);
        } catch (Refused refused) {
            throw malformed(from, refused.refusal().detail());
        }
    }

    private void count(int from) {
        if (++conditions > limits.conditions())
            throw malformed(from, "there are at most " + limits.conditions() + " conditions, with each value of in(…)");
    }

    private List<String> values(Property property) {
        var values = new ArrayList<String>();
        do values.add(nextValue(property));
        while (skipSpaces() < text.length() && text.charAt(at) == ',');
        return values;
    }

    /** Reads a value: a plain word, or a text between single quotes in which two quotes stand for one. */
    private String value() {
        int from = skipSpaces();
        if (at == text.length() || text.charAt(at) != QUOTE) {
            String word = word();
            if (word.isEmpty())
                throw malformed(
                        from, "expected is a field or a value; put it between quotes '…' if it contains any of (),'");
            return word;
        }
        var value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char it = text.charAt(at);
            if (it == QUOTE) {
                at++;
                if (at == text.length() || text.charAt(at) != QUOTE) return value.toString();
            }
            value.append(it);
        }
        throw malformed(from, "the quote is not closed");
    }

    /** Reads the text up to the next mark, without the spaces around it. */
    private String word() {
        int from = skipSpaces();
        while (at < text.length() && MARKS.indexOf(text.charAt(at)) < 0) at++;
        return text.substring(from, at).strip();
    }

    private boolean isNext(char mark) {
        if (skipSpaces() == text.length() || text.charAt(at) != mark) return false;
        at++;
        return true;
    }

    private void expect(char mark) {
        if (!isNext(mark)) throw malformed("expected is “" + mark + "”");
    }

    /** Skips spaces and returns the position of the next character. */
    private int skipSpaces() {
        while (at < text.length() && text.charAt(at) == ' ') at++;
        return at;
    }

    private RuntimeException malformed(String what) {
        return malformed(at, what);
    }

    private static RuntimeException malformed(int at, String what) {
        return Refusal.malformed("filter, character " + (at + 1) + ": " + what, List.of())
                .raise();
    }
}
