// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import org.bson.BsonReader;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.configuration.CodecProvider;
import org.bson.codecs.configuration.CodecRegistry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Encodes JSON trees as BSON documents, so that content is stored as fields and not as text. */
final class JsonCodecProvider implements CodecProvider {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable Codec<T> get(Class<T> type, CodecRegistry registry) {
        return JsonNode.class.isAssignableFrom(type) ? (Codec<T>) new JsonCodec() : null;
    }

    private static final class JsonCodec implements Codec<JsonNode> {
        @Override
        public Class<JsonNode> getEncoderClass() {
            return JsonNode.class;
        }

        @Override
        public void encode(BsonWriter out, JsonNode json, EncoderContext context) {
            switch (json.getNodeType()) {
                case OBJECT -> {
                    out.writeStartDocument();
                    json.properties().forEach(entry -> {
                        out.writeName(entry.getKey());
                        encode(out, entry.getValue(), context);
                    });
                    out.writeEndDocument();
                }
                case ARRAY -> {
                    out.writeStartArray();
                    json.values().forEach(item -> encode(out, item, context));
                    out.writeEndArray();
                }
                case STRING -> out.writeString(json.stringValue());
                case BOOLEAN -> out.writeBoolean(json.booleanValue());
                case NUMBER -> {
                    if (json.canConvertToInt() && json.isIntegralNumber()) out.writeInt32(json.intValue());
                    else if (json.canConvertToLong() && json.isIntegralNumber()) out.writeInt64(json.longValue());
                    else out.writeDouble(json.doubleValue());
                }
                default -> out.writeNull();
            }
        }

        @Override
        public JsonNode decode(BsonReader in, DecoderContext context) {
            BsonType type = in.getCurrentBsonType();
            return switch (type) {
                case DOCUMENT -> object(in, context);
                case ARRAY -> array(in, context);
                case STRING -> JSON.stringNode(in.readString());
                case BOOLEAN -> JSON.booleanNode(in.readBoolean());
                case INT32 -> JSON.numberNode(in.readInt32());
                case INT64 -> JSON.numberNode(in.readInt64());
                case DOUBLE -> JSON.numberNode(in.readDouble());
                case NULL -> {
                    in.readNull();
                    yield JSON.nullNode();
                }
                default -> throw new IllegalStateException("stored content holds a " + type);
            };
        }

        private ObjectNode object(BsonReader in, DecoderContext context) {
            ObjectNode object = JSON.objectNode();
            in.readStartDocument();
            while (in.readBsonType() != BsonType.END_OF_DOCUMENT) object.set(in.readName(), decode(in, context));
            in.readEndDocument();
            return object;
        }

        private ArrayNode array(BsonReader in, DecoderContext context) {
            ArrayNode array = JSON.arrayNode();
            in.readStartArray();
            while (in.readBsonType() != BsonType.END_OF_DOCUMENT) array.add(decode(in, context));
            in.readEndArray();
            return array;
        }
    }
}
