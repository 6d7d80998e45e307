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
 * Bounds how many requests are answered at once that a store may hold up, so that the server has threads left for all others. People
 * and sites are counted apart: neither takes the other's place.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 15)
class ConcurrencyLimit extends OncePerRequestFilter {
    private static final String DELIVERY = "/api/delivery/";
    /** What asks no store, or has to answer whatever happens. */
    private static final List<String> FREE = List.of("/actuator/health", "/assets/", "/webjars/");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ProblemWriter problems;
    private final Semaphore people;
    private final Semaphore sites;

    /**
     * Together fewer than the threads of the server ({@code server.jetty.threads.max}).
     *
     * @param people {@code imprimatur.limits.concurrent-requests}
     * @param sites {@code imprimatur.limits.concurrent-deliveries}
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
        var places = request.getRequestURI().startsWith(DELIVERY) ? sites : people;
        if (!places.tryAcquire()) {
            refuse(request, response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            places.release();
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
