// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Makes the fields of an upload in the studio parameters of the request, like those of any other form, so that the filters that follow find
 * the CSRF token in it. The body of a browser's request has arrived already. API clients prove who they are before their body is read.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 15)
class MultipartFields extends OncePerRequestFilter {
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return Audience.of(request) == Audience.PROGRAM
                || !MultipartForm.isUpload(request.getRequestURI())
                || !MultipartForm.isForm(request.getContentType());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        MultipartForm form;
        try {
            form = MultipartForm.of(request);
        } catch (Refused refused) {
            ProblemWriter.showPage(refused.refusal(), request, response);
            return;
        }
        chain.doFilter(new WithFields(request, form), response);
    }

    private static final class WithFields extends HttpServletRequestWrapper {
        private final Map<String, String[]> parameters = new LinkedHashMap<>();

        WithFields(HttpServletRequest request, MultipartForm form) {
            super(request);
            var all = new LinkedHashMap<String, List<String>>();
            request.getParameterMap().forEach((name, values) -> all.put(name, new ArrayList<>(List.of(values))));
            form.fields()
                    .forEach((name, values) ->
                            all.computeIfAbsent(name, it -> new ArrayList<>()).addAll(values));
            all.forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
        }

        @Override
        public @Nullable String getParameter(String name) {
            var values = parameters.get(name);
            return values == null ? null : values[0];
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            return parameters.get(name);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            return Collections.unmodifiableMap(parameters);
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }
    }
}
