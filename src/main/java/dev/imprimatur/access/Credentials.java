// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.credentials.PersonalToken;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads the {@code Authorization} header of one kind of caller. Each filter chain has its own subclass, so a secret for one chain does not
 * work in another.
 */
abstract sealed class Credentials extends OncePerRequestFilter {
    private static final String BEARER = "Bearer ";

    private final ProblemWriter problems;

    private Credentials(ProblemWriter problems) {
        this.problems = problems;
    }

    /**
     * The caller and the caller's rights.
     *
     * @param token the personal token that the caller sent; null for other credentials
     */
    record Caller(
            Principal who,
            Collection<? extends GrantedAuthority> may,
            @Nullable PersonalToken token) {}

    abstract @Nullable Caller caller(String scheme, String value, HttpServletRequest request);

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null) {
            int space = header.indexOf(' ');
            try {
                var caller = space < 0
                        ? null
                        : caller(
                                header.substring(0, space).toLowerCase(Locale.ROOT),
                                header.substring(space + 1).strip(),
                                request);
                if (caller == null)
                    throw Refusal.of(Refusal.Kind.UNAUTHENTICATED, "wrong-scheme", "this credential is not for here")
                            .raise();
                var context = SecurityContextHolder.createEmptyContext();
                var authentication =
                        UsernamePasswordAuthenticationToken.authenticated(caller.who(), null, caller.may());
                authentication.setDetails(caller.token());
                context.setAuthentication(authentication);
                SecurityContextHolder.setContext(context);
            } catch (Refused refused) {
                problems.write(refused.refusal(), response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    /** The credential after the scheme {@code Bearer}; empty if the request has none. */
    static Optional<String> bearer(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(header.substring(BEARER.length()).strip())
                : Optional.empty();
    }

    /** People: a personal token, and the password to get one. */
    static final class PeopleFilter extends Credentials {
        private final Accounts accounts;
        private final Tokens tokens;

        PeopleFilter(ProblemWriter problems, Accounts accounts, Tokens tokens) {
            super(problems);
            this.accounts = accounts;
            this.tokens = tokens;
        }

        @Override
        @Nullable
        Caller caller(String scheme, String value, HttpServletRequest request) {
            return switch (scheme) {
                case "bearer" -> {
                    String source = request.getRemoteAddr();
                    yield tokens.find(value, source)
                            .flatMap(token -> accounts.caller(token.account()).map(account -> caller(account, token)))
                            .orElseThrow(() -> tokens.wrong(source));
                }
                case "basic" -> asksForToken(request) ? caller(basic(value, request.getRemoteAddr()), null) : null;
                default -> null;
            };
        }

        private static Caller caller(Account account, @Nullable PersonalToken token) {
            return new Caller(account, SignIn.authorities(account), token);
        }

        private static boolean asksForToken(HttpServletRequest request) {
            return request.getMethod().equals("POST")
                    && request.getRequestURI().equals(SecurityConfiguration.MANAGEMENT + "/tokens");
        }

        private Account basic(String value, String source) {
            String[] pair;
            try {
                pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8).split(":", 2);
            } catch (IllegalArgumentException noBase64) {
                pair = new String[] {""};
            }
            return accounts.signIn(pair[0], pair.length == 2 ? pair[1] : "", source, "management API");
        }
    }

    /** Sites: their key. */
    static final class SitesFilter extends Credentials {
        private final SiteKeys keys;

        SitesFilter(ProblemWriter problems, SiteKeys keys) {
            super(problems);
            this.keys = keys;
        }

        @Override
        @Nullable
        Caller caller(String scheme, String value, HttpServletRequest request) {
            return scheme.equals("bearer")
                    ? new Caller(
                            keys.verify(value, request.getRemoteAddr()),
                            List.of(new SimpleGrantedAuthority("ROLE_SITE")),
                            null)
                    : null;
        }
    }
}
