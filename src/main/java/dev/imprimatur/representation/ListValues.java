// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.ContentType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What lists need of a content: its title, and its values of the filter fields of its type. A node keeps these of every published guide.
 *
 * @param title null if the content has none
 * @param values by the name of the filter field
 */
public record ListValues(@Nullable String title, Map<String, List<String>> values) {
    public static ListValues of(ContentType type, JsonNode content) {
        var values = new HashMap<String, List<String>>();
        for (var field : type.filterFields()) values.put(field.name(), field.values(content));
        return new ListValues(content.path("title").asStringOpt().orElse(null), Map.copyOf(values));
    }
}
