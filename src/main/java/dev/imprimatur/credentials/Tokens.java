// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.audit.Audit;
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

    /** One's own tokens, the newest first. */
    public List<PersonalToken> of(String username) {
        return tokens.of(username);
    }

    /**
     * Revokes one of one's own tokens.
     *
     * @param hash what the token is known by
     */
    public void revoke(String username, String hash) {
        if (!tokens.delete(username, hash))
            throw Refusal.missing("there is no token of this name").raise();
        audit.record(username, "token-revoked", null, null);
    }

    /**
     * What is asked for a new token.
     *
     * @param scopes what it may do; null for all that its maker may
     */
    public record NewToken(
            String name, Duration expiresIn, @Nullable Set<Scope> scopes) {}

    /** A token that was just made, with its text, which is shown once. */
    public record FreshToken(PersonalToken token, String text) {
        @Override
        public String toString() {
            return "FreshToken[" + token.name() + "]";
        }
    }

    /**
     * Makes a token. The same request again gets another one in place of the first, which nobody has seen.
     *
     * @param maker the token by which it is asked for, which it never outdoes; null if its person asks by themselves
     * @param request what the request is known by; null if it carries no idempotency key
     */
    public FreshToken create(
            String username, NewToken wanted, @Nullable PersonalToken maker, @Nullable String request) {
        String name = wanted.name();
        var expiresIn = wanted.expiresIn();
        if (name.isBlank() || name.length() > 100)
            throw Refusal.malformed("/name", "a name of 1 to 100 characters").raise();
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

    /** A token never makes a wider one. */
    private static Set<Scope> within(Set<Scope> own, @Nullable Set<Scope> wanted) {
        if (wanted == null) return own;
        if (!Scope.allowed(own).containsAll(wanted))
            throw Scope.malformed(
                    "/scopes", "a token makes none that may do more than itself: at most " + Scope.spelt(own));
        return wanted;
    }

    /**
     * The token with this text, if it has not expired. Its first use is recorded in the audit.
     *
     * @param text what the caller sent
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

    /** Every token as it is stored, by its hash; empty for one that cannot be read. */
    public void each(BiConsumer<String, Optional<PersonalToken>> what) {
        tokens.each(what);
    }

    /** Deletes all tokens of an account. */
    public void deleteAllOf(String username) {
        tokens.deleteOf(username);
    }
}
