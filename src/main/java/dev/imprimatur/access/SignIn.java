// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.util.Collection;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Authenticates people in the studio: by password, when they sign in. */
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
}
