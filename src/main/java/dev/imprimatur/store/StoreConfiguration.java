// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistries;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.mongodb.autoconfigure.MongoConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.annotation.Order;

/** Sets up MongoDB and the engine's SQL store: the configured ones, or embedded ones in the data directory. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {
    private static final String DEFAULT_DATABASE = "imprimatur";
    private static final Document PING = new Document("ping", 1);
    private static final Duration EMBEDDED_TIMEOUT = Duration.ofSeconds(15);

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnExpression("'${spring.mongodb.uri:}' == ''")
    static class Embedded {
        @Bean
        EmbeddedMongo embeddedMongo(DataDirectory data, FreeSpace freeSpace) {
            return new EmbeddedMongo(data, freeSpace);
        }

        /** The embedded server runs in this process and is always reachable, but reading a whole collection may take long. */
        @Bean
        @Order(1)
        MongoClientSettingsBuilderCustomizer embeddedTimeout() {
            return settings -> settings.timeout(EMBEDDED_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Bean
        MongoConnectionDetails embeddedMongoConnection(EmbeddedMongo server) {
            var uri = new ConnectionString(server.uri());
            return () -> uri;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnExpression("'${spring.datasource.url:}' == ''")
    static class EmbeddedSql {
        /**
         * WRITE_DELAY=0: with H2's default, a committed process start was lost after a kill. RETENTION_TIME=0: H2 may overwrite
         * dead chunks at once; with H2's default, the file grew by 400 KB for each published guide. ANALYZE_AUTO=0: with its own
         * statistics about the engine's rows, H2 chooses indexes in which nearly all rows have the same value.
         * TRACE_LEVEL_FILE=0: failures are logged, and not written to a file that grows beside the data. QUERY_CACHE_SIZE=256: by
         * default a connection keeps eight compiled statements, and a decision has thirty.
         */
        @Bean
        DataSource embeddedEngineStore(DataDirectory data) {
            var source = new HikariDataSource();
            source.setJdbcUrl(
                    "jdbc:h2:file:" + data.resolve("engine")
                            + ";WRITE_DELAY=0;RETENTION_TIME=0;ANALYZE_AUTO=0;TRACE_LEVEL_FILE=0;DB_CLOSE_ON_EXIT=FALSE;QUERY_CACHE_SIZE=256");
            source.setUsername("imprimatur");
            source.setPassword(data.secret("engine.password", StoreConfiguration::randomSecret));
            source.setExceptionOverride(new ClosedConnections(source, Failures::isSqlOutage));
            return source;
        }

        @Bean
        EngineStoreCompaction engineStoreCompaction(DataSource embeddedEngineStore) throws SQLException {
            return new EngineStoreCompaction(embeddedEngineStore);
        }
    }

    /** The engine's SQL store that the operator configured. Every connection and statement has a timeout. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnExpression("'${spring.datasource.url:}' != ''")
    static class NamedSql {
        private static final String POSTGRESQL = "jdbc:postgresql:";
        /** The part of the limit for a statement that it may wait for one lock. */
        private static final int LOCK_WAITS = 8;

        /** @param timeout {@code imprimatur.engine.timeout}: the limit for getting a connection and for one statement; whole seconds */
        @Bean
        @ConfigurationProperties("spring.datasource.hikari")
        HikariDataSource engineStore(
                DataSourceProperties named, @Value("${imprimatur.engine.timeout:2s}") Duration timeout) {
            var source = named.initializeDataSourceBuilder()
                    .type(HikariDataSource.class)
                    .build();
            long millis = timeout.toMillis();
            source.setConnectionTimeout(millis);
            source.setValidationTimeout(millis / 2);
            // do not fail here if the store is away at start: its users wait for it
            source.setInitializationFailTimeout(-1);
            source.setExceptionOverride(new ClosedConnections(source, Failures::isConnectionLost));
            if (named.determineUrl().startsWith(POSTGRESQL)) {
                String seconds = Long.toString(timeout.toSeconds());
                source.addDataSourceProperty("connectTimeout", seconds);
                source.addDataSourceProperty("loginTimeout", seconds);
                source.addDataSourceProperty("socketTimeout", seconds);
                // the server cancels a statement before the client closes the connection, and a wait for a lock before
                // that: the
                // transaction that has the lock may itself wait for a lock of this one
                source.addDataSourceProperty(
                        "options",
                        "-c statement_timeout=" + millis * 9 / 10 + " -c lock_timeout=" + millis / LOCK_WAITS);
            }
            return source;
        }
    }

    private static String randomSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Makes every write wait for the journals of a majority before it is acknowledged. Reads return only data that cannot be rolled
     * back. Every operation has a timeout.
     *
     * @param timeout {@code imprimatur.mongodb.timeout}: the limit for one operation, including server selection, the wait for a
     *     connection and a retry
     */
    @Bean
    @Order(0)
    MongoClientSettingsBuilderCustomizer safeSettings(@Value("${imprimatur.mongodb.timeout:2s}") Duration timeout) {
        return settings -> settings.writeConcern(WriteConcern.MAJORITY.withJournal(true))
                .readConcern(ReadConcern.MAJORITY)
                .readPreference(ReadPreference.primary())
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .applyToSocketSettings(socket -> socket.connectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Bean
    StartupWait waiting(@Value("${server.address:}") String address, @Value("${server.port:8080}") int port) {
        return new StartupWait(address, port);
    }

    private static MongoDatabase open(MongoClient client, MongoConnectionDetails connection) {
        return client.getDatabase(Objects.requireNonNullElse(
                        connection.getConnectionString().getDatabase(), DEFAULT_DATABASE))
                .withCodecRegistry(CodecRegistries.fromRegistries(
                        CodecRegistries.fromProviders(new JsonCodecProvider(), new KnownFields()),
                        MongoClientSettings.getDefaultCodecRegistry()));
    }

    /** The database before migration, for migrations only, whose operations may take long. */
    @Bean(defaultCandidate = false)
    @Qualifier("unmigrated")
    MongoDatabase unmigratedDatabase(MongoClient client, MongoConnectionDetails connection) {
        return open(client, connection).withTimeout(10, TimeUnit.MINUTES);
    }

    /** Waits until MongoDB answers and its data has the newest format, because everything else needs MongoDB. */
    @Bean
    StoreFormat storeFormat(
            MongoClient client,
            MongoConnectionDetails connection,
            ObjectProvider<Migration> steps,
            ObjectProvider<EmbeddedMongo> embedded,
            @Value("${imprimatur.store.migrate:true}") boolean migrate,
            @Value("${server.address:}") String address,
            @Value("${server.port:8080}") int port) {
        var waiting = new StartupWait(address, port);
        var database = open(client, connection);
        waiting.untilSuccess(() -> {
            database.runCommand(PING);
            embedded.ifAvailable(EmbeddedMongo::mustBeWritable);
        });
        var format = new StoreFormat(database, steps.stream().toList(), StoreFormat.HEARTBEAT);
        if (migrate) format.migrate(waiting);
        else format.mustBeNewest();
        return format;
    }

    /** The database for all other beans, created only after its data has the newest format. */
    @Bean
    @DependsOn("storeFormat")
    MongoDatabase mongoDatabase(MongoClient client, MongoConnectionDetails connection) {
        return open(client, connection);
    }

    /** Reports down while an embedded store cannot accept writes. Delivery from memory continues meanwhile. */
    @Bean
    HealthIndicator storageHealthIndicator(
            ObjectProvider<EmbeddedMongo> documents,
            ObjectProvider<EngineStoreCompaction> engine,
            FreeSpace freeSpace) {
        return () -> {
            var mongo = documents.getIfAvailable();
            boolean isFull =
                    mongo == null ? engine.getIfAvailable() != null && freeSpace.isShort() : !mongo.isWritable();
            return isFull
                    ? Health.down()
                            .withDetail("error", "the disk of the data directory is full or does not accept writes")
                            .build()
                    : Health.up().build();
        };
    }

    /** Replaces Spring Boot's check, which sends {@code hello}: the embedded server does not know that command. */
    @Bean
    HealthIndicator mongoHealthIndicator(StoreFormat format) {
        return () -> {
            try {
                String fault = format.fault();
                return fault == null
                        ? Health.up().build()
                        : Health.down().withDetail("error", fault).build();
            } catch (RuntimeException down) {
                return Health.down()
                        .withDetail("error", down.getClass().getSimpleName())
                        .build();
            }
        };
    }
}
