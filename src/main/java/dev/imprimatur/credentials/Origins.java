// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Checks the web origins (RFC 6454) that a site key names: exact origins, and {@code *} only where the operator allows it. */
@Component
public class Origins {
    static final String ANY = "*";
    private static final int LONGEST = 300;
    private static final int LAST_PORT = 65_535;

    private final boolean mayBeAny;
    private final int most;

    /**
     * Reads the limits.
     *
     * @param mayBeAny whether {@code *} is allowed, {@code imprimatur.browsers.any-origin}; if not, a {@code *} in an existing key has no
     *     effect
     * @param most how many origins a key may name, {@code imprimatur.browsers.origins}
     */
    Origins(
            @Value("${imprimatur.browsers.any-origin:false}") boolean mayBeAny,
            @Value("${imprimatur.browsers.origins:20}") int most) {
        this.mayBeAny = mayBeAny;
        this.most = most;
    }

    /** The value of {@code Access-Control-Allow-Origin} for pages of the origin; empty if these pages may not read. */
    public Optional<String> allowed(Collection<String> named, String origin) {
        if (named.contains(origin)) return Optional.of(origin);
        return mayBeAny && named.contains(ANY) ? Optional.of(ANY) : Optional.empty();
    }

    /** The origins without duplicates, spelled as browsers send them. Throws a refusal that points to every malformed origin. */
    List<String> checked(List<@Nullable String> wanted) {
        if (wanted.size() > most)
            throw Refusal.malformed("/origins", "at most " + most + " origins").raise();
        var faults = new ArrayList<Fault>();
        var exact = new LinkedHashSet<String>();
        for (int i = 0; i < wanted.size(); i++) {
            String text = wanted.get(i);
            if (ANY.equals(text)) {
                exact.add(ANY);
                if (!mayBeAny)
                    faults.add(
                            new Fault(
                                    "/origins/" + i,
                                    "* lets every page of the web read; it is taken only where the operator sets imprimatur.browsers.any-origin"));
                continue;
            }
            var origin = exact(text);
            if (origin == null)
                faults.add(
                        new Fault(
                                "/origins/" + i,
                                "an origin is http:// or https://, a host as browsers send it (xn--… for one with other letters)"
                                        + " and perhaps a port, such as https://www.example.com; nothing follows, not even a slash"));
            else exact.add(origin);
        }
        if (!faults.isEmpty())
            throw Refusal.malformed("these are no origins of pages that may read with the key", faults)
                    .raise();
        return List.copyOf(exact);
    }

    /** The origin in lower case and without a default port, as browsers send it; null if the text is not an origin. */
    private static @Nullable String exact(@Nullable String text) {
        if (text == null || text.length() > LONGEST) return null;
        try {
            var uri = new URI(text.strip().toLowerCase(Locale.ROOT));
            String scheme = uri.getScheme();
            String host = uri.getHost();
            int port = uri.getPort();
            if (!"https".equals(scheme) && !"http".equals(scheme) || host == null || port == 0 || port > LAST_PORT)
                return null;
            String bare = scheme + "://" + host;
            // Anything else, such as a path, a user or a colon without a port, makes the two texts differ.
            boolean isAll = uri.toString().equals(port < 0 ? bare : bare + ":" + port);
            if (!isAll) return null;
            return port < 0 || port == ("https".equals(scheme) ? 443 : 80) ? bare : bare + ":" + port;
        } catch (URISyntaxException none) {
            return null;
        }
    }
}
