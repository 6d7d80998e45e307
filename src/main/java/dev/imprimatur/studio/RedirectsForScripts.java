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
 * Tells a script that sent a form where to go on, instead of leading it there: {@code 204} with {@code Location}. Were the
 * script to follow a redirect, the page that it never shows would use up the message for the one that the person sees.
 */
@Component
class RedirectsForScripts extends OncePerRequestFilter {
    /** What {@code words.js} calls itself. */
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
