// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.throttling.Throttle;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Personal tokens: scripts send them to act as the person who created them. */
@Component
public class Tokens {
    private static final int LONGEST_NAME = 100;
    private static final Duration LONGEST_TOKEN = Duration.ofDays(366);

    private final TokenStore tokens;
    private final Throttle throttle;
    private final Audit audit;
    private final Clock clock;

    Tokens(TokenStore tokens, Throttle throttle, Audit audit, Clock clock) {
        this.tokens = tokens;
        this.throttle = throttle;
        this.audit = audit;
        this.clock = clock;
    }

    /** The tokens of an account, the newest first. */
    public List<PersonalToken> of(String username) {
        return tokens.of(username);
    }

    /**
     * Revokes a token of the account.
     *
     * @param hash the hash of the token's secret
     */
    public void revoke(String username, String hash) {
        if (!tokens.delete(username, hash))
            throw Refusal.missing("there is no token of this name").raise();
        audit.record(username, "token-revoked", null, null);
    }

    /**
     * The data of a new token.
     *
     * @param scopes what the token may do; null for everything that its creator may do
     */
    public record NewToken(
            String name, Duration expiresIn, @Nullable Set<Scope> scopes) {}

    /** A new token and its text, which is shown once. */
    public record FreshToken(PersonalToken token, String text) {
        @Override
        public String toString() {
            return "FreshToken[" + token.name() + "]";
        }
    }

    /**
     * Creates a token. If the same request is repeated, a new token replaces the first one, which nobody has seen.
     *
     * @param maker the token that authenticated the request, which limits the new token; null if the request was authenticated otherwise
     * @param request identifies the request; null if the request carries no idempotency key
     */
    public FreshToken create(
            String username, NewToken wanted, @Nullable PersonalToken maker, @Nullable String request) {
        String name = CleanText.name("/name", wanted.name(), LONGEST_NAME);
        var expiresIn = wanted.expiresIn();
        if (expiresIn.isNegative() || expiresIn.isZero() || expiresIn.compareTo(LONGEST_TOKEN) > 0)
            throw Refusal.malformed("/expiresIn", "an ISO 8601 duration of at most P366D, such as P30D")
                    .raise();
        var narrow = maker != null && maker.isNarrowed() ? maker : null;
        var scopes = wanted.scopes();
        if (narrow != null) scopes = within(narrow.scopeSet(), scopes);
        var now = clock.instant();
        var expiresAt = now.plus(expiresIn);
        var secret = Secret.fresh(Secret.PERSONAL);
        if (request != null) tokens.deleteMadeIn(request, username);
        var token = new PersonalToken(
                secret.hash(),
                username,
                name,
                now,
                narrow != null && expiresAt.isAfter(narrow.expiresAt()) ? narrow.expiresAt() : expiresAt,
                null,
                scopes == null
                        ? null
                        : scopes.stream().sorted().map(Scope::spelling).toList(),
                narrow == null ? null : narrow.hash(),
                request);
        tokens.insert(token);
        audit.record(username, "token-created", scopes == null ? name : name + " " + Scope.spelt(scopes), null);
        return new FreshToken(token, secret.text());
    }

    /** The scopes of a new token; refuses scopes that the creating token does not have. */
    private static Set<Scope> within(Set<Scope> own, @Nullable Set<Scope> wanted) {
        if (wanted == null) return own;
        if (!Scope.allowed(own).containsAll(wanted))
            throw Scope.malformed(
                    "/scopes", "a token makes none that may do more than itself: at most " + Scope.spelt(own));
        return wanted;
    }

    /**
     * The token with this text, if it exists and has not expired. Records the first use of the token in the audit.
     *
     * @param text the text that the caller sent
     * @param source the network address of the caller
     */
    public Optional<PersonalToken> find(String text, String source) {
        if (!text.startsWith(Secret.PERSONAL)) return Optional.empty();
        return tokens.find(new Secret(text))
                .filter(it -> it.expiresAt().isAfter(clock.instant()))
                .map(it -> used(it, source));
    }

    private PersonalToken used(PersonalToken token, String source) {
        if (token.firstUsedAt() == null && tokens.firstUsed(token.hash(), clock.instant()))
            audit.record(token.account(), "token-first-used", token.name(), source);
        return token;
    }

    /** Counts a wrong token against the network address that sent it, and returns the refusal. */
    public Refused wrong(String source) {
        throttle.failed(source);
        return Refusal.of(Refusal.Kind.UNAUTHENTICATED, "wrong-token", "the token is wrong or has expired")
                .raise();
    }

    /** Visits all stored tokens by hash; the token is empty if its document cannot be read. */
    public void each(BiConsumer<String, Optional<PersonalToken>> what) {
        tokens.each(what);
    }

    /** Deletes all tokens of an account. */
    public void deleteAllOf(String username) {
        tokens.deleteOf(username);
    }
}
