// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.problem.UnexpectedFailure;
import dev.imprimatur.sessions.Sessions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;

/**
 * Tells Spring Security who sends a request to the studio, by the session of the request. The session and the account are read when somebody
 * asks, once for each request, so that a demotion, a deactivation or the end of a session takes effect with the next request.
 */
final class SessionContexts implements SecurityContextRepository {
    private static final String READ = SessionContexts.class.getName();

    private final Sessions sessions;
    private final Accounts accounts;

    SessionContexts(Sessions sessions, Accounts accounts) {
        this.sessions = sessions;
        this.accounts = accounts;
    }

    /** If the session cannot be read, the request fails. The page that says so is shown to nobody in particular. */
    @Override
    @SuppressWarnings("deprecation") // the method that takes the request alone is implemented with this one
    public SecurityContext loadContext(HttpRequestResponseHolder exchange) {
        var request = exchange.getRequest();
        var before = request.getAttribute(READ);
        if (before instanceof SecurityContext context) return context;
        boolean isErrorPage = request.getDispatcherType() == DispatcherType.ERROR;
        if (before instanceof RuntimeException failed && !isErrorPage) throw failed;
        // the store is not asked again for a page that says that it does not answer
        if (before != null || UnexpectedFailure.isOfOutage(request)) return SecurityContextHolder.createEmptyContext();
        try {
            var context = read(request);
            request.setAttribute(READ, context);
            return context;
        } catch (RuntimeException failed) {
            request.setAttribute(READ, failed);
            if (isErrorPage) return SecurityContextHolder.createEmptyContext();
            throw failed;
        }
    }

    private SecurityContext read(HttpServletRequest request) {
        var context = SecurityContextHolder.createEmptyContext();
        var session = sessions.find(request).orElse(null);
        if (session == null) return context;
        var account = accounts.account(session.account());
        if (account.isEmpty()) sessions.end(session.name(), session.account());
        else context.setAuthentication(SignIn.authenticated(account.get()));
        return context;
    }

    /** Stores nothing beyond the request: {@link Sessions} opens a session after the sign-in, and ends it at the sign-out. */
    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        request.setAttribute(READ, context);
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        return sessions.find(request).isPresent();
    }
}
