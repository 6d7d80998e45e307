// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber and its position in the ledger.
 *
 * @param kinds the wanted kinds of ledger entries; empty for all
 * @param types the wanted content types; empty for all
 * @param secrets the secrets that sign messages, newest first
 * @param position the cursor: the subscriber has received all wanted entries up to this position
 * @param failures the number of failed attempts in a row
 * @param failingSince the time of the first failed attempt in that row
 * @param nextAttempt the earliest time of the next attempt
 * @param paused why the subscriber is paused until somebody resumes it; null while it is not paused
 * @param leaseOwner the node that sends to the subscriber
 * @param leaseUntil when another node may take over
 */
public record Webhook(
        String id,
        String url,
        List<String> kinds,
        List<String> types,
        Instant createdAt,
        List<Secret> secrets,
        long position,
        int failures,
        @Nullable Instant failingSince,
        Instant nextAttempt,
        @Nullable String paused,
        String leaseOwner,
        Instant leaseUntil) {
    /**
     * A secret that signs messages.
     *
     * @param value {@code whsec_} and the key in Base64
     * @param until when the secret stops signing messages; null for the newest secret
     * @param request the id of the request that asked for the secret; null if that request had no idempotency key
     */
    public record Secret(
            String value, @Nullable Instant until, @Nullable String request) {
        @Override
        public String toString() {
            return "Secret[until " + until + "]";
        }
    }

    /** Whether the subscriber wants the entry. */
    boolean wants(LedgerEntry entry) {
        return (kinds.isEmpty() || kinds.contains(entry.kind().spelling()))
                && (types.isEmpty() || types.contains(entry.type()));
    }
}
