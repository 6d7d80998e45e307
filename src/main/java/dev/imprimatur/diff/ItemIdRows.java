// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The stored form of item ids: one array for each list, with the path of the list first, because a path cannot be the name of a field. */
public final class ItemIdRows {
    private ItemIdRows() {}

    public static JsonNode written(ItemIds ids) {
        var rows = JsonNodeFactory.instance.arrayNode();
        ids.lists().forEach((path, items) -> {
            var row = rows.addArray().add(path);
            items.forEach(row::add);
        });
        return rows;
    }

    /** Reads stored ids; the result is empty if the content was stored without ids. */
    public static ItemIds read(@Nullable JsonNode rows) {
        if (rows == null) return new ItemIds(Map.of());
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (var row : rows.values())
            lists.put(
                    row.get(0).stringValue(),
                    row.values().stream().skip(1).map(JsonNode::stringValue).toList());
        return new ItemIds(lists);
    }
}
