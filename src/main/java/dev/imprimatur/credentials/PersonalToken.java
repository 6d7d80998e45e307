// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A personal token: a script that sends it acts as its account.
 *
 * @param hash the SHA-256 of the token's text, in hexadecimal
 * @param account the username of the holder
 * @param firstUsedAt null until the token is first used
 * @param scopes what the token may do, within the rights of its account; null for all of them
 * @param madeBy the hash of the narrowed token that created this one; null if a password or a token without scopes did
 * @param request the id of the request that created the token; null if that request had no idempotency key
 */
public record PersonalToken(
        String hash,
        String account,
        String name,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant firstUsedAt,
        @Nullable List<String> scopes,
        @Nullable String madeBy,
        @Nullable String request) {
    private static final int ID = 16;

    /** The id of the token in places where the hash must not be shown. */
    public String id() {
        return hash.substring(0, ID);
    }

    /** Whether the token has fewer rights than its account. */
    public boolean isNarrowed() {
        return scopes != null;
    }

    /** The scopes of the token. Stored names that are no longer scopes are skipped. */
    public Set<Scope> scopeSet() {
        return scopes == null
                ? Set.of()
                : scopes.stream().flatMap(name -> Scope.spelt(name).stream()).collect(Collectors.toSet());
    }

    /** The rights of the token, in the words of the studio's pages. */
    public String may() {
        return scopes == null ? "all that you may" : Scope.spelt(scopeSet());
    }
}
