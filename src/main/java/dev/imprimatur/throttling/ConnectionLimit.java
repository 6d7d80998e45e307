// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Limits the open connections, per address and in total. A new connection above a limit is not refused. Instead, the connection that has
 * been idle longest is closed, so that nobody locks others out by holding connections open. Trusted proxies are exempt from the limit per
 * address, because they carry the connections of many clients.
 */
@Component
public final class ConnectionLimit implements Connection.Listener {
    private final TrustedProxies proxies;
    private final int mostOfAnAddress;
    private final int most;
    private final Map<InetAddress, Set<EndPoint>> open = new ConcurrentHashMap<>();

    /**
     * Reads the limits.
     *
     * @param mostOfAnAddress {@code imprimatur.limits.connections-per-address}
     * @param most {@code imprimatur.limits.connections}
     */
    ConnectionLimit(
            TrustedProxies proxies,
            @Value("${imprimatur.limits.connections-per-address:1000}") int mostOfAnAddress,
            @Value("${imprimatur.limits.connections:8000}") int most) {
        this.proxies = proxies;
        this.mostOfAnAddress = mostOfAnAddress;
        this.most = most;
    }

    @Override
    public void onOpened(Connection connection) {
        var newest = connection.getEndPoint();
        var address = address(newest);
        if (address == null) return;
        var sameAddress = open.compute(address, (same, points) -> {
            Set<EndPoint> with = points == null ? ConcurrentHashMap.newKeySet() : points;
            with.add(newest);
            return with;
        });
        if (sameAddress.size() > mostOfAnAddress && !proxies.include(newest.getRemoteSocketAddress()))
            closeIdlest(sameAddress.stream(), newest);
        if (all() > most) closeIdlest(open.values().stream().flatMap(Collection::stream), newest);
    }

    /** Called also when a connection changes its protocol: it is closed, and a new one is opened on the same end point. */
    @Override
    public void onClosed(Connection connection) {
        forget(connection.getEndPoint());
    }

    private void forget(EndPoint point) {
        var address = address(point);
        if (address != null)
            open.computeIfPresent(address, (same, points) -> {
                points.remove(point);
                return points.isEmpty() ? null : points;
            });
    }

    private int all() {
        return open.values().stream().mapToInt(Set::size).sum();
    }

    /**
     * Closes the connection that has been idle longest. The connection is removed here already, since {@code onClosed} is called later and
     * another call must not choose the same connection until then.
     */
    private void closeIdlest(Stream<EndPoint> points, EndPoint newest) {
        points.filter(point -> !point.equals(newest))
                .max(Comparator.comparingLong(ConnectionLimit::idleFor))
                .ifPresent(idlest -> {
                    forget(idlest);
                    idlest.close();
                });
    }

    private static long idleFor(EndPoint point) {
        return point instanceof IdleTimeout watched ? watched.getIdleFor() : 0;
    }

    private static @Nullable InetAddress address(EndPoint point) {
        return point.getRemoteSocketAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
    }
}
