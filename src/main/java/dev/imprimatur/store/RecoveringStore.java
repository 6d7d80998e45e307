// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded server's storage, which stays usable after a failed write. The causes are a full disk, a quota, a limit on the file size or
 * a failing disk. The failed write is refused and leaves nothing behind: the file is opened again and holds all acknowledged writes. Nobody
 * reads a write before it is on disk, so no data that was read disappears. The store tries a write again once a second, and recovers by
 * itself when the cause is gone.
 */
final class RecoveringStore {
    private static final Logger log = LoggerFactory.getLogger(RecoveringStore.class);
    /** MongoDB's error code for a server that cannot answer yet: the client tries again later. */
    private static final int RECOVERING = 13436;

    private static final long TRY_AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final FreeSpace freeSpace;
    /** Held by the one write in progress, and by the compaction that follows it. */
    private final ReentrantLock writing = new ReentrantLock();
    /** Keeps readers from seeing a write that is not on disk yet. */
    private final ReentrantReadWriteLock visible = new ReentrantReadWriteLock();

    private volatile DurableBackend current;
    private volatile boolean failed;
    private volatile long tryAgainAt;

    RecoveringStore(Path file, FreeSpace freeSpace) {
        this.file = file;
        this.freeSpace = freeSpace;
        this.current = new DurableBackend(file);
    }

    /** The state of the store is the cause of this refusal, not the command. */
    static final class Unavailable extends MongoServerError {
        private static final long serialVersionUID = 1L;

        private Unavailable(int code, String name, String message) {
            super(code, name, message);
        }

        private static Unavailable full() {
            return new Unavailable(
                    Failures.OUT_OF_DISK_SPACE,
                    "OutOfDiskSpace",
                    "the disk of the embedded store is full or does not accept writes");
        }

        private static Unavailable recovering() {
            return new Unavailable(RECOVERING, "NotPrimaryOrSecondary", "the embedded store is being opened again");
        }
    }

    /** Whether the disk accepts writes. After a failed write this method tries another one, at most once a second. */
    boolean isWritable() {
        if (freeSpace.isShort()) return false;
        if (failed && writing.tryLock())
            try {
                if (mayTry()) change(DurableBackend::touch);
            } catch (Unavailable still) {
                log.debug("the disk does not accept writes yet", still);
            } finally {
                writing.unlock();
            }
        return !failed;
    }

    private boolean mayTry() {
        return !freeSpace.isShort() && (!failed || System.nanoTime() - tryAgainAt >= 0);
    }

    /** Runs a read. Throws {@link Unavailable} if the file is not open. */
    <T> T read(Function<DurableBackend, T> query) {
        visible.readLock().lock();
        try {
            var backend = current;
            // data that is still in memory may never have been on disk
            if (backend.isClosed()) throw Unavailable.recovering();
            return query.apply(backend);
        } catch (MVStoreException unreadable) {
            throw Unavailable.recovering();
        } finally {
            visible.readLock().unlock();
        }
    }

    /** Runs a write, and returns when the write is on disk. Throws {@link Unavailable} if the disk does not accept the write. */
    Document write(Function<DurableBackend, Document> write) {
        writing.lock();
        try {
            if (!mayTry()) throw Unavailable.full();
            var result = change(write);
            compact();
            return result;
        } finally {
            writing.unlock();
        }
    }

    private Document change(Function<DurableBackend, Document> write) {
        visible.writeLock().lock();
        try {
            if (current.isClosed()) current = new DurableBackend(file);
            var result = write.apply(current);
            if (current.isClosed()) throw Unavailable.full();
            if (failed) log.info("the disk accepts writes of the embedded store again");
            failed = false;
            return result;
        } catch (MVStoreException unwritten) {
            reopen(unwritten);
            throw Unavailable.full();
        } catch (MongoServerException refused) {
            if (current.isClosed()) reopen(refused);
            throw refused;
        } catch (RuntimeException unforeseen) {
            // the write may be half done, and that half must not reach the disk
            reopen(unforeseen);
            throw unforeseen;
        } finally {
            visible.writeLock().unlock();
        }
    }

    private void compact() {
        try {
            current.compact();
        } catch (MVStoreException unwritten) {
            visible.writeLock().lock();
            try {
                reopen(unwritten);
            } finally {
                visible.writeLock().unlock();
            }
        }
    }

    /** Opens the file again, in its state before the failed write. */
    private void reopen(RuntimeException cause) {
        if (!failed) log.warn("the embedded store is opened again, because a write failed: {}", cause.toString());
        failed = true;
        tryAgainAt = System.nanoTime() + TRY_AGAIN;
        current.discard();
        try {
            current = new DurableBackend(file);
        } catch (MVStoreException unreadable) {
            log.warn("the embedded store cannot be opened yet: {}", unreadable.toString());
        }
    }

    /** The open file, without a lock: for calls that touch no stored data. */
    DurableBackend backend() {
        return current;
    }

    void close() {
        try {
            current.close();
        } catch (MVStoreException full) {
            // all acknowledged writes are on disk already
            log.warn("the embedded store could not be compacted when it was closed: {}", full.toString());
        }
    }
}
