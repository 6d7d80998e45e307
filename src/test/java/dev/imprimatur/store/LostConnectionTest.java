// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.WriteConcernError;
import com.zaxxer.hikari.HikariDataSource;
import dev.imprimatur.testing.ProxiedStores;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Every use of a connection to an unavailable store fails as an outage, the first use and all later ones. */
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostConnectionTest {
    /** An operation of an engine transaction on a connection. */
    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    private static final String ASKS = "select 1";

    private static final Map<String, Use> USES = new TreeMap<>(Map.of(
            "begin", connection -> connection.setAutoCommit(false),
            "prepare and execute", LostConnectionTest::ask,
            "prepare many",
                    connection -> {
                        for (int at = 0; at < 3; at++) connection.prepareStatement(ASKS + at);
                        ask(connection);
                    },
            "direct", connection -> connection.createStatement().execute(ASKS),
            "commit",
                    connection -> {
                        connection.createStatement();
                        connection.commit();
                    },
            "rollback", Connection::rollback,
            "schema", connection -> connection.getMetaData().getTables(null, null, "ACT%", null),
            "end", connection -> connection.setAutoCommit(true)));

    private final ProxiedStores stores = new ProxiedStores();
    private final HikariDataSource pool = pool();

    private HikariDataSource pool() {
        var settings = stores.settings();
        var named = new DataSourceProperties();
        for (int at = 0; at < settings.length; at += 2)
            switch (settings[at]) {
                case "spring.datasource.url" -> named.setUrl(settings[at + 1]);
                case "spring.datasource.username" -> named.setUsername(settings[at + 1]);
                case "spring.datasource.password" -> named.setPassword(settings[at + 1]);
                default -> {}
            }
        return new StoreConfiguration.NamedSql().engineStore(named, Duration.ofSeconds(2));
    }

    @AfterEach
    void comeBack() {
        stores.engine().pass();
        await().atMost(Duration.ofSeconds(20)).until(() -> catchThrowable(this::answers) == null);
    }

    @AfterAll
    void stop() {
        pool.close();
        stores.close();
    }

    private void answers() throws SQLException {
        try (var connection = pool.getConnection()) {
            ask(connection);
        }
    }

    private static void ask(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASKS)) {
            statement.execute();
        }
    }

    static Set<String> uses() {
        return USES.keySet();
    }

    @ParameterizedTest
    @MethodSource("uses")
    void everyUseOfALostConnectionFails(String first) throws SQLException {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            ask(connection);
            stores.engine().cut();

            assertOutageOrSuccess(first, catchThrowable(() -> USES.get(first).of(connection)));
            // a connection that was used certainly knows by now that it is closed
            assertThat(catchThrowable(() -> ask(connection))).matches(Failures::isSqlOutage);
            for (var then : USES.entrySet())
                assertOutageOrSuccess(
                        first + ", then " + then.getKey(),
                        catchThrowable(() -> then.getValue().of(connection)));
        }
    }

    @ParameterizedTest
    @MethodSource("uses")
    void everyTransactionOverALostConnectionFails(String use) {
        var transactions = new TransactionTemplate(new JdbcTransactionManager(pool));

        var failed = catchThrowable(() -> transactions.executeWithoutResult(status -> {
            var connection = DataSourceUtils.getConnection(pool);
            try {
                ask(connection);
                stores.engine().cut();
                USES.get(use).of(connection);
                ask(connection);
            } catch (SQLException wrapped) {
                throw new IllegalStateException(wrapped);
            }
        }));

        assertThat(failed).matches(Failures::isSqlOutage);
    }

    @Test
    void aTransactionThatBeginsOnALostConnectionFails() throws SQLException {
        answers();
        stores.engine().cut();
        var transactions = new TransactionTemplate(new JdbcTransactionManager(pool));

        // several at once: one connection fails, and the pool removes the others
        for (int at = 0; at < 3; at++)
            assertThat(catchThrowable(() -> transactions.executeWithoutResult(status -> {
                        try {
                            ask(DataSourceUtils.getConnection(pool));
                        } catch (SQLException wrapped) {
                            throw new IllegalStateException(wrapped);
                        }
                    })))
                    .matches(Failures::isSqlOutage);
    }

    private static void assertOutageOrSuccess(String what, Throwable failed) {
        if (failed != null) assertThat(failed).as(what).matches(Failures::isSqlOutage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"90007", "90028", "90031", "08006", "57P01", "53300", "58030"})
    void aConnectionFailureIsAnOutage(String state) {
        assertThat(Failures.isOutage(new IllegalStateException(new SQLException("lost", state))))
                .isTrue();
    }

    /** H2 and PostgreSQL: rows that were inserted or deleted concurrently, deadlocks and serialization failures. */
    @ParameterizedTest
    @ValueSource(strings = {"23503", "23505", "23506", "40001", "40P01"})
    void aLostRaceIsRecognized(String state) {
        assertThat(Failures.isLostRace(new IllegalStateException(new SQLException("lost", state))))
                .isTrue();
    }

    @Test
    void anExceptionOfThePoolIsAnOutage() {
        assertThat(Failures.isOutage(new IllegalStateException(new SQLException("Connection is closed"))))
                .isTrue();
        assertThat(Failures.isOutage(new IllegalStateException(new SQLException("no such table", "42P01"))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7, 89, 91, 134, 189, 262, 9001})
    void aNodeThatCannotAnswerIsAnOutage(int code) {
        var answer = BsonDocument.parse("{ok: 0, errmsg: 'not now', code: " + code + "}");

        assertThat(Failures.isOutage(new MongoCommandException(answer, new ServerAddress())))
                .isTrue();
    }

    @Test
    void aWriteWithoutAConfirmedMajorityIsAnOutage() {
        var unclear = new MongoWriteConcernException(
                new WriteConcernError(
                        64, "WriteConcernTimeout", "waiting for replication timed out", new BsonDocument()),
                null,
                new ServerAddress(),
                Set.of());

        assertThat(Failures.isOutage(unclear)).isTrue();
    }
}
