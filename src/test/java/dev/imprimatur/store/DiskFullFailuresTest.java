// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteError;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import dev.imprimatur.testing.UnitTest;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.transaction.TransactionSystemException;

/** The exceptions by which each store reports a full disk. */
@UnitTest
class DiskFullFailuresTest {
    private static final ServerAddress SERVER = new ServerAddress();
    private static final BsonDocument NOTHING = new BsonDocument();

    static Stream<RuntimeException> full() {
        var error = new WriteError(14031, "no room", NOTHING);
        var ended = new TransactionSystemException("rolled back");
        ended.initApplicationException(new IllegalStateException(new SQLException("disk full", "53100")));
        return Stream.of(
                new MongoCommandException(
                        BsonDocument.parse("{ok: 0, code: 14031, codeName: 'OutOfDiskSpace', errmsg: 'no room'}"),
                        SERVER),
                new MongoWriteException(error, SERVER, Set.of()),
                new MongoBulkWriteException(
                        BulkWriteResult.unacknowledged(),
                        List.of(new BulkWriteError(14031, "no room", NOTHING, 0)),
                        null,
                        SERVER,
                        Set.of()),
                new IllegalStateException(new SQLException("could not extend file", "53100")),
                ended,
                new MVStoreException(DataUtils.ERROR_WRITING_FAILED, "no room"));
    }

    @ParameterizedTest
    @MethodSource("full")
    void aFullDiskIsRecognizedAndIsAnOutage(RuntimeException failure) {
        assertThat(Failures.isDiskFull(failure)).isTrue();
        assertThat(Failures.isOutage(failure)).isTrue();
    }

    @Test
    void anotherLackOfResourcesIsAnOutageAndNotAFullDisk() {
        var tooMany = new IllegalStateException(new SQLException("too many connections", "53300"));

        assertThat(Failures.isDiskFull(tooMany)).isFalse();
        assertThat(Failures.isOutage(tooMany)).isTrue();
    }

    @Test
    void aRefusedStatementIsNeither() {
        var refused = new IllegalStateException(new SQLException("syntax error", "42601"));

        assertThat(Failures.isDiskFull(refused)).isFalse();
        assertThat(Failures.isOutage(refused)).isFalse();
    }
}
