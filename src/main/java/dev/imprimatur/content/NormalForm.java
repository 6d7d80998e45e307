// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The normal form in which content is stored, so that equal content is equal for filters, facets and hashes. Text is in Unicode
 * Normalization Form C, and a number without a fraction is a whole number.
 */
public final class NormalForm {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private NormalForm() {}

    /** The content in normal form; a new tree if the content had to change. */
    public static JsonNode of(JsonNode content) {
        return switch (content.getNodeType()) {
            case STRING -> text(content);
            case NUMBER -> number(content);
            case ARRAY -> {
                var array = JSON.arrayNode(content.size());
                content.values().forEach(item -> array.add(of(item)));
                yield array;
            }
            case OBJECT -> {
                ObjectNode object = JSON.objectNode();
                content.properties().forEach(member -> object.set(member.getKey(), of(member.getValue())));
                yield object;
            }
            default -> content;
        };
    }

    private static JsonNode text(JsonNode text) {
        String normal = CleanText.normal(text.stringValue());
        return normal.equals(text.stringValue()) ? text : JSON.stringNode(normal);
    }

    /** Normalizes a number. A double loses nothing of the numbers that a draft accepts. */
    private static JsonNode number(JsonNode number) {
        if (number.isIntegralNumber()) return number.canConvertToInt() ? JSON.numberNode(number.intValue()) : number;
        double value = number.doubleValue();
        if (value != Math.rint(value) || Math.abs(value) > CanonicalJson.LARGEST_WHOLE) return JSON.numberNode(value);
        long whole = (long) value;
        return whole == (int) whole ? JSON.numberNode((int) whole) : JSON.numberNode(whole);
    }
}
