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
 * Stores values in the embedded server's file as BSON. Without this type, the server uses Java's serialization, which takes several times
 * as long, and compares two keys by serializing both.
 */
abstract class BsonType<T> extends BasicDataType<T> {
    /** The approximate size of a value in memory, in bytes for each byte of its BSON. */
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

    /** Allows the store to measure some values and to estimate the size of the others. */
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

    /** Keys of an index, in MongoDB's sort order. */
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
        public int compare(KeyValue left, KeyValue right) {
            int shared = Math.min(left.size(), right.size());
            for (int i = 0; i < shared; i++) {
                int order = ValueComparator.ascWithoutListHandling().compare(left.get(i), right.get(i));
                if (order != 0) return order;
            }
            return Integer.compare(left.size(), right.size());
        }

        @Override
        public KeyValue[] createStorage(int size) {
            return new KeyValue[size];
        }
    }
}
