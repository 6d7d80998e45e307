// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * What the embedded server's file holds, as BSON. By itself the server keeps documents and keys by Java's serialization, which takes
 * several times as long, and compares two keys by serializing both.
 */
abstract class BsonType<T> extends BasicDataType<T> {
    /** Bytes that a value takes in memory for each of its BSON, about. */
    private static final int IN_MEMORY = 3;

    abstract Document document(T value);

    abstract T value(Document document);

    private ByteBuf bson(T value) {
        var bson = Unpooled.buffer();
        BsonEncoder.encodeDocument(document(value), bson);
        return bson;
    }

    @Override
    public void write(WriteBuffer to, T value) {
        var bson = bson(value);
        to.put(bson.array(), bson.arrayOffset(), bson.readableBytes());
    }

    @Override
    public T read(ByteBuffer from) {
        int start = from.position();
        int length = from.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(start);
        var document = BsonDecoder.decodeBson(Unpooled.wrappedBuffer(from.slice(start, length)));
        from.position(start + length);
        return value(document);
    }

    @Override
    public int getMemory(T value) {
        return IN_MEMORY * bson(value).readableBytes();
    }

    /** Some values are measured and the others taken to be like them. */
    @Override
    public boolean isMemoryEstimationAllowed() {
        return true;
    }

    static final class OfDocuments extends BsonType<Document> {
        @Override
        Document document(Document value) {
            return value;
        }

        @Override
        Document value(Document document) {
            return document;
        }

        @Override
        public Document[] createStorage(int size) {
            return new Document[size];
        }
    }

    /** Keys of an index, in the order of MongoDB. */
    static final class OfKeys extends BsonType<KeyValue> {
        private static final String VALUES = "v";

        @Override
        Document document(KeyValue key) {
            return new Document(VALUES, key.stream().toList());
        }

        @Override
        KeyValue value(Document document) {
            return new KeyValue((List<?>) document.get(VALUES));
        }

        @Override
        public int compare(KeyValue one, KeyValue other) {
            int shared = Math.min(one.size(), other.size());
            for (int i = 0; i < shared; i++) {
                int order = ValueComparator.ascWithoutListHandling().compare(one.get(i), other.get(i));
                if (order != 0) return order;
            }
            return Integer.compare(one.size(), other.size());
        }

        @Override
        public KeyValue[] createStorage(int size) {
            return new KeyValue[size];
        }
    }
}
