// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.function.Predicate;

/**
 * Takes connections out of the pool that never work again. The pool asks none whether it is valid that was used in the last half
 * second, and does not know every driver's way to say that it is closed: under load a dead one would be used for ever. When the embedded engine store has closed
 * itself because it could not write, none works any more; the next one opens the file anew.
 */
final class ClosedConnections implements SQLExceptionOverride {
    private final HikariDataSource pool;
    private final Predicate<SQLException> noneWorks;

    /** @param noneWorks whether after a failure no connection of the pool can be used any more */
    ClosedConnections(HikariDataSource pool, Predicate<SQLException> noneWorks) {
        this.pool = pool;
        this.noneWorks = noneWorks;
    }

    @java.lang.Override // the interface has a type of that name
    public Override adjudicate(SQLException failure) {
        if (!noneWorks.test(failure)) return Override.CONTINUE_EVICT;
        var connections = pool.getHikariPoolMXBean();
        if (connections != null) connections.softEvictConnections();
        return Override.MUST_EVICT;
    }
}
