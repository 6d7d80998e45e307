// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber, and how far it has been told.
 *
 * @param kinds of ledger entries that it is told of; empty for all
 * @param types of content that it is told of; empty for all
 * @param secrets that messages are signed with, the newest first
 * @param position the cursor: it has been told all that it wants up to here
 * @param failures attempts in a row that failed
 * @param failingSince when the first of them was made
 * @param nextAttempt not before then
 * @param paused why nothing is sent until somebody resumes it; null while it is not paused
 * @param leaseOwner the node that is sending
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
     * What a message is signed with.
     *
     * @param value {@code whsec_} and the key in Base64
     * @param until when it is signed with no longer; null as long as it is the newest
     * @param request what the request that asked for it is known by; null if it carried no idempotency key
     */
    public record Secret(
            String value, @Nullable Instant until, @Nullable String request) {
        @Override
        public String toString() {
            return "Secret[until " + until + "]";
        }
    }

    /** Whether it asked to be told of the entry. */
    boolean wants(LedgerEntry entry) {
        return (kinds.isEmpty() || kinds.contains(entry.kind().spelling()))
                && (types.isEmpty() || types.contains(entry.type()));
    }
}
