// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.time.Clock;
import java.util.Collection;
import java.util.List;

/** The embedded server's commands, over a store that recovers from failed writes. */
final class RecoveringBackend implements MongoBackend {
    private static final String BATCH_SIZE = "batchSize";
    /** How many documents of the greatest size (1 MB, plus what the server adds) fit into a reply of 48 MB. */
    private static final int BATCH = 32;

    private final RecoveringStore store;

    RecoveringBackend(RecoveringStore store) {
        this.store = store;
    }

    /** Limits the size of a reply, as MongoDB does. The client fetches the rest with further commands. */
    private static void limitBatch(Document command) {
        String name = command.keySet().iterator().next();
        if (!name.equals("find") && !name.equals("getMore")) return;
        boolean isSmall =
                command.get(BATCH_SIZE) instanceof Number size && 0 < size.intValue() && size.intValue() < BATCH;
        if (!isSmall) command.put(BATCH_SIZE, BATCH);
    }

    /**
     * Handles a command. An error is returned and not thrown, because the server would log the whole command of an exception. The reply is
     * a copy, because it is sent later and the storage may change the documents that it returned.
     */
    @Override
    public Document handleMessage(MongoMessage message) {
        limitBatch(message.getDocument());
        try {
            return DurableBackend.isRead(message)
                    ? store.read(backend -> backend.handleMessage(message).cloneDeeply())
                    : store.write(backend -> backend.handleMessage(message).cloneDeeply());
        } catch (RecoveringStore.Unavailable refused) {
            return new Document("ok", 0)
                    .append("errmsg", refused.getMessageWithoutErrorCode())
                    .append("code", refused.getCode())
                    .append("codeName", refused.getCodeName());
        }
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        return store.read(backend -> backend.handleCommand(channel, database, command, query));
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        return store.read(backend -> backend.handleQuery(query));
    }

    @Override
    public Collection<Document> getCurrentOperations(MongoQuery query) {
        return store.read(backend -> backend.getCurrentOperations(query));
    }

    @Override
    public Document getServerStatus() {
        return store.read(DurableBackend::getServerStatus);
    }

    @Override
    public MongoDatabase resolveDatabase(String name) {
        return store.read(backend -> backend.resolveDatabase(name));
    }

    @Override
    public void handleClose(Channel channel) {
        store.backend().handleClose(channel);
    }

    @Override
    public void closeCursors(List<Long> cursors) {
        store.backend().closeCursors(cursors);
    }

    @Override
    public Clock getClock() {
        return store.backend().getClock();
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
        store.close();
    }
}
