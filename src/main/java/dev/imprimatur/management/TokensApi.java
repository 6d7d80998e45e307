// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.credentials.PersonalToken;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.WorksReadOnly;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Personal tokens: everybody creates their own. */
@RestController
@RequestMapping(Api.ROOT + "/tokens")
class TokensApi {
    private static final String DEFAULT_EXPIRY = "P30D";

    private final Tokens tokens;
    private final Accounts accounts;

    TokensApi(Tokens tokens, Accounts accounts) {
        this.tokens = tokens;
        this.accounts = accounts;
    }

    record NewToken(
            String name,
            @Nullable String expiresIn,
            @Nullable List<String> scopes) {}

    /** @param scopes the scopes of the token; absent if the token may do everything that its person may do */
    record TokenView(String token, @Nullable List<String> scopes, Instant expiresAt) {
        @Override
        public String toString() {
            return "TokenView[…]";
        }
    }

    @PostMapping
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("isAuthenticated()")
    @ResponseStatus(HttpStatus.CREATED)
    TokenView create(@RequestBody NewToken body, Person me, Authentication by) {
        var account = accounts.account(me.account())
                .orElseThrow(() -> Refusal.of(Refusal.Kind.UNAUTHENTICATED, "unauthenticated", "sign in again")
                        .raise());
        var fresh = tokens.create(
                account.username(),
                new Tokens.NewToken(
                        body.name(),
                        Api.duration("/expiresIn", body.expiresIn() == null ? DEFAULT_EXPIRY : body.expiresIn()),
                        body.scopes() == null ? null : Scope.named(body.scopes())),
                by.getDetails() instanceof PersonalToken maker ? maker : null,
                me.request());
        return new TokenView(fresh.text(), fresh.token().scopes(), fresh.token().expiresAt());
    }
}
