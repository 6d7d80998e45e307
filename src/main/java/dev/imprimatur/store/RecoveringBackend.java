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
 * The embedded server's storage over failures to write. A write that the disk does not take is refused and leaves nothing behind: the file
 * is opened anew and holds what was acknowledged before. Nobody reads a write before it is on disk, so nothing that was read is taken
 * back either. Once a second a write is tried again, so all goes on by itself once the cause is gone: no room, a
 * quota, a limit on the size of files, a disk that fails.
 */
final class RecoveringBackend implements MongoBackend {
    private static final Logger log = LoggerFactory.getLogger(RecoveringBackend.class);
    /** MongoDB's code of a server that cannot answer yet: the client asks again later. */
    private static final int RECOVERING = 13436;

    private static final String BATCH_SIZE = "batchSize";
    /** Of documents of the greatest size (1 MB, and what the server adds) so many fit into a reply, 48 MB. */
    private static final int BATCH = 32;

    private static final long TRY_AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final Room room;
    /** Held by the one write that is under way, and by the compaction after it. */
    private final ReentrantLock writing = new ReentrantLock();
    /** Keeps readers away from a write that is not on disk. */
    private final ReentrantReadWriteLock visible = new ReentrantReadWriteLock();

    private volatile DurableBackend current;
    private volatile boolean failed;
    private volatile long tryAgainAt;

    RecoveringBackend(Path file, Room room) {
        this.file = file;
        this.room = room;
        this.current = new DurableBackend(file);
    }

    /** Whether the disk takes writes. After one that it did not take this tries another, at most once a second. */
    boolean isWritable() {
        if (room.isShort()) return false;
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
        return !room.isShort() && (!failed || System.nanoTime() - tryAgainAt >= 0);
    }

    /** An answer has a bound, as MongoDB's has: the rest waits to be asked for. */
    private static void inBatches(Document command) {
        String name = command.keySet().iterator().next();
        if (!name.equals("find") && !name.equals("getMore")) return;
        boolean isSmall =
                command.get(BATCH_SIZE) instanceof Number asked && 0 < asked.intValue() && asked.intValue() < BATCH;
        if (!isSmall) command.put(BATCH_SIZE, BATCH);
    }

    /**
     * What cannot be done now is answered and not thrown: the server would log the whole command. An answer is a copy: it is sent
     * later, and the storage writes into the documents that it handed out.
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
            // it may have been done in part, which is not to be on disk
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

    /** Opens the file anew, as it was before the write that failed. */
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
            // what it still has in memory may never have been on disk
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

    /** A refusal for which no command is at fault. */
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
            // what was acknowledged is on disk
            log.warn("the embedded store could not be tidied up when it was closed: {}", full.toString());
        }
    }
}
