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
 * @param round how often the edition has reached that task: 1, 2, 3…
 * @param outcome the name of the outcome in the BPMN file
 * @param effect what the outcome means for the edition
 * @param seen the revision that the person looked at
 * @param meaning what the person signs, in the words of the workflow; null if the decision is not signed
 * @param request the log entry that requested the review of parts that the person looked at; null for a review of the whole content
 * @param reason one of the content type's reasons; null if none was given
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
        Person by,
        @Nullable Integer request) {
    /** A decision on the whole content. */
    public Decision(
            String task,
            int round,
            String outcome,
            Effect effect,
            Revision.Ref seen,
            @Nullable String message,
            @Nullable String meaning,
            @Nullable Reason reason,
            Person by) {
        this(task, round, outcome, effect, seen, message, meaning, reason, by, null);
    }

    /** What an outcome of a task means for the edition. */
    public enum Effect {
        NONE,
        APPROVE,
        REQUEST_CHANGES,
        CONFIRM,
        REVISE;

        /** Whether the effect vouches for the content. Nobody may vouch for their own content. */
        public boolean vouches() {
            return this == APPROVE || this == CONFIRM;
        }

        /** Whether a decision had this effect. */
        public boolean isOf(LogEntry decision) {
            return decision.kind() == kind();
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
