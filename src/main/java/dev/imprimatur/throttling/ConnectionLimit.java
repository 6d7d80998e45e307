// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final int maxPerAddress;
    private final int maxInTotal;
    private final Map<InetAddress, Set<EndPoint>> open = new ConcurrentHashMap<>();

    /**
     * Reads the limits.
     *
     * @param maxPerAddress {@code imprimatur.limits.connections-per-address}
     * @param maxInTotal {@code imprimatur.limits.connections}
     */
    ConnectionLimit(
            TrustedProxies proxies,
            @Value("${imprimatur.limits.connections-per-address:1000}") int maxPerAddress,
            @Value("${imprimatur.limits.connections:8000}") int maxInTotal) {
        this.proxies = proxies;
        this.maxPerAddress = maxPerAddress;
        this.maxInTotal = maxInTotal;
    }

    @Override
    public void onOpened(Connection connection) {
        var newest = connection.getEndPoint();
        var address = address(newest);
        if (address == null) return;
        var ofSameAddress = open.compute(address, (same, endPoints) -> {
            Set<EndPoint> grown = endPoints == null ? ConcurrentHashMap.newKeySet() : endPoints;
            grown.add(newest);
            return grown;
        });
        if (ofSameAddress.size() > maxPerAddress && !proxies.include(newest.getRemoteSocketAddress()))
            closeIdlest(maxPerAddress, ofSameAddress::size, ofSameAddress::stream, newest);
        if (openConnections() > maxInTotal)
            closeIdlest(maxInTotal, this::openConnections, () -> open.values().stream().flatMap(Collection::stream), newest);
    }

    /** Called also when a connection changes its protocol: it is closed, and a new one is opened on the same end point. */
    @Override
    public void onClosed(Connection connection) {
        forget(connection.getEndPoint());
    }

    private void forget(EndPoint endPoint) {
        var address = address(endPoint);
        if (address != null)
            open.computeIfPresent(address, (same, endPoints) -> {
                endPoints.remove(endPoint);
                return endPoints.isEmpty() ? null : endPoints;
            });
    }

    private int openConnections() {
        return open.values().stream().mapToInt(Set::size).sum();
    }

    /**
     * Closes the connection that has been idle longest if there are still more than the limit. Of connections that open at the same time, one
     * after the other counts and closes. Otherwise two of them could choose the same connection, and one above the limit would stay open.
     * The closed connection is removed here already, since {@code onClosed} is called later.
     */
    private void closeIdlest(int limit, IntSupplier size, Supplier<Stream<EndPoint>> endPoints, EndPoint newest) {
        Optional<EndPoint> idlest;
        synchronized (this) {
            if (size.getAsInt() <= limit) return;
            idlest = endPoints.get()
                    .filter(endPoint -> !endPoint.equals(newest))
                    .max(Comparator.comparingLong(ConnectionLimit::idleFor));
            idlest.ifPresent(this::forget);
        }
        idlest.ifPresent(EndPoint::close);
    }

    private static long idleFor(EndPoint endPoint) {
        return endPoint instanceof IdleTimeout timeout ? timeout.getIdleFor() : 0;
    }

    private static @Nullable InetAddress address(EndPoint endPoint) {
        return endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
    }
}
