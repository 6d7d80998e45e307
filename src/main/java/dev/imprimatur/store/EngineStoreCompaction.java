// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Keeps the file of the embedded engine store small. H2 itself compacts only in the thread that delays commits. Here that thread does not
 * exist, because every commit is on disk before it is acknowledged.
 */
final class EngineStoreCompaction {
    private static final long EVERY = 8L << 20;

    private static final Logger log = LoggerFactory.getLogger(EngineStoreCompaction.class);

    private final DataSource store;
    private final long every;
    private Compaction compaction;

    EngineStoreCompaction(DataSource store) throws SQLException {
        this(store, EVERY);
    }

    EngineStoreCompaction(DataSource store, long every) throws SQLException {
        this.store = store;
        this.every = every;
        this.compaction = new Compaction(openFile(store), every);
    }

    private static MVStore openFile(DataSource store) throws SQLException {
        try (var connection = store.getConnection()) {
            var session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
            return session.getDatabase().getStore().getMvStore();
        }
    }

    @Scheduled(fixedDelayString = "1s", initialDelayString = "1s")
    void compact() {
        try {
            // the engine opens the file again after a failed write
            if (compaction.isOver()) compaction = new Compaction(openFile(store), every);
            compaction.ifGrown();
        } catch (SQLException | MVStoreException unwritten) {
            log.debug("the file of the engine's store is compacted later", unwritten);
        }
    }
}
