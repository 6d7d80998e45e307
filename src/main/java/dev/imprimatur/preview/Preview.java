// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import dev.imprimatur.history.EditionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A preview link: what it shows, and for how long.
 *
 * @param edition the edition that the working copy or the revision belongs to
 * @param revision the number of the revision; null for the working copy in its state when the link is followed
 * @param by the account that made the link; the link ends once this account may not make links any more
 */
public record Preview(
        String id, EditionId edition, @Nullable Integer revision, String by, Instant createdAt, Instant expiresAt) {
    boolean isOver(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
