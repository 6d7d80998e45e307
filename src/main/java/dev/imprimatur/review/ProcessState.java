// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.LogEnd;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of an edition in the engine.
 *
 * @param processes the number of its processes; more than one only until the edition is reconciled
 * @param mark the {@link ReplayMark} of the process; null if it has none yet
 * @param tasks the BPMN ids of the open tasks
 */
record ProcessState(int processes, @Nullable String mark, List<String> tasks) {
    /** Adds another row of the same edition. */
    ProcessState and(ProcessState other) {
        return new ProcessState(
                processes + other.processes,
                mark,
                Stream.concat(tasks.stream(), other.tasks.stream()).toList());
    }

    /** Whether the edition has exactly one process, and this process has followed the log up to this end. */
    boolean isUpToDate(LogEnd end) {
        return processes == 1 && ReplayMark.of(end.length(), end.at(), tasks).equals(mark);
    }
}
