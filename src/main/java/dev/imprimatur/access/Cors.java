// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.credentials.Origins;
import dev.imprimatur.credentials.SiteKeys;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers cross-origin requests to the delivery API (CORS, as the Fetch standard defines it). A script may read a response if the site key
 * that it sends names the origin of its page.
 *
 * <p>This filter runs before all filters that refuse requests, so that scripts can read refusals as well. It refuses nothing itself: a
 * response to an origin that is not allowed has no CORS headers, and the browser withholds the response from the page.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 5)
class Cors extends OncePerRequestFilter {
    private static final String DELIVERY = "/api/delivery/";
    /** A preview needs no site key: the link itself is the credential. */
    private static final String PREVIEW = DELIVERY + "v1/preview/";

    private static final String METHODS = "GET, HEAD";
    private static final String REQUEST_HEADERS =
            "Authorization, If-None-Match, If-Modified-Since, Imprimatur-At-Least, Last-Event-ID";
    private static final String RESPONSE_HEADERS =
            "ETag, Link, Location, Retry-After, Warning, RateLimit, RateLimit-Policy, Imprimatur-Position";

    private final SiteKeys keys;
    private final Origins origins;
    private final String preflightLasts;

    /** @param preflightLasts how long browsers may cache the answer to a preflight, {@code imprimatur.browsers.preflight-lasts} */
    Cors(SiteKeys keys, Origins origins, @Value("${imprimatur.browsers.preflight-lasts:10m}") Duration preflightLasts) {
        this.keys = keys;
        this.origins = origins;
        this.preflightLasts = Long.toString(preflightLasts.toSeconds());
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getRequestURI().startsWith(DELIVERY);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.addHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean isPreflight = isPreflight(request);
        var allowed = origin == null ? Optional.<String>empty() : allowed(request, origin, isPreflight);
        if (allowed.isPresent()) {
            response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, allowed.get());
            if (isPreflight) {
                response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
                response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
                response.setHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, preflightLasts);
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                return;
            }
            response.setHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
        }
        chain.doFilter(request, response);
    }

    private static boolean isPreflight(HttpServletRequest request) {
        return HttpMethod.OPTIONS.matches(request.getMethod())
                && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null;
    }

    /** Preflights and previews carry no key, so they are allowed for an origin that any key names. */
    private Optional<String> allowed(HttpServletRequest request, String origin, boolean isPreflight) {
        var ring = keys.ring();
        return isPreflight || request.getRequestURI().startsWith(PREVIEW)
                ? origins.allowed(ring.origins(), origin)
                : Credentials.bearer(request)
                        .flatMap(ring::find)
                        .flatMap(key -> origins.allowed(key.origins(), origin));
    }
}
