// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A subscriber on the loopback address whose response to messages a test chooses. */
final class WebhookReceiver implements AutoCloseable {
    /** The response to a message. */
    interface Behaviour {
        void answer(HttpExchange exchange) throws Exception;
    }

    /** A received message. */
    record Message(Map<String, String> headers, String body) {
        JsonNode json() {
            return new JsonMapper().readTree(body);
        }

        long position() {
            return json().at("/data/position").asLong();
        }
    }

    private final HttpServer server;
    final List<Message> received = new CopyOnWriteArrayList<>();
    volatile Behaviour behaviour = exchange -> exchange.sendResponseHeaders(204, -1);

    WebhookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders().entrySet().stream()
                    .collect(Collectors.toMap(
                            it -> it.getKey().toLowerCase(Locale.ROOT),
                            it -> it.getValue().getFirst()));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(new Message(headers, body));
            behaviour.answer(exchange);
        } catch (IOException gone) {
            throw gone;
        } catch (Exception onPurpose) {
            throw new IOException("the connection is broken on purpose", onPurpose);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
