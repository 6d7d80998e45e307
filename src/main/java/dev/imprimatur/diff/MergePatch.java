// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON Merge Patch (RFC 7396). */
public final class MergePatch {
    private MergePatch() {}

    public static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) return patch;
        ObjectNode merged =
                target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(entry -> {
            if (entry.getValue().isNull()) merged.remove(entry.getKey());
            else merged.set(entry.getKey(), apply(merged.path(entry.getKey()), entry.getValue()));
        });
        return merged;
    }
}
