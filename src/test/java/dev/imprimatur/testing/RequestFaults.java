// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** Ends a request between its effect and its answer, as a crash of the node does, or holds it before its effect. */
@Order(100)
public final class RequestFaults extends OncePerRequestFilter {
    public static final String HEADER = "Test-Fault";
    public static final String CRASH = "crash";
    private static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();

    /** Holds the requests with this name until the latch is open. */
    public static CountDownLatch hold(String name) {
        return HELD.computeIfAbsent(name, it -> new CountDownLatch(1));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String how = request.getHeader(HEADER);
        if (how == null) {
            chain.doFilter(request, response);
        } else if (how.equals(CRASH)) {
            chain.doFilter(request, new ContentCachingResponseWrapper(response));
            // no code handles an Error as a failed request, so nothing is cleaned up
            throw new Error("the node crashed");
        } else {
            try {
                hold(how).await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            chain.doFilter(request, response);
        }
    }
}
