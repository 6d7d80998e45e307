// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.gridfs.GridFSBucket;
import com.mongodb.client.gridfs.GridFSBuckets;
import com.mongodb.client.gridfs.model.GridFSUploadOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import dev.imprimatur.store.Index;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.springframework.stereotype.Component;

/**
 * Stores bytes in GridFS. Nothing is read that was not stored: the first reader of a file on this node compares all of it with its hash, and
 * each chunk that is read later is compared with what was read then. Each file has an id of its own, and counts only once a document names this id: of two uploads of the same bytes,
 * the file of the one that came second is deleted again.
 */
@Component
class AssetFiles {
    private static final String BUCKET = "media";
    /** A reader holds one chunk in memory at a time. */
    private static final int CHUNK = 512 * 1024;

    private static final long SECONDS_TO_STORE = 60;

    /** Of how many files the hashes of their chunks are remembered, some 32 bytes for each half megabyte. */
    private static final int REMEMBERED = 10_000;

    /** The bytes in the store are not those that were stored. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    private final GridFSBucket bucket;
    private final MongoCollection<Document> chunks;
    /** The hashes of the chunks of files that were compared with their hashes, by the file and its hash. */
    private final Cache<String, List<String>> verified = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    AssetFiles(MongoDatabase database) {
        bucket = GridFSBuckets.create(database, BUCKET).withTimeout(SECONDS_TO_STORE, TimeUnit.SECONDS);
        chunks = database.getCollection(BUCKET + ".chunks");
        // the driver makes this index for an empty bucket only, and a restored one is not empty
        Index.makeUnique(chunks, Indexes.ascending("files_id", "n"));
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
     * @param hash of its bytes, in the form {@code sha256:} and hexadecimal digits
     */
    InputStream open(String file, long length, String hash) throws Damaged {
        String key = file + " " + hash;
        var known = verified.getIfPresent(key);
        if (known == null) {
            known = verified(new ObjectId(file), length, hash);
            verified.put(key, known);
        }
        return new Chunks(key, new ObjectId(file), length, known);
    }

    /** Compares a file with its hash. Returns the hashes of its chunks. */
    private List<String> verified(ObjectId file, long length, String hash) throws Damaged {
        var hashes = new ArrayList<String>();
        var all = Sha256.begin();
        for (long at = 0; at < length; at += CHUNK) {
            byte[] chunk = chunk(file, at / CHUNK);
            if (chunk.length != Math.min(CHUNK, length - at)) throw new Damaged("a chunk has another length");
            all.update(chunk);
            hashes.add(Sha256.of(chunk));
        }
        if (!Sha256.words(all.digest()).equals(hash)) throw new Damaged("the bytes have another hash");
        return hashes;
    }

    private byte[] chunk(ObjectId file, long number) throws Damaged {
        var chunk = chunks.find(Filters.and(Filters.eq("files_id", file), Filters.eq("n", (int) number)))
                .projection(Projections.include("data"))
                .first();
        if (chunk == null || !(chunk.get("data") instanceof Binary data))
            throw new Damaged("the chunk " + number + " is missing");
        return data.getData();
    }

    private final class Chunks extends InputStream {
        private final String key;
        private final ObjectId file;
        private final long length;
        private final List<String> hashes;
        private long position;
        private byte[] current = {};
        private long currentNumber = -1;

        /** Reads the first chunk, so that a change of a small file is noticed before the answer begins. */
        Chunks(String key, ObjectId file, long length, List<String> hashes) throws Damaged {
            this.key = key;
            this.file = file;
            this.length = length;
            this.hashes = hashes;
            if (length > 0) load(0);
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
            if (number != currentNumber)
                try {
                    load((int) number);
                } catch (Damaged damaged) {
                    // the answer has begun, so it is only cut off
                    throw new IOException(damaged);
                }
            int from = (int) (position % CHUNK);
            int read = Math.min(count, current.length - from);
            System.arraycopy(current, from, into, offset, read);
            position += read;
            return read;
        }

        private void load(int number) throws Damaged {
            byte[] chunk = chunk(file, number);
            if (!Sha256.of(chunk).equals(hashes.get(number))) {
                // the next reader compares the whole file
                verified.invalidate(key);
                throw new Damaged("the chunk " + number + " has changed");
            }
            current = chunk;
            currentNumber = number;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.max(0, Math.min(count, length - position));
            position += skipped;
            return skipped;
        }
    }
}
