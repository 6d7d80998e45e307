// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits how many requests that use a store are processed at once, so that a slow store leaves threads for all other requests. People and
 * sites have separate limits, so that neither can block the other.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 15)
class ConcurrencyLimit extends OncePerRequestFilter {
    private static final String DELIVERY = "/api/delivery/";
    /** Paths that are not limited: they use no store, or must always answer. */
    private static final List<String> FREE = List.of("/actuator/health", "/assets/", "/webjars/");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ProblemWriter problems;
    private final Semaphore people;
    private final Semaphore sites;

    /**
     * Sets the limits, whose sum must be below the number of threads of the server ({@code server.jetty.threads.max}).
     *
     * @param people the limit for people, {@code imprimatur.limits.concurrent-requests}
     * @param sites the limit for sites, {@code imprimatur.limits.concurrent-deliveries}
     */
    ConcurrencyLimit(
            ProblemWriter problems,
            @Value("${imprimatur.limits.concurrent-requests:100}") int people,
            @Value("${imprimatur.limits.concurrent-deliveries:50}") int sites) {
        this.problems = problems;
        this.people = new Semaphore(people);
        this.sites = new Semaphore(sites);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return FREE.stream().anyMatch(request.getRequestURI()::startsWith);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var permits = request.getRequestURI().startsWith(DELIVERY) ? sites : people;
        if (!permits.tryAcquire()) {
            refuse(request, response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            permits.release();
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var refusal = Refusal.unavailable(
                "unavailable",
                "too many requests wait for an answer; send the same request again shortly",
                RETRY_AFTER);
        problems.refuse(refusal, request, response);
    }
}
