// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.time.Instant;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * The digests to one person, of which at most one is being sent.
 *
 * @param digest the digest that is being sent or failed; null if there is none
 * @param failures how many attempts to send it failed
 * @param failingSince when the first of them failed
 * @param nextAttempt the earliest time of the next attempt
 * @param error why the last attempt failed
 * @param gaveUp whether it is not tried again until an administrator says so
 * @param leaseOwner the node that sends
 * @param leaseUntil when another node may take over
 */
public record Mailbox(
        @BsonId String person,
        @Nullable Digest digest,
        int failures,
        @Nullable Instant failingSince,
        Instant nextAttempt,
        @Nullable String error,
        boolean gaveUp,
        String leaseOwner,
        Instant leaseUntil) {
    /**
     * A digest. Its content is fixed before it is sent, so that it has the same id and the same notifications whenever it is tried again.
     *
     * @param id from which the Message-ID is made
     * @param notifications the ids of the notifications in it
     */
    public record Digest(String id, List<String> notifications, Instant at) {}

    static Mailbox empty(String person) {
        return new Mailbox(person, null, 0, null, Instant.EPOCH, null, false, "", Instant.EPOCH);
    }
}
