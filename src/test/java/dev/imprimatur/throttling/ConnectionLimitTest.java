// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@UnitTest
class ConnectionLimitTest {
    private static final int MOST = 20;

    @Test
    void connectionsOfOneAddressThatOpenAtTheSameTimeKeepTheLimit() throws Exception {
        assertThatTheLimitIsKept(
                new ConnectionLimit(new TrustedProxies(List.of(), "none"), MOST, 8_000), "192.0.2.1", "192.0.2.1");
    }

    @Test
    void connectionsThatOpenAtTheSameTimeKeepTheLimitOfAll() throws Exception {
        assertThatTheLimitIsKept(
                new ConnectionLimit(new TrustedProxies(List.of(), "none"), 8_000, MOST), "192.0.2.1", "192.0.2.2");
    }

    private static void assertThatTheLimitIsKept(ConnectionLimit limit, String address, String another)
            throws Exception {
        for (int round = 0; round < 100; round++) {
            var opened = new ConcurrentLinkedQueue<Connection>();
            var start = new CountDownLatch(1);
            try (var threads = Executors.newFixedThreadPool(4)) {
                for (int thread = 0; thread < 4; thread++) {
                    String from = thread % 2 == 0 ? address : another;
                    var _ = threads.submit(() -> {
                        start.await();
                        IntStream.range(0, 100)
                                .mapToObj(port -> connection(from, port))
                                .forEach(connection -> {
                                    opened.add(connection);
                                    limit.onOpened(connection);
                                });
                        return null;
                    });
                }
                start.countDown();
            }
            var open = opened.stream().filter(it -> it.getEndPoint().isOpen()).toList();

            assertThat(open).as("round " + round).hasSize(MOST);
            open.forEach(limit::onClosed);
        }
    }

    /** A server that runs for long has opened and closed many more connections than it may have open. */
    @Test
    void aClosedConnectionIsForgotten() {
        var limit = new ConnectionLimit(new TrustedProxies(List.of(), "none"), MOST, 8_000);

        for (int port = 0; port < MOST / 2; port++) {
            var connection = connection("192.0.2.1", port);
            limit.onOpened(connection);
            connection.getEndPoint().close();
            limit.onClosed(connection);
        }

        assertThat(limit.count()).isZero();
    }

    private static Connection connection(String from, int port) {
        var endPoint = new ByteArrayEndPoint() {
            @Override
            public @Nullable SocketAddress getRemoteSocketAddress() {
                // the address of a closed socket is unknown
                return isOpen() ? new InetSocketAddress(from, 1_024 + port) : null;
            }
        };
        return new AbstractConnection(endPoint, Runnable::run) {
            @Override
            public void onFillable() {
                // nothing is ever sent
            }
        };
    }
}
