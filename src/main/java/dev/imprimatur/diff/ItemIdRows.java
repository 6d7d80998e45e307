// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Ids of items as they are stored: one array a list, its path first, since a path cannot be the name of a field. */
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

    /** The stored ids; none for a content that was stored without. */
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
