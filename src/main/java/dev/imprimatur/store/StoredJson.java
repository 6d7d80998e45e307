// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.time.Instant;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Converts stored documents to JSON: to MongoDB Extended JSON v2 in its relaxed form, as {@code mongoexport} writes it. Supports the types
 * that this application stores.
 */
public final class StoredJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private StoredJson() {}

    /**
     * Returns the document with all of its fields.
     *
     * @throws IllegalArgumentException if the document has a value of a type that this application does not store
     */
    public static ObjectNode of(BsonDocument document) {
        var object = JSON.objectNode();
        document.forEach((name, value) -> object.set(name, of(value)));
        return object;
    }

    private static JsonNode of(BsonValue value) {
        return switch (value.getBsonType()) {
            case DOCUMENT -> of(value.asDocument());
            case ARRAY -> {
                var array = JSON.arrayNode();
                value.asArray().forEach(item -> array.add(of(item)));
                yield array;
            }
            case STRING -> JSON.stringNode(value.asString().getValue());
            case BOOLEAN -> JSON.booleanNode(value.asBoolean().getValue());
            case INT32 -> JSON.numberNode(value.asInt32().getValue());
            case INT64 -> JSON.numberNode(value.asInt64().getValue());
            case DOUBLE -> JSON.numberNode(value.asDouble().getValue());
            case DATE_TIME ->
                JSON.objectNode()
                        .put(
                                "$date",
                                Instant.ofEpochMilli(value.asDateTime().getValue())
                                        .toString());
            case NULL -> JSON.nullNode();
            default ->
                throw new IllegalArgumentException(
                        "this application does not store values of the type " + value.getBsonType());
        };
    }
}
