// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Copies of JSON documents. */
final class Trees {
    private Trees() {}

    /** A copy of the node in which the function has replaced each child. */
    static JsonNode mapped(JsonNode node, UnaryOperator<JsonNode> children) {
        if (node.isObject()) {
            var copy = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(member -> copy.set(member.getKey(), children.apply(member.getValue())));
            return copy;
        }
        if (node.isArray()) {
            var copy = JsonNodeFactory.instance.arrayNode();
            node.values().forEach(item -> copy.add(children.apply(item)));
            return copy;
        }
        return node;
    }
}
