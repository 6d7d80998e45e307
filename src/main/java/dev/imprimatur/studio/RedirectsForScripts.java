// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers a form that a script has sent with {@code 204} and {@code Location} instead of a redirect. If the script followed a redirect, the
 * page that it discards would use up the flash message that the person should see.
 */
@Component
class RedirectsForScripts extends OncePerRequestFilter {
    /** The header value by which {@code words.js} identifies itself. */
    static final String WORDS = "words";

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getRequestURI().startsWith("/studio/")
                || !WORDS.equals(request.getHeader(FormOwnership.SCRIPT));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, new HttpServletResponseWrapper(response) {
            @Override
            public void sendRedirect(String location) {
                setStatus(SC_NO_CONTENT);
                setHeader(HttpHeaders.LOCATION, location);
            }
        });
    }
}
