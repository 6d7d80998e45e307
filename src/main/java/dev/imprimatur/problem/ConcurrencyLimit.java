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
 * Limits how many requests that use a store are processed at once, so that a slow store leaves threads for all other requests. People,
 * sites and readers of files have separate limits, so that none can block another.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 15)
class ConcurrencyLimit extends OncePerRequestFilter {
    private static final String DELIVERY = "/api/delivery/";
    /** Pictures and files for readers: a reader with a slow connection holds a thread for a while. */
    private static final String FILES = "/media/";
    /** Paths that are not limited: they use no store, or must always answer. */
    private static final List<String> FREE = List.of("/actuator/health", "/assets/", "/webjars/");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ProblemWriter problems;
    private final Semaphore people;
    private final Semaphore sites;
    private final Semaphore files;

    /**
     * Sets the limits, whose sum must be below the number of threads of the server ({@code server.jetty.threads.max}).
     *
     * @param people the limit for people, {@code imprimatur.limits.concurrent-requests}
     * @param sites the limit for sites, {@code imprimatur.limits.concurrent-deliveries}
     * @param files the limit for pictures and files, {@code imprimatur.limits.concurrent-files}
     */
    ConcurrencyLimit(
            ProblemWriter problems,
            @Value("${imprimatur.limits.concurrent-requests:100}") int people,
            @Value("${imprimatur.limits.concurrent-deliveries:50}") int sites,
            @Value("${imprimatur.limits.concurrent-files:30}") int files) {
        this.files = new Semaphore(files);
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
        String path = request.getRequestURI();
        var permits = path.startsWith(DELIVERY) ? sites : path.startsWith(FILES) ? files : people;
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
