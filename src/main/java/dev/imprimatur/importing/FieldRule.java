// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.StringNode;

/**
 * Where a field of a guide comes from.
 *
 * @param from a field of the source, by its name, or by a JSON Pointer; null for a value that is the same in every guide
 * @param value that value
 * @param as what the text of the source becomes
 * @param split what separates the items of a list in the text; null if it is no list
 */
record FieldRule(
        @Nullable String from,
        @Nullable JsonNode value,
        As as,
        @Nullable String split) {
    /** What a text of the source becomes. */
    enum As {
        /** A value that is taken over as it is. */
        TEXT,
        /** Markdown, from HTML. */
        HTML,
        NUMBER,
        BOOLEAN
    }

    private static final Set<String> MEMBERS = Set.of("from", "value", "as", "split");
    private static final Set<String> YES = Set.of("true", "yes", "1");
    private static final Set<String> NO = Set.of("false", "no", "0");

    /** Reads a rule: the name of a field, or an object. */
    static FieldRule of(JsonNode rule, String where) {
        if (rule.isString()) return new FieldRule(rule.asString(), null, As.TEXT, null);
        if (!rule.isObject())
            throw new ImportFailure("mapping " + where + " is the name of a field, or from or value with as and split");
        for (String member : rule.propertyNames())
            if (!MEMBERS.contains(member))
                throw new ImportFailure(
                        "mapping " + where + "/" + member + " is not known; there are from, value, as and split");
        boolean isConstant = rule.has("value");
        if (isConstant == rule.path("from").isString())
            throw new ImportFailure("mapping " + where + " needs either from or value");
        return new FieldRule(
                isConstant ? null : rule.get("from").asString(),
                rule.get("value"),
                as(rule.path("as"), where),
                rule.path("split").asStringOpt().orElse(null));
    }

    private static As as(JsonNode as, String where) {
        if (as.isMissingNode()) return As.TEXT;
        return Arrays.stream(As.values())
                .filter(it -> it.name().toLowerCase(Locale.ROOT).equals(as.asString("")))
                .findFirst()
                .orElseThrow(() -> new ImportFailure("mapping " + where + "/as is "
                        + Arrays.stream(As.values())
                                .map(it -> it.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    /** The name of the field of the source that the rule reads; empty for a value that is the same in every guide. */
    Optional<String> field() {
        if (from == null) return Optional.empty();
        return Optional.of(from.startsWith("/") ? from.substring(1).split("/", 2)[0] : from);
    }

    /**
     * The value for a record; empty if the record has nothing there.
     *
     * @param leftOut notes what the value does not have of the source
     * @throws IllegalArgumentException if the text cannot become what the rule says
     */
    Optional<JsonNode> apply(SourceRecord record, Map<String, Integer> leftOut) {
        if (from == null) return Optional.ofNullable(value);
        var found = from.startsWith("/")
                ? record.fields().at(JsonPointer.compile(from))
                : record.fields().path(from);
        if (found.isMissingNode() || found.isNull()) return Optional.empty();
        if (split != null && found.isString()) {
            var list = JsonNodeFactory.instance.arrayNode();
            for (String item : found.asString().split(Pattern.quote(split)))
                if (!item.isBlank()) list.add(converted(StringNode.valueOf(item.strip()), leftOut));
            return Optional.of(list);
        }
        return Optional.of(converted(found, leftOut));
    }

    private JsonNode converted(JsonNode found, Map<String, Integer> leftOut) {
        if (!found.isString()) return found;
        String text = found.asString();
        return switch (as) {
            case TEXT -> found;
            case HTML -> {
                var html = HtmlText.of(text);
                html.leftOut().forEach((element, count) -> leftOut.merge(element, count, Integer::sum));
                yield StringNode.valueOf(html.markdown());
            }
            case NUMBER -> number(text);
            case BOOLEAN -> {
                String word = text.strip().toLowerCase(Locale.ROOT);
                if (!YES.contains(word) && !NO.contains(word))
                    throw new IllegalArgumentException("“" + text + "” is neither true nor false");
                yield BooleanNode.valueOf(YES.contains(word));
            }
        };
    }

    /** Reads digits with at most one point, as machines write them: what a comma or a space means differs between countries. */
    private static JsonNode number(String text) {
        try {
            return DecimalNode.valueOf(new BigDecimal(text.strip()));
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("“" + text + "” is no number; write it as 61500 or 61500.50", none);
        }
    }
}
