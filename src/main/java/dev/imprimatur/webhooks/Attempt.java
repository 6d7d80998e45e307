// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to send a message.
 *
 * @param message the {@code webhook-id} of the message
 * @param position the position of the ledger entry in the message; 0 for a test
 * @param kind the kind of the ledger entry, or {@code test}
 * @param status the HTTP status of the response; null if there was no response
 * @param error why there was no response; null if there was one
 * @param millis the duration of the attempt in milliseconds
 * @param retryAfter the earliest next attempt, as the response asked; null if the response did not ask
 */
public record Attempt(
        String id,
        String webhook,
        String message,
        long position,
        String kind,
        Instant at,
        @Nullable Integer status,
        @Nullable String error,
        long millis,
        @Nullable Instant retryAfter) {
    /** Whether the subscriber accepted the message: any 2xx status. */
    public boolean succeeded() {
        return status != null && status / 100 == 2;
    }
}
