// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Normalizes the parameters of forms and queries to {@linkplain CleanText#normal the stored form of text}, as is done for JSON bodies. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
class NormalizedParameters extends OncePerRequestFilter {
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new Normalized(request), response);
    }

    private static final class Normalized extends HttpServletRequestWrapper {
        Normalized(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getParameter(String name) {
            String value = super.getParameter(name);
            return value == null ? null : CleanText.normal(value);
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            String[] values = super.getParameterValues(name);
            return values == null ? null : normal(values);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            var normal = new LinkedHashMap<String, String[]>();
            super.getParameterMap().forEach((name, values) -> normal.put(name, normal(values)));
            return normal;
        }

        private static String[] normal(String[] values) {
            return Arrays.stream(values).map(CleanText::normal).toArray(String[]::new);
        }
    }
}
