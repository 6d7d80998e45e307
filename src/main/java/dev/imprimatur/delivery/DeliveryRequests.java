// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Confirmation;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.CacheLifetime;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.Representation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * What every endpoint of the delivery API does first: it checks what the site key may read, and takes the one snapshot of the catalogue
 * from which the whole response is made. The API answers a request for an unpublished draft in the same way as for a guide that does not
 * exist.
 */
@Component
public class DeliveryRequests {
    private static final String AT_LEAST = "Imprimatur-At-Least";

    static final String PATH = "/api/delivery/v1";
    public static final String PREFIX = PATH + "/";
    private static final Pattern NOT_IN_A_QUERY = Pattern.compile("[^\\w\\-.~!$&'()*+,;=:@/?%]+");
    /** The {@code Warning} of a stale response (RFC 7234, 5.5.1). */
    private static final String STALE = "110 - \"Response is Stale\"";

    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final LedgerReader ledger;
    private final ContentTypes types;
    private final Clock clock;
    private final CacheLifetimes cacheLifetimes;
    private final Duration patience;

    /**
     * Reads the limits from the configuration.
     *
     * @param patience how long a request waits for {@code Imprimatur-At-Least}, {@code imprimatur.delivery.patience}
     */
    DeliveryRequests(
            Catalogue catalogue,
            Confirmation confirmation,
            LedgerReader ledger,
            ContentTypes types,
            Clock clock,
            CacheLifetimes cacheLifetimes,
            @Value("${imprimatur.delivery.patience:2s}") Duration patience) {
        this.catalogue = catalogue;
        this.confirmation = confirmation;
        this.ledger = ledger;
        this.types = types;
        this.clock = clock;
        this.cacheLifetimes = cacheLifetimes;
        this.patience = patience;
    }

    /** How long caches may keep a response that is sent now. */
    CacheLifetime cacheLifetime() {
        return cacheLifetimes.now();
    }

    static SiteKey key(Authentication site) {
        return (SiteKey) Objects.requireNonNull(site.getPrincipal());
    }

    /** Returns the content type; a type that the key may not read is refused in the same way as one that does not exist. */
    ContentType contentType(String type, Authentication site) {
        if (!key(site).reads(type)) throw notFound();
        return types.find(type).orElseThrow(DeliveryRequests::notFound);
    }

    static RuntimeException notFound() {
        return Refusal.missing("nothing is published here").raise();
    }

    /**
     * Returns the snapshot to answer from: at least as new as the request demands. If the data is not fresh, the configuration decides
     * whether the request is refused or the response is marked as stale.
     */
    Snapshot snapshot(HttpServletRequest request, HttpServletResponse response) {
        boolean isConfirmed = confirmation.holdsOrRefuses();
        var snapshot = requested(request);
        // the ledger may have been repaired since, but not read again yet
        if (snapshot.isUnknown()) throw ledger.nothingServed().raise();
        if (!isConfirmed) response.setHeader(HttpHeaders.WARNING, STALE);
        response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
        return snapshot;
    }

    /** Whether an address has the same history in the current snapshot. */
    boolean isUnchanged(Snapshot before, GuideAddress address) {
        var now = catalogue.now();
        return now == before || now.history(address).equals(before.history(address));
    }

    private Snapshot requested(HttpServletRequest request) {
        if (ledger.isOutdated()) throw ledger.nothingServed().raise();
        String atLeast = request.getHeader(AT_LEAST);
        if (atLeast == null) return catalogue.now();
        if (!atLeast.matches("[0-9]{1,18}"))
            throw Refusal.malformed("Imprimatur-At-Least is a position, 0 or more", List.of())
                    .raise();
        long position = Long.parseLong(atLeast);
        return awaited(position).orElseThrow(() -> notReached(position));
    }

    /** Whether the request says which position its answer must have reached. */
    boolean asksForPosition(HttpServletRequest request) {
        return request.getHeader(AT_LEAST) != null;
    }

    /** Waits for the position; empty if this node does not reach it in time. */
    Optional<Snapshot> awaited(long position) {
        try {
            return catalogue.at(position, patience);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                    .raise();
        }
    }

    static RuntimeException notReached(long position) {
        return Refusal.unavailable(
                        "position-not-reached",
                        "this node has not read position " + position + " yet",
                        Duration.ofSeconds(1))
                .raise();
    }

    /** Returns the snapshot of a past instant; {@code now} if there is no instant. */
    Snapshot asOf(Snapshot now, @Nullable Instant instant) {
        if (instant == null) return now;
        if (instant.isAfter(clock.instant()))
            throw Refusal.malformed("asOf is an instant in the past", List.of()).raise();
        return catalogue.asOf(now, instant);
    }

    /**
     * The query of the request with its question mark; empty if there is none. Characters that a URI does not allow are percent-encoded
     * (RFC 3986).
     */
    static String query(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null
                ? ""
                : "?"
                        + NOT_IN_A_QUERY
                                .matcher(query)
                                .replaceAll(it -> UriUtils.encode(it.group(), StandardCharsets.UTF_8));
    }

    static void mustBePageSize(int limit) {
        if (limit < 1 || limit > ListQuery.LARGEST_PAGE)
            throw Refusal.malformed("limit is 1 to " + ListQuery.LARGEST_PAGE, List.of())
                    .raise();
    }
}
