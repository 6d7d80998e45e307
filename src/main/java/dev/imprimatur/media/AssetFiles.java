// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.gridfs.GridFSBucket;
import com.mongodb.client.gridfs.GridFSBuckets;
import com.mongodb.client.gridfs.model.GridFSUploadOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.springframework.stereotype.Component;

/**
 * Stores bytes in GridFS. Each file has an id of its own, and counts only once a document names this id: of two uploads of the same bytes,
 * the file of the one that came second is deleted again.
 */
@Component
class AssetFiles {
    private static final String BUCKET = "media";
    /** A reader holds one chunk in memory at a time. */
    private static final int CHUNK = 512 * 1024;

    private static final long SECONDS_TO_STORE = 60;

    private final GridFSBucket bucket;
    private final MongoCollection<Document> chunks;

    AssetFiles(MongoDatabase database) {
        bucket = GridFSBuckets.create(database, BUCKET).withTimeout(SECONDS_TO_STORE, TimeUnit.SECONDS);
        chunks = database.getCollection(BUCKET + ".chunks");
    }

    /** Stores the bytes. Returns the id of the file. */
    String store(String name, byte[] bytes) {
        return bucket.uploadFromStream(
                        name, new ByteArrayInputStream(bytes), new GridFSUploadOptions().chunkSizeBytes(CHUNK))
                .toHexString();
    }

    void delete(String file) {
        bucket.delete(new ObjectId(file));
    }

    /**
     * Opens a file. Its chunks are read one by one, when they are needed, so that a slow reader holds no cursor of the store open.
     *
     * @param length the number of bytes of the file
     */
    InputStream open(String file, long length) {
        return new Chunks(new ObjectId(file), length);
    }

    private byte[] chunk(ObjectId file, long number) throws IOException {
        var chunk = chunks.find(Filters.and(Filters.eq("files_id", file), Filters.eq("n", (int) number)))
                .projection(Projections.include("data"))
                .first();
        if (chunk == null) throw new IOException("the file %s lacks its chunk %d".formatted(file, number));
        return chunk.get("data", Binary.class).getData();
    }

    private final class Chunks extends InputStream {
        private final ObjectId file;
        private final long length;
        private long position;
        private byte[] current = {};
        private long currentNumber = -1;

        Chunks(ObjectId file, long length) {
            this.file = file;
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (count == 0) return 0;
            if (position >= length) return -1;
            long number = position / CHUNK;
            if (number != currentNumber) {
                current = chunk(file, number);
                currentNumber = number;
            }
            int from = (int) (position % CHUNK);
            int read = Math.min(count, current.length - from);
            if (read <= 0) throw new IOException("the file %s is shorter than it should be".formatted(file));
            System.arraycopy(current, from, into, offset, read);
            position += read;
            return read;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.max(0, Math.min(count, length - position));
            position += skipped;
            return skipped;
        }
    }
}
