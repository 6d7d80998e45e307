// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An open task: a draft that somebody writes, or a revision that waits for a decision.
 *
 * @param id does not change while the task is open
 * @param name the name of the task in the workflow
 * @param task the BPMN id of the task
 * @param group the role that may take the task
 * @param escalatedTo further roles that the task was passed on to, because it was still open at its time
 * @param revision the revision to review; null for a draft
 * @param fromLog whether the task is derived from the edition log, because the engine is unavailable; its assignee is unknown then
 * @param insteadOf the absent person for whom the assignee has the task; null for nobody
 * @param outcomes the outcomes to choose from; empty for a draft, which is completed by submitting
 */
public record OpenTask(
        String id,
        String name,
        String task,
        String group,
        List<String> escalatedTo,
        Guide guide,
        Edition edition,
        Revision.@Nullable Ref revision,
        List<Outcome> outcomes,
        @Nullable Instant due,
        @Nullable String assignee,
        @Nullable InsteadOf insteadOf,
        Instant since,
        boolean fromLog) {
    /**
     * An absent person for whom somebody has a task.
     *
     * @param until the last day of the absence; null if the absence is over
     */
    public record InsteadOf(String person, @Nullable LocalDate until) {}

    /** The role that may take the task, in lower case, for messages to people. */
    public String role() {
        return group.toLowerCase(Locale.ROOT);
    }

    /** The JSON Pointers of the parts that the task is about; empty if it is about the whole content. */
    public List<String> parts() {
        return edition.partsUnderReview();
    }

    /** The last entry of the log that says what the task is about: not a reminder, not who owns or reviews the guide, and not a move. */
    public LogEntry about() {
        return edition.log().reversed().stream()
                .filter(entry -> entry.notice() == null
                        && entry.kind() != LogEntry.Kind.OWNER_CHANGED
                        && entry.kind() != LogEntry.Kind.REVIEWERS_CHANGED
                        && entry.kind() != LogEntry.Kind.TRANSLATED
                        && entry.kind() != LogEntry.Kind.MOVED)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Whether the person may take the task. Whoever approves or confirms needs the role of the task, also after it was passed on: the
     * further role then sees to it that somebody decides.
     */
    public boolean isOpenTo(Person person) {
        return vouches() ? person.has(group) : isFor(person);
    }

    /** The roles that may take the task, or see to it that somebody does. */
    public String[] roles() {
        return roles(group, escalatedTo);
    }

    static String[] roles(String group, List<String> escalatedTo) {
        return Stream.concat(Stream.of(group), escalatedTo.stream()).toArray(String[]::new);
    }

    /** The roles that may take the task. */
    public String[] takers() {
        return vouches() ? new String[] {group} : roles();
    }

    /** Whether an outcome approves or confirms content. */
    public boolean vouches() {
        return Outcome.anyVouches(outcomes);
    }

    /** Whether the task waits for one of the person's roles. */
    public boolean isFor(Person person) {
        return person.has(group) || escalatedTo.stream().anyMatch(person::has);
    }
}
