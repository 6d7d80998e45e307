// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Fills in missing alternative texts of pictures of the library, so that the content holds what readers are told. */
final class AssetAlternatives {
    private static final Pattern WITHOUT = Pattern.compile("!\\[[ \\t]*](?=\\(<?asset:([0-9a-f]{40})[)> \\t])");
    /** Signs that could begin something else in Markdown than text. */
    private static final Pattern SIGN = Pattern.compile("[\\\\\\[\\]`*_<>&~!|]");

    private AssetAlternatives() {}

    /** @param altOf the alternative text for an id; null if there is none */
    static JsonNode fill(Shape shape, JsonNode content, Function<String, @Nullable String> altOf) {
        if (AssetIds.in(content).isEmpty()) return content;
        var filled = content.deepCopy();
        fillInto(shape, filled, altOf);
        return filled;
    }

    private static void fillInto(Shape shape, JsonNode value, Function<String, @Nullable String> altOf) {
        if (value instanceof ObjectNode object) {
            if (shape.isAsset() && object.path("alt").asString("").isBlank()) {
                String alt = altOf.apply(object.path(AssetIds.MEMBER).asString(""));
                if (alt != null) object.put("alt", alt);
            }
            for (String name : object.propertyNames().toArray(String[]::new)) {
                var member = shape.property(name);
                var at = object.get(name);
                if (at.isString() && member.isMarkdown()) object.set(name, filled(member, at, altOf));
                else fillInto(member, at, altOf);
            }
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++)
                if (array.get(i).isString() && shape.items().isMarkdown())
                    array.set(i, filled(shape.items(), array.get(i), altOf));
                else fillInto(shape.items(), array.get(i), altOf);
        }
    }

    private static JsonNode filled(Shape shape, JsonNode text, Function<String, @Nullable String> altOf) {
        String markdown = text.stringValue();
        var pictures = Markdown.assets(markdown, shape.place(""));
        long without = pictures.stream().filter(it -> it.alt().isEmpty()).count();
        // a sample of code may look like a picture, and stays as it is
        if (without == 0 || WITHOUT.matcher(markdown).results().count() != without) return text;
        return StringNode.valueOf(WITHOUT.matcher(markdown).replaceAll(picture -> {
            String alt = altOf.apply(picture.group(1));
            return Matcher.quoteReplacement(
                    alt == null ? picture.group() : "![" + SIGN.matcher(alt).replaceAll("\\\\$0") + "]");
        }));
    }
}
