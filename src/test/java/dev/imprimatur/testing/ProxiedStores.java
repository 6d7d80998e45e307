// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.h2.mvstore.MVStore;
import org.h2.tools.Server;

/**
 * Stores outside of the application, each behind a TCP proxy. If the tests run on embedded stores, it starts servers of the same
 * kinds.
 */
public final class ProxiedStores implements AutoCloseable {
    private final Map<String, String> settings = new HashMap<>();
    private final List<Runnable> servers = new ArrayList<>();
    private final String directMongoUri;
    private final Map<String, String> directEngine;
    private final TcpProxy mongo;
    private final TcpProxy engine;

    public ProxiedStores() {
        settings.putAll(Stores.fresh());
        if (settings.isEmpty()) serve();
        directMongoUri = settings.get("spring.mongodb.uri");
        var mongodb = URI.create(directMongoUri);
        mongo = new TcpProxy(mongodb.getHost(), mongodb.getPort());
        settings.put(
                "spring.mongodb.uri",
                "mongodb://127.0.0.1:" + mongo.port() + mongodb.getPath() + "?directConnection=true");
        directEngine = Map.copyOf(settings);
        var sql = settings.get("spring.datasource.url");
        int at = sql.indexOf("//");
        var address = URI.create("x:" + sql.substring(at));
        engine = new TcpProxy(address.getHost(), address.getPort());
        settings.put(
                "spring.datasource.url",
                sql.substring(0, at) + sql.substring(at).replaceFirst("//[^/]*", "//127.0.0.1:" + engine.port()));
    }

    /** The library lets commands overlap, so that of two replacements of the same version both may succeed; and it sends documents that change. */
    private static final class OneAtATime extends H2Backend {
        OneAtATime() {
            super(MVStore.open(null));
        }

        @Override
        public synchronized Document handleMessage(MongoMessage message) {
            return super.handleMessage(message).cloneDeeply();
        }
    }

    private void serve() {
        var mongodb = new MongoServer(new OneAtATime());
        var address = mongodb.bind();
        servers.add(mongodb::shutdownNow);
        settings.put("spring.mongodb.uri", "mongodb://127.0.0.1:" + address.getPort() + "/imprimatur");
        try {
            var sql = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
            servers.add(sql::stop);
            settings.put(
                    "spring.datasource.url",
                    "jdbc:h2:tcp://127.0.0.1:" + sql.getPort() + "/"
                            + DataDirectories.create().resolve("engine").toAbsolutePath()
                            + ";NETWORK_TIMEOUT=1000");
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        settings.put("spring.datasource.username", "imprimatur");
        settings.put("spring.datasource.password", "imprimatur");
    }

    /** The proxy in front of MongoDB. */
    public TcpProxy mongo() {
        return mongo;
    }

    /** The address of MongoDB without the proxy. */
    public String directMongoUri() {
        return directMongoUri;
    }

    /** The address of MongoDB behind the proxy. */
    public String proxiedMongoUri() {
        return settings.get("spring.mongodb.uri");
    }

    /** The proxy in front of the store of the engine. */
    public TcpProxy engine() {
        return engine;
    }

    public boolean isPostgresql() {
        return settings.get("spring.datasource.url").startsWith("jdbc:postgresql:");
    }

    /** Opens a connection to the store of the engine, for the test itself. */
    public Connection connection() throws SQLException {
        return DriverManager.getConnection(
                settings.get("spring.datasource.url"),
                settings.get("spring.datasource.username"),
                settings.get("spring.datasource.password"));
    }

    /** Deletes everything in the store of the engine; all nodes must be stopped. */
    public void emptyEngine() {
        if (isPostgresql()) Stores.discardEngine(directEngine);
        else run("drop all objects");
    }

    /** Copies the content of the store of the engine, which is unavailable meanwhile. The returned action restores the copy. */
    public Runnable copyEngineContent() {
        if (!isPostgresql()) {
            var script = script();
            return () -> {
                run("drop all objects");
                run(script.toArray(String[]::new));
            };
        }
        String copy = "copy_" + UUID.randomUUID().toString().replace("-", "");
        engine.cut();
        Stores.copyEngine(directEngine, copy);
        engine.pass();
        return () -> Stores.restoreEngine(directEngine, copy);
    }

    private List<String> script() {
        try (var connection = connection();
                var rows = connection.createStatement().executeQuery("script")) {
            var script = new ArrayList<String>();
            while (rows.next()) script.add(rows.getString(1));
            return script;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void run(String... statements) {
        try (var connection = connection();
                var statement = connection.createStatement()) {
            for (String one : statements) statement.execute(one);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The settings with which a node uses these stores, names and values in turn. */
    public String[] settings(String... more) {
        var all = new ArrayList<String>();
        settings.forEach((name, value) -> {
            all.add(name);
            all.add(value);
        });
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        mongo.close();
        engine.close();
        servers.forEach(Runnable::run);
    }
}
