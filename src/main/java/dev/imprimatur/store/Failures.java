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

/** Classifies the failures of the stores: duplicate keys, outages, full disks and lost races. */
public final class Failures {
    private static final int DUPLICATE_KEY = 11000;
    /**
     * SQLSTATE classes (ISO 9075) that are not caused by the statement: 53 insufficient resources, 57 intervention by an operator or a
     * timeout, 58 a system error such as a disk failure.
     */
    private static final Set<String> UNAVAILABLE = Set.of("53", "57", "58");
    /** MongoDB and the embedded server: the disk is full or does not accept writes. */
    static final int OUT_OF_DISK_SPACE = 14031;
    /** MongoDB: a node cannot answer now. These are the codes on which the driver retries reads. */
    private static final Set<Integer> NODE_UNAVAILABLE = Set.of(6, 7, 89, 91, 134, 189, 262, 9001);
    /** PostgreSQL: the disk is full. */
    private static final String DISK_FULL = "53100";
    /** SQLSTATE class of connection failures. */
    private static final Set<String> CONNECTION = Set.of("08");
    /** H2: the connection is closed (90007), or reading or writing the file failed (90028, 90031). */
    private static final Set<String> CLOSED = Set.of("90007", "90028", "90031");
    /** PostgreSQL: a lock was not available in time. */
    private static final String LOCKED = "55P03";
    /**
     * SQLSTATE classes of transactions that failed because of concurrent ones: 40 a deadlock or a serialization failure; 23 a constraint,
     * because another transaction inserted or deleted a row, such as one that ended the same process.
     */
    private static final Set<String> LOST_RACE = Set.of("40", "23");

    private Failures() {}

    /** Whether a unique key is already taken. The driver has several exceptions for this case. */
    public static boolean isDuplicateKey(MongoException failure) {
        return failure instanceof DuplicateKeyException
                || failure instanceof MongoWriteException write
                        && write.getError().getCategory() == ErrorCategory.DUPLICATE_KEY
                || failure instanceof MongoCommandException command && command.getErrorCode() == DUPLICATE_KEY;
    }

    /**
     * Whether the failure or one of its causes says that a store did not answer, or not in time. A statement that a store refuses is not an
     * outage but a bug.
     */
    public static boolean isOutage(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof MongoException mongo && isOutage(mongo)) return true;
        return isSqlOutage(failure);
    }

    /** Whether a store could not write because its disk is full or does not accept writes. Such a failure is also an outage. */
    public static boolean isDiskFull(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof MongoException mongo && isDiskFull(mongo)
                    || cause instanceof SQLException sql && DISK_FULL.equals(sql.getSQLState())
                    || cause instanceof MVStoreException h2 && h2.getErrorCode() == DataUtils.ERROR_WRITING_FAILED
                    || cause instanceof TransactionSystemException rollback
                            && isDiskFull(rollback.getApplicationException())) return true;
        return false;
    }

    private static boolean isDiskFull(MongoException failure) {
        return failure.getCode() == OUT_OF_DISK_SPACE
                || failure instanceof MongoBulkWriteException bulk
                        && bulk.getWriteErrors().stream().anyMatch(error -> error.getCode() == OUT_OF_DISK_SPACE);
    }

    /** Whether the engine's store did not answer. Includes a failed rollback after a lost connection. */
    public static boolean isSqlOutage(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && isOutage(sql)
                    || cause instanceof MVStoreException h2 && isOutage(h2)
                    || cause instanceof TransactionSystemException rollback
                            && isSqlOutage(rollback.getApplicationException())) return true;
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
                || NODE_UNAVAILABLE.contains(failure.getCode())
                || isDiskFull(failure)
                || failure.hasErrorLabel("RetryableWriteError");
    }

    /** The embedded engine store closes itself when it cannot write. The next connection opens its file again. */
    private static boolean isOutage(MVStoreException failure) {
        return failure.getErrorCode() == DataUtils.ERROR_WRITING_FAILED
                || failure.getErrorCode() == DataUtils.ERROR_CLOSED;
    }

    private static boolean isOutage(SQLException failure) {
        return isConnectionLost(failure)
                || isFromPool(failure)
                || failure instanceof SQLTransientConnectionException
                || failure instanceof SQLTimeoutException
                || isOfClass(failure, UNAVAILABLE)
                || LOCKED.equals(failure.getSQLState());
    }

    /** Whether the connection to the engine's store is lost, and with it the other connections that were open. */
    static boolean isConnectionLost(SQLException failure) {
        return failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLRecoverableException
                || isOfClass(failure, CONNECTION)
                || failure.getSQLState() != null && CLOSED.contains(failure.getSQLState());
    }

    /** Whether the pool threw the exception, not a driver: the pool closed the connection because a store did not answer. */
    private static boolean isFromPool(SQLException failure) {
        return failure.getClass() == SQLException.class && failure.getSQLState() == null;
    }

    private static boolean isOfClass(SQLException failure, Set<String> classes) {
        String state = failure.getSQLState();
        return state != null && state.length() == 5 && classes.contains(state.substring(0, 2));
    }

    /** Whether the engine's store ended a wait for a lock, which may have been for a transaction that waited itself. Also an outage. */
    public static boolean isLocked(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && LOCKED.equals(sql.getSQLState())) return true;
        return false;
    }

    /** Whether the engine's store refused a transaction because of a concurrent one, so that the transaction can be tried again. */
    public static boolean isLostRace(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && isOfClass(sql, LOST_RACE)) return true;
        return false;
    }
}
