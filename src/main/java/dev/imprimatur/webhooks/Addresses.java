// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;

/**
 * Decides to which IP addresses messages may be sent: not to this machine, private networks or special-purpose addresses. The check happens
 * for each connection, with the addresses that the name resolves to. So a name cannot pass the check and then resolve to another address.
 */
@Component
public class Addresses implements DnsResolver {
    /** The special-purpose addresses of IANA's registries (RFC 6890 and later). */
    private static final List<IpAddressMatcher> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    // IPv6, including the ranges that embed IPv4 addresses
                    "::/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(IpAddressMatcher::new)
            .toList();

    private static final int LONGEST_URL = 500;
    private static final int LAST_PORT = 65_535;

    /** How long somebody who adds a webhook waits for the DNS look-up. */
    private static final Duration LONGEST_LOOK_UP = Duration.ofSeconds(2);

    private static final Pattern PLAIN_IPV4 = Pattern.compile("(?:0|[1-9]\\d{0,2})(?:\\.(?:0|[1-9]\\d{0,2})){3}");
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0[xX]\\p{XDigit}*)\\.?");

    private final List<IpAddressMatcher> allowed;

    /** @param networks the networks that the operator allows nevertheless, such as {@code 10.1.0.0/16}; {@code imprimatur.webhooks.allowed-networks} */
    Addresses(@Value("${imprimatur.webhooks.allowed-networks:}") List<String> networks) {
        this.allowed = networks.stream().map(IpAddressMatcher::new).toList();
    }

    /** Whether the operator allows networks of their own. Plain HTTP is then allowed, too. */
    boolean allowOwnNetworks() {
        return !allowed.isEmpty();
    }

    private boolean mayBeSentTo(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return allowed.stream().anyMatch(network -> network.matches(text))
                || SPECIAL.stream().noneMatch(network -> network.matches(text));
    }

    /**
     * Whether a webhook to this host is refused when it is added. A name that does not resolve now is accepted, because it may resolve
     * later. A host that ends in a number is an address and not a name (WHATWG URL, 3.5). Such an address is refused if it is not in plain
     * decimal form, because programs read octal, hexadecimal and shortened forms differently. An address with a zone is refused, because
     * zones are local to this machine.
     */
    boolean refuse(String host) {
        String bare = host.replaceAll("^\\[|]$", "");
        if (bare.indexOf('%') >= 0) return true;
        if (ENDS_IN_A_NUMBER.matcher(bare).matches()
                && bare.indexOf(':') < 0
                && !PLAIN_IPV4.matcher(bare).matches()) return true;
        return CompletableFuture.supplyAsync(() -> lookUp(bare), Thread::startVirtualThread)
                .completeOnTimeout(Optional.empty(), LONGEST_LOOK_UP.toMillis(), TimeUnit.MILLISECONDS)
                .join()
                .map(addresses -> Arrays.stream(addresses).noneMatch(this::mayBeSentTo))
                // an address in plain form that is not valid, such as 1.2.3.999
                .orElseGet(() -> ENDS_IN_A_NUMBER.matcher(bare).matches());
    }

    /** Refuses a URL to which nothing may be sent. It is https, unless the operator allows networks of their own. */
    public void mustBeWebAddress(String url) {
        try {
            var address = new URI(url);
            boolean secure = "https".equalsIgnoreCase(address.getScheme())
                    || "http".equalsIgnoreCase(address.getScheme()) && allowOwnNetworks();
            boolean reachable = address.getHost() != null && address.getPort() != 0 && address.getPort() <= LAST_PORT;
            if (secure && reachable && address.getUserInfo() == null && url.length() <= LONGEST_URL) {
                if (refuse(address.getHost())) throw notAllowed().raise();
                return;
            }
        } catch (URISyntaxException malformed) {
            // refused below
        }
        throw Refusal.malformed(
                        "/url",
                        "an https address without user and password, of at most " + LONGEST_URL
                                + " characters and with a port, if any, of 1 to " + LAST_PORT)
                .raise();
    }

    private static Refusal notAllowed() {
        String detail =
                "nothing is sent to addresses of this machine or of private networks; the operator can allow a network";
        return new Refusal(
                Refusal.Kind.INCOMPLETE,
                "address-not-allowed",
                detail,
                List.of(new Fault("/url", "resolves to such an address")),
                Map.of());
    }

    private static Optional<InetAddress[]> lookUp(String host) {
        try {
            return Optional.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException unknown) {
            return Optional.empty();
        }
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var permitted = Arrays.stream(SystemDefaultDnsResolver.INSTANCE.resolve(host))
                .filter(this::mayBeSentTo)
                .toArray(InetAddress[]::new);
        if (permitted.length == 0)
            throw new UnknownHostException("this host has no address that webhooks may be sent to");
        return permitted;
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
    }
}
