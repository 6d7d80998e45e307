// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.function.Predicate;

/**
 * Removes closed connections from the pool. The pool does not validate a connection that was used in the last half second, and does not
 * know every driver's error code for a closed connection. Under load, the pool would therefore use a closed connection forever. If the
 * embedded engine store has closed itself because of a failed write, all connections are closed; the next connection opens the file again.
 */
final class ClosedConnections implements SQLExceptionOverride {
    private final HikariDataSource pool;
    private final Predicate<SQLException> allAreClosed;

    /** @param allAreClosed whether a failure means that all connections of the pool are closed */
    ClosedConnections(HikariDataSource pool, Predicate<SQLException> allAreClosed) {
        this.pool = pool;
        this.allAreClosed = allAreClosed;
    }

    @java.lang.Override // the interface has a nested type with the name Override
    public Override adjudicate(SQLException failure) {
        if (!allAreClosed.test(failure)) return Override.CONTINUE_EVICT;
        var connections = pool.getHikariPoolMXBean();
        if (connections != null) connections.softEvictConnections();
        return Override.MUST_EVICT;
    }
}
