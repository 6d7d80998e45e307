// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.imprimatur.testing.Node;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A stream ends on the server when its client has left. */
@Isolated("what it measures includes waiting for nodes of other tests that start")
class StreamTest {
    @Test
    void aNodeStopsAtOnceAfterSitesLeftTheirStreams() throws Exception {
        var node = Node.start();
        var delivery = URI.create(node.delivery());
        for (int site = 0; site < 3; site++) listenForAMoment(node, delivery);
        // the first write after a client has left is lost in the network; a later write fails
        for (int entry = 0; entry < 3; entry++) node.guides().published();

        var stopped = CompletableFuture.runAsync(
                node::close, task -> Thread.ofVirtual().start(task));

        assertThatCode(() -> stopped.get(15, TimeUnit.SECONDS))
                .as("half of the time that the server waits for open requests")
                .doesNotThrowAnyException();
    }

    private static void listenForAMoment(Node node, URI delivery) throws Exception {
        try (var socket = new Socket(delivery.getHost(), delivery.getPort())) {
            String request = "GET " + delivery.getPath() + "/ledger HTTP/1.1\r\nHost: " + delivery.getAuthority()
                    + "\r\nAuthorization: " + node.site().authorization() + "\r\nAccept: text/event-stream\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).contains("200");
            while (!lines.readLine().startsWith("id:")) {}
        }
    }
}
