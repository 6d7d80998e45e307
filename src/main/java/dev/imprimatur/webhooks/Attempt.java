// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message that was sent, or was to be sent.
 *
 * @param message its {@code webhook-id}
 * @param position of the ledger entry it is about; 0 for a test
 * @param kind of the message: of the ledger entry, or {@code test}
 * @param status the HTTP status that was answered; null if none was
 * @param error why there was no answer; null if there was one
 * @param millis how long it took
 * @param retryAfter not to be sent anything before then, as was answered; null if nothing was said of that
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
    /** Whether the subscriber took it: any 2xx. */
    public boolean succeeded() {
        return status != null && status / 100 == 2;
    }
}
