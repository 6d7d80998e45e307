// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import dev.imprimatur.history.EditionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a link shows, and for how long.
 *
 * @param edition whose working copy or revision it is
 * @param revision null for the working copy, as it is when the link is followed
 * @param by the account that made the link; it ends once that account may make no links any more
 */
public record Preview(
        String id, EditionId edition, @Nullable Integer revision, String by, Instant createdAt, Instant expiresAt) {
    boolean isOver(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
