// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at start until MongoDB answers, accepts writes and has the newest format. Meanwhile a small server on the port of the application
 * answers the health checks: the process is alive and not ready. The port is free again before the application uses it.
 */
final class StartupWait {
    private static final Logger log = LoggerFactory.getLogger(StartupWait.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(2);
    private static final String LIVENESS = "/actuator/health/liveness";
    private static final String HEALTH = "/actuator/health";

    private final String address;
    private final int port;

    /**
     * Takes the address of the application.
     *
     * @param address empty for all addresses of this machine
     * @param port 0 for any free port, on which nobody can expect an answer
     */
    StartupWait(String address, int port) {
        this.address = address;
        this.port = port;
    }

    /** Repeats the attempt until it succeeds. Waits after an outage, and throws every other failure. */
    void untilSuccess(Runnable attempt) {
        if (!succeeds(attempt)) during(() -> repeat(attempt));
    }

    private static void repeat(Runnable attempt) {
        var pause = FIRST_PAUSE;
        try {
            do {
                Thread.sleep(pause);
                pause = longer(pause);
            } while (!succeeds(attempt));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for MongoDB", stopped);
        }
    }

    /** Answers the health checks while the work runs. The work is interrupted when the process is told to end. */
    void during(Runnable work) {
        var worker = Thread.currentThread();
        // the context cannot be closed before its start has ended
        var end = new Thread(worker::interrupt, "stop waiting");
        HttpServer server;
        try {
            server = startServer();
        } catch (IOException taken) {
            throw new IllegalStateException("port " + port + " cannot be used", taken);
        }
        Runtime.getRuntime().addShutdownHook(end);
        try {
            work.run();
        } finally {
            stop(server, end);
        }
    }

    private static void stop(HttpServer server, Thread end) {
        server.stop(0);
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException shuttingDown) {
            log.debug("the process is ending");
        }
    }

    private static boolean succeeds(Runnable attempt) {
        try {
            attempt.run();
            return true;
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("waiting for MongoDB: {}", failed.toString());
            return false;
        }
    }

    private static Duration longer(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LAST_PAUSE) < 0 ? twice : LAST_PAUSE;
    }

    private HttpServer startServer() throws IOException {
        var socket = address.isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(InetAddress.getByName(address), port);
        var server = HttpServer.create(socket, 0);
        server.createContext("/", StartupWait::answer);
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals(LIVENESS)) send(exchange, 200, "application/json", "{\"status\":\"UP\"}");
        else if (path.startsWith(HEALTH)) send(exchange, 503, "application/json", "{\"status\":\"DOWN\"}");
        else
            send(
                    exchange,
                    503,
                    "application/problem+json",
                    "{\"type\":\"/problems/unavailable\",\"title\":\"Service Unavailable\",\"status\":503,"
                            + "\"detail\":\"the server is waiting for its store; send the same request again shortly\"}");
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (status != 200) exchange.getResponseHeaders().set("Retry-After", "2");
        exchange.sendResponseHeaders(status, exchange.getRequestMethod().equals("HEAD") ? -1 : bytes.length);
        try (exchange) {
            if (!exchange.getRequestMethod().equals("HEAD"))
                exchange.getResponseBody().write(bytes);
        }
    }
}
