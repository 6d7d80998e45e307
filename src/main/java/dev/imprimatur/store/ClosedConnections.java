package dev.imprimatur.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Empties the pool when the embedded engine store has closed itself because it could not write. Its connections say that they are valid
 * and never work again; the next one opens the file anew.
 */
final class ClosedConnections implements SQLExceptionOverride {
    private final HikariDataSource pool;

    ClosedConnections(HikariDataSource pool) {
        this.pool = pool;
    }

    @java.lang.Override // the interface has a type of that name
    public Override adjudicate(SQLException failure) {
        if (!Failures.isSqlOutage(failure)) return Override.CONTINUE_EVICT;
        var connections = pool.getHikariPoolMXBean();
        if (connections != null) connections.softEvictConnections();
        return Override.MUST_EVICT;
    }
}
