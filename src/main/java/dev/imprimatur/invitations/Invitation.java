// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An invitation of an expert, who has no account, to review one revision.
 *
 * @param account under which logs and comments name the expert; the same in all invitations of one e-mail address
 * @param by the account that invited, and that answers for what the expert approves
 * @param revokedAt null as long as nobody has revoked the invitation
 */
public record Invitation(
        String id,
        EditionId edition,
        Revision.Ref revision,
        String account,
        String name,
        @Nullable String title,
        String email,
        String by,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant revokedAt) {
    boolean isValid(Instant now) {
        return revokedAt == null && now.isBefore(expiresAt);
    }
}
