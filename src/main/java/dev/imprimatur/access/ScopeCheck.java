// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.PersonalToken;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Restricts every token to its scopes. This filter runs before every handler and before the replay of stored answers. It looks up the
 * handler of the request: a handler that names no scope is closed to tokens with scopes.
 */
final class ScopeCheck extends OncePerRequestFilter {
    private final ProblemWriter problems;
    private final Audit audit;
    private final ObjectProvider<RequestMappingHandlerMapping> handlers;

    ScopeCheck(ProblemWriter problems, Audit audit, ObjectProvider<RequestMappingHandlerMapping> handlers) {
        this.problems = problems;
        this.audit = audit;
        this.handlers = handlers;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var who = SecurityContextHolder.getContext().getAuthentication();
        if (who != null && who.getDetails() instanceof PersonalToken token && token.isNarrowed()) {
            var needed = needed(request);
            if (needed.filter(Scope.allowed(token.scopeSet())::contains).isEmpty()) {
                audit.denied(request);
                problems.write(refusal(token, needed.orElse(null)), response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static Refusal refusal(PersonalToken token, @Nullable Scope needed) {
        String has = "this token has the scope " + Scope.spelt(token.scopeSet());
        return needed == null
                ? new Refusal(
                        Refusal.Kind.FORBIDDEN,
                        "scope-needed",
                        has + ", and no scope allows this; use a token without scopes",
                        List.of(),
                        Map.of())
                : new Refusal(
                        Refusal.Kind.FORBIDDEN,
                        "scope-needed",
                        has + "; this needs a token with the scope " + needed.spelling(),
                        List.of(),
                        Map.of("scope", needed.spelling()));
    }

    private Optional<Scope> needed(HttpServletRequest request) {
        if (SecurityConfiguration.ACTUATOR.contains(request.getRequestURI())) return Optional.of(Scope.ADMIN);
        return handler(request)
                .map(handler -> Optional.ofNullable(
                                AnnotatedElementUtils.findMergedAnnotation(handler.getMethod(), NeedsScope.class))
                        .orElseGet(() ->
                                AnnotatedElementUtils.findMergedAnnotation(handler.getBeanType(), NeedsScope.class)))
                .map(NeedsScope::value);
    }

    private Optional<HandlerMethod> handler(HttpServletRequest request) {
        var asked = new Asked(request);
        ServletRequestPathUtils.parseAndCache(asked);
        for (var mapping : handlers)
            try {
                var found = mapping.getHandler(asked);
                if (found != null && found.getHandler() instanceof HandlerMethod handler) return Optional.of(handler);
            } catch (Exception noSuchHandler) {
                // No handler accepts the method or media type, so no scope is known and the token is refused.
                logger.trace(noSuchHandler);
            }
        return Optional.empty();
    }

    /** The request with its own attributes, so that the lookup of the handler does not change the original request. */
    private static final class Asked extends HttpServletRequestWrapper {
        private final Map<String, Object> attributes = new HashMap<>();

        Asked(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable Object getAttribute(String name) {
            return attributes.containsKey(name) ? attributes.get(name) : super.getAttribute(name);
        }

        @Override
        public void setAttribute(String name, Object value) {
            attributes.put(name, value);
        }

        @Override
        public void removeAttribute(String name) {
            attributes.put(name, null);
        }
    }
}
