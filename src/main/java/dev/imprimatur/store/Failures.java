// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.DuplicateKeyException;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoCursorNotFoundException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/** Tells the failures of the stores apart. */
public final class Failures {
    private static final int DUPLICATE_KEY = 11000;
    /**
     * Of SQLSTATE (ISO 9075), what is no fault of the statement: 53 the server lacks something, 57 an operator or a time-out came
     * in between, 58 the server's own disk.
     */
    private static final Set<String> AWAY = Set.of("53", "57", "58");
    /** MongoDB, and the embedded server: no room, or a disk that does not take writes. */
    static final int OUT_OF_DISK_SPACE = 14031;
    /** MongoDB, about a node that cannot answer now (its driver's list of reads that may be tried again). */
    private static final Set<Integer> NODE_AWAY = Set.of(6, 7, 89, 91, 134, 189, 262, 9001);
    /** PostgreSQL: no room. */
    private static final String DISK_FULL = "53100";
    /** SQLSTATE class of what is wrong with a connection. */
    private static final Set<String> CONNECTION = Set.of("08");
    /** H2: the connection that is used was closed before; it could not be read or written (with and without a place). */
    private static final Set<String> CLOSED = Set.of("90007", "90028", "90031");
    /** PostgreSQL: a lock that could not be had in time. */
    private static final String LOCKED = "55P03";
    /**
     * SQLSTATE classes of what failed because of others: 40 a deadlock, or an order that no serial one equals; 23 a row that somebody
     * took away or put there meanwhile, such as a process that another node ended.
     */
    private static final Set<String> LOST = Set.of("40", "23");

    private Failures() {}

    /** Whether a unique key was already taken, in whichever way the driver says so. */
    public static boolean isDuplicateKey(MongoException failure) {
        return failure instanceof DuplicateKeyException
                || failure instanceof MongoWriteException write
                        && write.getError().getCategory() == ErrorCategory.DUPLICATE_KEY
                || failure instanceof MongoCommandException command && command.getErrorCode() == DUPLICATE_KEY;
    }

    /**
     * Whether a store did not answer, or not in time, as told by the failure or by what caused it. A statement that a store
     * refuses is a fault of ours.
     */
    public static boolean isOutage(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause())
            if (at instanceof MongoException mongo && isOutage(mongo)) return true;
        return isSqlOutage(failure);
    }

    /** Whether a store found no room on its disk for what it should write, or could not write it; also an outage. */
    public static boolean isDiskFull(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause())
            if (at instanceof MongoException mongo && isDiskFull(mongo)
                    || at instanceof SQLException sql && DISK_FULL.equals(sql.getSQLState())
                    || at instanceof MVStoreException h2 && h2.getErrorCode() == DataUtils.ERROR_WRITING_FAILED
                    || at instanceof TransactionSystemException ended && isDiskFull(ended.getApplicationException()))
                return true;
        return false;
    }

    private static boolean isDiskFull(MongoException failure) {
        return failure.getCode() == OUT_OF_DISK_SPACE
                || failure instanceof MongoBulkWriteException bulk
                        && bulk.getWriteErrors().stream().anyMatch(error -> error.getCode() == OUT_OF_DISK_SPACE);
    }

    /** Whether the engine's store did not answer, also where nothing could be rolled back any more since its connection was gone. */
    public static boolean isSqlOutage(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause())
            if (at instanceof SQLException sql && isOutage(sql)
                    || at instanceof MVStoreException h2 && isOutage(h2)
                    || at instanceof TransactionSystemException ended && isSqlOutage(ended.getApplicationException()))
                return true;
        return false;
    }

    private static boolean isOutage(MongoException failure) {
        return failure instanceof MongoTimeoutException
                || failure instanceof MongoSocketException
                || failure instanceof MongoServerUnavailableException
                || failure instanceof MongoConnectionPoolClearedException
                || failure instanceof MongoNotPrimaryException
                || failure instanceof MongoNodeIsRecoveringException
                || failure instanceof MongoExecutionTimeoutException
                || failure instanceof MongoCursorNotFoundException
                || failure instanceof MongoWriteConcernException
                || NODE_AWAY.contains(failure.getCode())
                || isDiskFull(failure)
                || failure.hasErrorLabel("RetryableWriteError");
    }

    /** The embedded store of the engine closes itself when it cannot write; whoever connects next opens it anew. */
    private static boolean isOutage(MVStoreException failure) {
        return failure.getErrorCode() == DataUtils.ERROR_WRITING_FAILED
                || failure.getErrorCode() == DataUtils.ERROR_CLOSED;
    }

    private static boolean isOutage(SQLException failure) {
        return isConnectionLost(failure)
                || isOfThePool(failure)
                || failure instanceof SQLTransientConnectionException
                || failure instanceof SQLTimeoutException
                || isOfClass(failure, AWAY)
                || LOCKED.equals(failure.getSQLState());
    }

    /** Whether the connection to the engine's store is gone, and so others that were open beside it. */
    static boolean isConnectionLost(SQLException failure) {
        return failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLRecoverableException
                || isOfClass(failure, CONNECTION)
                || failure.getSQLState() != null && CLOSED.contains(failure.getSQLState());
    }

    /** Whether the pool says it, not a driver: it closed the connection meanwhile, since a store did not answer. */
    private static boolean isOfThePool(SQLException failure) {
        return failure.getClass() == SQLException.class && failure.getSQLState() == null;
    }

    private static boolean isOfClass(SQLException failure, Set<String> classes) {
        String state = failure.getSQLState();
        return state != null && state.length() == 5 && classes.contains(state.substring(0, 2));
    }

    /** Whether the engine's store did not take a transaction because of another one, so that it can be tried again. */
    public static boolean isLostRace(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause())
            if (at instanceof SQLException sql && isOfClass(sql, LOST)) return true;
        return false;
    }
}
