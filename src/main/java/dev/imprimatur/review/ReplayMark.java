// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The mark that a process carries as its name: how far the process followed the edition log, and which tasks it had open then. The
 * reconciler compares it with the end of the log to find processes that are out of date.
 */
final class ReplayMark {
    private ReplayMark() {}

    /**
     * The mark of a process that followed a log to this entry.
     *
     * @param length the number of entries of the log
     * @param at the instant of the last entry
     * @param tasks the BPMN ids of the open tasks
     */
    static String of(int length, Instant at, Collection<String> tasks) {
        return prefix(length, at)
                + Integer.toHexString(tasks.stream().sorted().toList().hashCode());
    }

    private static String prefix(int length, Instant at) {
        return length + "@" + at.toEpochMilli() + " ";
    }

    /** Whether the entry that the process followed last is in the log. Also true for a process that has no mark yet. */
    static boolean fits(@Nullable String mark, Edition edition) {
        if (mark == null) return true;
        int length = Integer.parseInt(mark.substring(0, mark.indexOf('@')));
        return length <= edition.log().size()
                && mark.startsWith(prefix(length, edition.log().get(length - 1).at()));
    }
}
