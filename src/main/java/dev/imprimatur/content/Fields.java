// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The query parameter {@code fields}, which selects fields of a document by name or dotted path. */
public final class Fields {
    private static final int MOST = 50;

    private Fields() {}

    /** Parses a comma-separated list of fields; an empty list stands for all fields. */
    public static List<String> parse(@Nullable String text, ContentType type) {
        if (text == null) return List.of();
        var wanted = List.of(text.split(",", -1));
        if (wanted.size() > MOST || !wanted.stream().allMatch(type::hasField))
            throw Refusal.malformed(
                            "fields are at most " + MOST + " of " + String.join(", ", type.fields())
                                    + ", or paths in them such as compensation.bands, separated by commas",
                            List.of())
                    .raise();
        return wanted;
    }

    /** The document with only these fields; the whole document if the list is empty. */
    public static JsonNode of(JsonNode content, List<String> fields) {
        if (fields.isEmpty()) return content;
        ObjectNode selected = JsonNodeFactory.instance.objectNode();
        for (String field : fields) {
            var steps = List.of(field.split("\\."));
            JsonNode from = content;
            for (String step : steps) from = from.path(step);
            if (from.isMissingNode()) continue;
            ObjectNode to = selected;
            for (String step : steps.subList(0, steps.size() - 1)) to = to.withObjectProperty(step);
            to.set(steps.getLast(), from.deepCopy());
        }
        return selected;
    }
}
