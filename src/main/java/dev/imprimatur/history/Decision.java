// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import dev.imprimatur.content.Reason;
import dev.imprimatur.people.Person;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a person on a task.
 *
 * @param task the BPMN id of the user task
 * @param round which time the edition stands at that task: 1, 2, 3…
 * @param outcome the BPMN's name of the outcome
 * @param effect what the outcome means
 * @param seen the revision that was looked at
 * @param meaning what is signed with it, in the words of the workflow; null if it is not signed
 * @param reason the one of the content type's reasons that was given
 */
public record Decision(
        String task,
        int round,
        String outcome,
        Effect effect,
        Revision.Ref seen,
        @Nullable String message,
        @Nullable String meaning,
        @Nullable Reason reason,
        Person by) {
    /** What an outcome of a task means for the edition. */
    public enum Effect {
        NONE,
        APPROVE,
        REQUEST_CHANGES,
        CONFIRM,
        REVISE;

        /** Whether it vouches for the content, which nobody may do for their own. */
        public boolean vouches() {
            return this == APPROVE || this == CONFIRM;
        }

        private LogEntry.Kind kind() {
            return switch (this) {
                case NONE -> LogEntry.Kind.DECIDED;
                case APPROVE -> LogEntry.Kind.APPROVED;
                case REQUEST_CHANGES -> LogEntry.Kind.CHANGES_REQUESTED;
                case CONFIRM -> LogEntry.Kind.CONFIRMED;
                case REVISE -> LogEntry.Kind.REVISION_CALLED;
            };
        }
    }

    LogEntry.Kind kind() {
        return effect.kind();
    }

    boolean isSameAs(LogEntry done) {
        return done.kind() == kind()
                && outcome.equals(done.outcome())
                && seen.equals(done.revision())
                && Objects.equals(message, done.message())
                && Objects.equals(reason, done.reason())
                && by.account().equals(done.by().account());
    }
}
