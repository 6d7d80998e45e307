// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Shows the text of a submitted form again when the session of its sender cannot be read. The container's error page would not have the text,
 * because the container forwards to it with GET.
 */
final class UnreadableSession extends OncePerRequestFilter {
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !StudioSecurity.isStudioPost(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            SecurityContextHolder.getContext();
        } catch (RuntimeException unreadable) {
            SecurityContextHolder.setContext(SecurityContextHolder.createEmptyContext());
            request.setAttribute(StudioSecurity.DENIED, unreadable);
            request.getRequestDispatcher(StudioSecurity.DENIED).forward(request, response);
            return;
        }
        chain.doFilter(request, response);
    }
}
