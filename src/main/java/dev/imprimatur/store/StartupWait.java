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
 * Waits at start until MongoDB answers, takes writes and has the newest format. Meanwhile the port of the application tells that the process lives
 * and is not ready; it is free again when the application takes it.
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
     * For an application at that address.
     *
     * @param address empty for all of this machine
     * @param port 0 if nobody can know it in advance; then nothing is told
     */
    StartupWait(String address, int port) {
        this.address = address;
        this.port = port;
    }

    /** Returns once the question is answered; a failure that is no outage is thrown. */
    void until(Runnable question) {
        if (!isAnswered(question)) during(() -> pausing(question));
    }

    private static void pausing(Runnable question) {
        var pause = FIRST_PAUSE;
        try {
            do {
                Thread.sleep(pause);
                pause = longer(pause);
            } while (!isAnswered(question));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for the store of documents", stopped);
        }
    }

    /** Tells for as long as the work takes; when the process is to end, the work is interrupted. */
    void during(Runnable work) {
        var working = Thread.currentThread();
        // the context cannot be closed before its start has ended
        var end = new Thread(working::interrupt, "stop waiting");
        HttpServer teller;
        try {
            teller = tell();
        } catch (IOException taken) {
            throw new IllegalStateException("port " + port + " cannot be listened to", taken);
        }
        Runtime.getRuntime().addShutdownHook(end);
        try {
            work.run();
        } finally {
            stop(teller, end);
        }
    }

    private static void stop(HttpServer teller, Thread end) {
        teller.stop(0);
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException shuttingDown) {
            log.debug("the process ends");
        }
    }

    private static boolean isAnswered(Runnable question) {
        try {
            question.run();
            return true;
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("waiting for the store of documents: {}", failed.toString());
            return false;
        }
    }

    private static Duration longer(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LAST_PAUSE) < 0 ? twice : LAST_PAUSE;
    }

    private HttpServer tell() throws IOException {
        var at = address.isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(InetAddress.getByName(address), port);
        var server = HttpServer.create(at, 0);
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
                            + "\"detail\":\"the server waits for its store; send the same request again shortly\"}");
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
