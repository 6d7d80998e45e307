// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the embedded server's storage usable after a failed write. The causes are a full disk, a quota, a limit on the file size or a
 * failing disk. The failed write is refused and leaves nothing behind: the file is opened again and holds all acknowledged writes. Nobody
 * reads a write before it is on disk, so no data that was read disappears. The backend tries a write again once a second, and recovers by
 * itself when the cause is gone.
 */
final class RecoveringBackend implements MongoBackend {
    private static final Logger log = LoggerFactory.getLogger(RecoveringBackend.class);
    /** MongoDB's error code for a server that cannot answer yet: the client tries again later. */
    private static final int RECOVERING = 13436;

    private static final String BATCH_SIZE = "batchSize";
    /** How many documents of the greatest size (1 MB, plus what the server adds) fit into a reply of 48 MB. */
    private static final int BATCH = 32;

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

    RecoveringBackend(Path file, FreeSpace freeSpace) {
        this.file = file;
        this.freeSpace = freeSpace;
        this.current = new DurableBackend(file);
    }

    /** Whether the disk accepts writes. After a failed write this method tries another one, at most once a second. */
    boolean isWritable() {
        if (freeSpace.isShort()) return false;
        if (failed && writing.tryLock())
            try {
                if (mayTry()) change(DurableBackend::touch);
            } catch (NotNow still) {
                log.debug("the disk does not take writes yet", still);
            } finally {
                writing.unlock();
            }
        return !failed;
    }

    private boolean mayTry() {
        return !freeSpace.isShort() && (!failed || System.nanoTime() - tryAgainAt >= 0);
    }

    /** Limits the size of a reply, as MongoDB does. The client fetches the rest with further commands. */
    private static void inBatches(Document command) {
        String name = command.keySet().iterator().next();
        if (!name.equals("find") && !name.equals("getMore")) return;
        boolean isSmall =
                command.get(BATCH_SIZE) instanceof Number asked && 0 < asked.intValue() && asked.intValue() < BATCH;
        if (!isSmall) command.put(BATCH_SIZE, BATCH);
    }

    /**
     * Handles a command. An error is returned and not thrown, because the server would log the whole command of an exception. The reply is
     * a copy, because it is sent later and the storage may change the documents that it returned.
     */
    @Override
    public Document handleMessage(MongoMessage message) {
        inBatches(message.getDocument());
        try {
            return DurableBackend.isRead(message)
                    ? read(backend -> backend.handleMessage(message).cloneDeeply())
                    : write(message);
        } catch (NotNow refused) {
            return new Document("ok", 0)
                    .append("errmsg", refused.getMessageWithoutErrorCode())
                    .append("code", refused.getCode())
                    .append("codeName", refused.getCodeName());
        }
    }

    private Document write(MongoMessage message) {
        writing.lock();
        try {
            if (!mayTry()) throw full();
            var answer = change(backend -> backend.handleMessage(message).cloneDeeply());
            compact();
            return answer;
        } finally {
            writing.unlock();
        }
    }

    private Document change(Function<DurableBackend, Document> write) {
        visible.writeLock().lock();
        try {
            if (current.isClosed()) current = new DurableBackend(file);
            var answer = write.apply(current);
            if (current.isClosed()) throw full();
            if (failed) log.info("the disk takes writes of the embedded store again");
            failed = false;
            return answer;
        } catch (MVStoreException unwritten) {
            open(unwritten);
            throw full();
        } catch (MongoServerException refused) {
            if (current.isClosed()) open(refused);
            throw refused;
        } catch (RuntimeException unforeseen) {
            // the write may be half done, and that half must not reach the disk
            open(unforeseen);
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
                open(unwritten);
            } finally {
                visible.writeLock().unlock();
            }
        }
    }

    /** Opens the file again, in its state before the failed write. */
    private void open(RuntimeException cause) {
        if (!failed) log.warn("the embedded store is opened anew, since a write failed: {}", cause.toString());
        failed = true;
        tryAgainAt = System.nanoTime() + TRY_AGAIN;
        current.discard();
        try {
            current = new DurableBackend(file);
        } catch (MVStoreException unreadable) {
            log.warn("the embedded store cannot be opened yet: {}", unreadable.toString());
        }
    }

    private <T> T read(Function<DurableBackend, T> question) {
        visible.readLock().lock();
        try {
            var now = current;
            // data that is still in memory may never have been on disk
            if (now.isClosed()) throw recovering();
            return question.apply(now);
        } catch (MVStoreException unreadable) {
            throw recovering();
        } finally {
            visible.readLock().unlock();
        }
    }

    private static NotNow full() {
        return new NotNow(
                Failures.OUT_OF_DISK_SPACE,
                "OutOfDiskSpace",
                "the disk of the embedded store is full or does not take writes");
    }

    private static NotNow recovering() {
        return new NotNow(RECOVERING, "NotPrimaryOrSecondary", "the embedded store is being opened anew");
    }

    /** A refusal that is not caused by the command itself. */
    private static final class NotNow extends MongoServerError {
        private static final long serialVersionUID = 1L;

        NotNow(int code, String name, String message) {
            super(code, name, message);
        }
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        return read(backend -> backend.handleCommand(channel, database, command, query));
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        return read(backend -> backend.handleQuery(query));
    }

    @Override
    public Collection<Document> getCurrentOperations(MongoQuery query) {
        return read(backend -> backend.getCurrentOperations(query));
    }

    @Override
    public Document getServerStatus() {
        return read(DurableBackend::getServerStatus);
    }

    @Override
    public MongoDatabase resolveDatabase(String name) {
        return read(backend -> backend.resolveDatabase(name));
    }

    @Override
    public void handleClose(Channel channel) {
        current.handleClose(channel);
    }

    @Override
    public void closeCursors(List<Long> cursors) {
        current.closeCursors(cursors);
    }

    @Override
    public Clock getClock() {
        return current.getClock();
    }

    @Override
    public void dropDatabase(String name) {
        throw new UnsupportedOperationException("a database is dropped by a command");
    }

    @Override
    public void enableOplog() {
        throw new UnsupportedOperationException("the embedded server has no oplog");
    }

    @Override
    public void disableOplog() {}

    @Override
    public MongoBackend version(MongoVersion version) {
        throw new UnsupportedOperationException("the embedded server has one version");
    }

    @Override
    public void close() {
        try {
            current.close();
        } catch (MVStoreException full) {
            // all acknowledged writes are on disk already
            log.warn("the embedded store could not be tidied up when it was closed: {}", full.toString());
        }
    }
}
