// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.time.Instant;

/**
 * What a checkpoint holds of a verified ledger entry: enough to know what was published when, but nothing that is delivered.
 *
 * @param isLive whether the guide is published after the entry
 */
public record EntrySummary(long position, LedgerEntry.Subject subject, int edition, boolean isLive, Instant at) {
    static EntrySummary of(LedgerEntry entry) {
        return new EntrySummary(entry.position(), entry.subject(), entry.edition(), entry.isLive(), entry.at());
    }
}
