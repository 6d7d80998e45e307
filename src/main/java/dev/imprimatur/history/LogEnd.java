// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * The end of an edition's log.
 *
 * @param length the number of entries
 * @param at when the last entry was made
 * @param stamped the seq of the last stamp; -1 if there is none
 * @param asked the seq of the last entry that concerns a review of the published edition; -1 if there is none
 */
public record LogEnd(int length, Instant at, int stamped, int asked) {
    private static final Set<LogEntry.Kind> OF_REVIEWS_WHILE_LIVE = EnumSet.of(
            LogEntry.Kind.REVIEW_DUE,
            LogEntry.Kind.OVERDUE,
            LogEntry.Kind.CONFIRMED,
            LogEntry.Kind.REVISION_CALLED,
            LogEntry.Kind.REVISION_DROPPED);

    /** The end of a log that has this entry and no later one. */
    static LogEnd at(int seq, Instant at, String kind) {
        return new LogEnd(
                seq + 1,
                at,
                kind.equals(LogEntry.Kind.STAMPED.name()) ? seq : -1,
                OF_REVIEWS_WHILE_LIVE.stream().anyMatch(it -> it.name().equals(kind)) ? seq : -1);
    }

    /** The end of a log with the entries of both. */
    LogEnd and(LogEnd other) {
        var later = other.length > length ? other : this;
        return new LogEnd(later.length, later.at, Math.max(stamped, other.stamped), Math.max(asked, other.asked));
    }

    /** Whether the review of the edition is over, and no other has been requested since. */
    public boolean isAtRest() {
        return stamped > asked;
    }
}
