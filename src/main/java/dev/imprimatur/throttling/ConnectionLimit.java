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
    private final Map<InetAddress, Set<EndPoint>> open = new HashMap<>();
    /** The address of each open connection, because a closed end point no longer knows its address. */
    private final Map<EndPoint, InetAddress> addresses = new HashMap<>();

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
        if (address != null) admit(address, newest).forEach(EndPoint::close);
    }

    /**
     * Adds a connection and returns the connections to close for it: at most one of the same address, and at most one of all addresses.
     * They are forgotten here already, because {@code onClosed} is called later and another call must not choose them until then.
     */
    private synchronized List<EndPoint> admit(InetAddress address, EndPoint newest) {
        var sameAddress = open.computeIfAbsent(address, _ -> new HashSet<>());
        sameAddress.add(newest);
        addresses.put(newest, address);
        var closing = new ArrayList<EndPoint>();
        if (sameAddress.size() > maxPerAddress && !proxies.include(newest.getRemoteSocketAddress()))
            idlest(sameAddress.stream(), newest).ifPresent(closing::add);
        closing.forEach(this::forget);
        if (count() > maxInTotal) idlest(addresses.keySet().stream(), newest).ifPresent(closing::add);
        closing.forEach(this::forget);
        return closing;
    }

    private static Optional<EndPoint> idlest(Stream<EndPoint> points, EndPoint newest) {
        return points.filter(point -> !point.equals(newest)).max(Comparator.comparingLong(ConnectionLimit::idleFor));
    }

    /** Called also when a connection changes its protocol: it is closed, and a new one is opened on the same end point. */
    @Override
    public void onClosed(Connection connection) {
        forget(connection.getEndPoint());
    }

    private synchronized void forget(EndPoint point) {
        var address = addresses.remove(point);
        if (address != null)
            open.computeIfPresent(address, (_, points) -> points.remove(point) && points.isEmpty() ? null : points);
    }

    /** The number of open connections that count. */
    synchronized int count() {
        return addresses.size();
    }

    private static long idleFor(EndPoint point) {
        return point instanceof IdleTimeout watched ? watched.getIdleFor() : 0;
    }

    private static @Nullable InetAddress address(EndPoint point) {
        return point.getRemoteSocketAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
    }
}
