// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.Jep395RecordCodecProvider;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonReader;
import org.bson.BsonSerializationException;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.configuration.CodecProvider;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * Decodes documents to records, and refuses a document with a field that the record does not have. Without this check, the driver skips such
 * a field, and the field is lost when the record is saved.
 */
final class KnownFields implements CodecProvider {
    private final Jep395RecordCodecProvider records = new Jep395RecordCodecProvider();

    @Override
    public <T> @Nullable Codec<T> get(Class<T> type, CodecRegistry registry) {
        return get(type, List.of(), registry);
    }

    @Override
    public <T> @Nullable Codec<T> get(Class<T> type, List<Type> arguments, CodecRegistry registry) {
        var codec = records.get(type, arguments, registry);
        return codec == null ? null : new Strict<>(codec, fields(type));
    }

    private static Set<String> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(field -> field.isAnnotationPresent(BsonId.class) ? "_id" : field.getName())
                .collect(Collectors.toSet());
    }

    private record Strict<T>(Codec<T> codec, Set<String> fields) implements Codec<T> {
        @Override
        public T decode(BsonReader in, DecoderContext context) {
            var start = in.getMark();
            in.readStartDocument();
            while (in.readBsonType() != BsonType.END_OF_DOCUMENT) {
                String name = in.readName();
                if (!fields.contains(name))
                    throw new BsonSerializationException(
                            "a stored " + getEncoderClass().getName() + " has a field “" + name
                                    + "” that this program does not know");
                in.skipValue();
            }
            start.reset();
            return codec.decode(in, context);
        }

        @Override
        public void encode(BsonWriter out, T value, EncoderContext context) {
            codec.encode(out, value, context);
        }

        @Override
        public Class<T> getEncoderClass() {
            return codec.getEncoderClass();
        }
    }
}
