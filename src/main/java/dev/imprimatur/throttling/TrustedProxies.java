// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.HostPort;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;

/**
 * Takes the client's address, the scheme and the host of a request from the {@code X-Forwarded-*} headers of trusted proxies. Of {@code
 * X-Forwarded-For}, the rightmost address that is not a trusted proxy counts, because a stranger may have written everything left of it.
 * These headers are ignored if the request comes from any other peer.
 */
@Component
public final class TrustedProxies implements HttpConfiguration.Customizer {
    /** The networks that Spring Boot's own setting trusts: this machine and private networks. */
    private static final List<String> PRIVATE_NETWORKS =
            List.of("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

    private final List<IpAddressMatcher> proxies;

    /**
     * Reads the settings.
     *
     * @param networks addresses and networks of the proxies, {@code imprimatur.trusted-proxies}
     * @param strategy {@code server.forward-headers-strategy}; {@code native} trusts this machine and private networks if {@code networks}
     *     is empty
     */
    TrustedProxies(
            @Value("${imprimatur.trusted-proxies:}") List<String> networks,
            @Value("${server.forward-headers-strategy:none}") String strategy) {
        var trusted = networks.isEmpty() && strategy.equalsIgnoreCase("native") ? PRIVATE_NETWORKS : networks;
        this.proxies = trusted.stream().map(IpAddressMatcher::new).toList();
    }

    /** Whether the address belongs to a trusted proxy. */
    public boolean include(SocketAddress address) {
        return address instanceof InetSocketAddress peer && peer.getAddress() != null && include(peer.getAddress());
    }

    private boolean include(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return proxies.stream().anyMatch(proxy -> proxy.matches(text));
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        if (proxies.isEmpty()) return request;
        var peer = request.getConnectionMetaData().getRemoteSocketAddress();
        return include(peer) ? new Forwarded(request, client(request, (InetSocketAddress) peer)) : request;
    }

    private InetSocketAddress client(Request request, InetSocketAddress peer) {
        var client = peer;
        for (String hop : values(request, "X-Forwarded-For").reversed()) {
            var address = address(hop);
            // The value is not an address, so the client before the last known proxy is unknown.
            if (address == null) return client;
            client = address;
            if (!include(address)) return client;
        }
        return client;
    }

    private static List<String> values(Request request, String header) {
        return request.getHeaders().getValuesList(header).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    private static @Nullable String last(Request request, String header) {
        var values = values(request, header);
        return values.isEmpty() ? null : values.getLast();
    }

    private static @Nullable InetSocketAddress address(String hop) {
        try {
            // An IPv6 address may come with or without brackets.
            boolean isBareIpv6 = hop.indexOf(':') != hop.lastIndexOf(':') && !hop.startsWith("[");
            var parts = new HostPort(isBareIpv6 ? "[" + hop + "]" : hop);
            var host = parts.getHost();
            if (host == null) return null;
            return new InetSocketAddress(InetAddress.ofLiteral(host.replaceAll("^\\[|]$", "")), parts.getPort(0));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** The request as the client sent it to the first proxy. */
    private static final class Forwarded extends Request.Wrapper {
        private final InetSocketAddress client;
        private final HttpURI uri;
        private final HttpFields headers;
        private final HostPort authority;

        Forwarded(Request request, InetSocketAddress client) {
            super(request);
            this.client = client;
            var received = request.getHttpURI();
            var forwarded = HttpURI.build(received);
            String proto = last(request, "X-Forwarded-Proto");
            if (proto != null) forwarded.scheme(HttpScheme.HTTPS.is(proto) ? HttpScheme.HTTPS : HttpScheme.HTTP);
            var forwardedAuthority = authority(request);
            if (forwardedAuthority != null)
                forwarded.authority(forwardedAuthority.getHost(), forwardedAuthority.getPort());
            this.uri = forwarded.asImmutable();
            // Jetty refuses a request whose address names another host than its header
            this.headers = forwardedAuthority == null
                    ? request.getHeaders()
                    : HttpFields.build(request.getHeaders()).put(HttpHeader.HOST, uri.getAuthority());
            this.authority = forwardedAuthority == null
                    ? request.getConnectionMetaData().getServerAuthority()
                    : forwardedAuthority;
        }

        private static @Nullable HostPort authority(Request request) {
            String host = last(request, "X-Forwarded-Host");
            try {
                return host == null ? null : new HostPort(host);
            } catch (IllegalArgumentException malformed) {
                throw new HttpException.RuntimeException(HttpStatus.BAD_REQUEST_400, "X-Forwarded-Host is no host");
            }
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }

        @Override
        public HttpURI getHttpURI() {
            return uri;
        }

        @Override
        public boolean isSecure() {
            return HttpScheme.HTTPS.is(uri.getScheme());
        }

        @Override
        public ConnectionMetaData getConnectionMetaData() {
            return new ConnectionMetaData.Wrapper(super.getConnectionMetaData()) {
                @Override
                public boolean isSecure() {
                    return Forwarded.this.isSecure();
                }

                @Override
                public SocketAddress getRemoteSocketAddress() {
                    return client;
                }

                @Override
                public HostPort getServerAuthority() {
                    return authority;
                }
            };
        }
    }
}
