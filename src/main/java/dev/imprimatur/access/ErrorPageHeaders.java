// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.XContentTypeOptionsHeaderWriter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Adds the security headers to error pages as well. Spring Security writes these headers while it handles a request, and some requests fail
 * before that.
 */
final class ErrorPageHeaders extends OncePerRequestFilter {
    private final List<HeaderWriter> headers;

    ErrorPageHeaders(String contentSecurityPolicy) {
        headers = List.of(
                new ContentSecurityPolicyHeaderWriter(contentSecurityPolicy),
                new XContentTypeOptionsHeaderWriter(),
                new ReferrerPolicyHeaderWriter(ReferrerPolicy.SAME_ORIGIN));
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getDispatcherType() != DispatcherType.ERROR;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        headers.forEach(header -> header.writeHeaders(request, response));
        chain.doFilter(request, response);
    }
}
