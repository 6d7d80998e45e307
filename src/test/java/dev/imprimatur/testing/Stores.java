// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.testcontainers.mongodb.MongoDBContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Chooses the stores that tests run on: those named by the environment, else those in Docker, else embedded ones. */
public final class Stores {
    private static final String MONGODB = System.getenv("IMPRIMATUR_TEST_MONGODB_URI");
    private static final String POSTGRESQL = System.getenv("IMPRIMATUR_TEST_POSTGRESQL_URL");
    private static final boolean DOCKER =
            MONGODB == null && (System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock")));

    private Stores() {}

    /** Creates a database and returns the settings of an application for it; the same settings lead to the same data again. */
    public static Map<String, String> fresh() {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        if (MONGODB != null && POSTGRESQL != null) return named(name, MONGODB, POSTGRESQL, "imprimatur", "imprimatur");
        if (DOCKER)
            return named(
                    name,
                    Containers.MONGODB.getConnectionString() + "/",
                    Containers.POSTGRESQL.getJdbcUrl(),
                    Containers.POSTGRESQL.getUsername(),
                    Containers.POSTGRESQL.getPassword());
        return Map.of();
    }

    public static boolean areEmbedded() {
        return MONGODB == null && !DOCKER;
    }

    /** The kind of stores, for the log. */
    public static String description() {
        return MONGODB != null ? "real stores by URI" : DOCKER ? "stores in Docker" : "embedded stores";
    }

    private static Map<String, String> named(
            String name, String mongodb, String postgresql, String user, String password) {
        try (var connection = DriverManager.getConnection(postgresql, user, password);
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException failed) {
            throw new IllegalStateException("PostgreSQL of the tests does not work", failed);
        }
        var settings = new LinkedHashMap<String, String>();
        settings.put("spring.mongodb.uri", mongodb.replaceFirst("/(?=\\?|$)", "/" + name));
        settings.put("spring.datasource.url", postgresql.replaceFirst("/[^/]*$", "/" + name));
        settings.put("spring.datasource.username", user);
        settings.put("spring.datasource.password", password);
        return settings;
    }

    /** Deletes the engine's database, as the loss of its disk does; the application must be stopped. */
    static void discardEngine(Map<String, String> settings) {
        String url = settings.get("spring.datasource.url");
        try {
            if (url == null) {
                try (var files =
                        Files.newDirectoryStream(Path.of(settings.get("imprimatur.data-dir")), "engine.*.db")) {
                    for (var file : files) Files.delete(file);
                }
                return;
            }
            atServer(settings, "drop database " + nameIn(url), "create database " + nameIn(url));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Copies the engine's database, after ending all connections to it. */
    static void copyEngine(Map<String, String> settings, String copy) {
        String name = nameIn(settings.get("spring.datasource.url"));
        atServer(
                settings,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'",
                "create database " + copy + " template " + name);
    }

    /** Replaces the engine's database by a copy; the application must be stopped. */
    static void restoreEngine(Map<String, String> settings, String copy) {
        String name = nameIn(settings.get("spring.datasource.url"));
        atServer(settings, "drop database " + name, "create database " + name + " template " + copy);
    }

    private static String nameIn(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    private static void atServer(Map<String, String> settings, String... statements) {
        String server = POSTGRESQL != null ? POSTGRESQL : Containers.POSTGRESQL.getJdbcUrl();
        try (var connection = DriverManager.getConnection(
                        server,
                        settings.get("spring.datasource.username"),
                        settings.get("spring.datasource.password"));
                var statement = connection.createStatement()) {
            for (String one : statements) statement.execute(one);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static final class Containers {
        static final MongoDBContainer MONGODB = new MongoDBContainer("mongo:8");
        static final PostgreSQLContainer POSTGRESQL = new PostgreSQLContainer("postgres:17");

        static {
            MONGODB.start();
            POSTGRESQL.start();
        }
    }
}
