// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.web.filter.OncePerRequestFilter;

/** Authenticates people in the studio: by password at sign-in, then by their session. */
final class SignIn implements AuthenticationManager {
    private final Accounts accounts;

    SignIn(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public Authentication authenticate(Authentication given) {
        String source =
                given.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
        try {
            var account = accounts.signIn(given.getName(), String.valueOf(given.getCredentials()), source, "studio");
            return authenticated(account);
        } catch (Refused refused) {
            if (refused.refusal().kind() == Refusal.Kind.THROTTLED)
                throw new LockedException(refused.refusal().detail());
            if (refused.refusal().kind() == Refusal.Kind.UNAUTHENTICATED)
                throw new BadCredentialsException(refused.refusal().detail());
            throw refused;
        }
    }

    static Authentication authenticated(Account account) {
        return UsernamePasswordAuthenticationToken.authenticated(account, null, authorities(account));
    }

    static Collection<? extends GrantedAuthority> authorities(Account account) {
        return account.roles().stream()
                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                .toList();
    }

    /** Reloads the account with each request, so that a demotion or deactivation takes effect at once. */
    static final class CurrentAccountFilter extends OncePerRequestFilter {
        private final Accounts accounts;

        CurrentAccountFilter(Accounts accounts) {
            this.accounts = accounts;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            var authentication = SecurityContextHolder.getContext().getAuthentication();
            if (authentication != null && authentication.getPrincipal() instanceof Account remembered) {
                var now = accounts.account(remembered.username());
                var context = SecurityContextHolder.createEmptyContext();
                now.ifPresent(account -> context.setAuthentication(authenticated(account)));
                SecurityContextHolder.setContext(context);
                var session = request.getSession(false);
                if (now.isEmpty() && session != null) session.invalidate();
            }
            chain.doFilter(request, response);
        }
    }
}
