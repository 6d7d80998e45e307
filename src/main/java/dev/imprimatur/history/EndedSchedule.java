// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import dev.imprimatur.people.Person;

/**
 * A schedule that ended before its instant, because what it was set for was withdrawn or replaced, or because somebody else
 * gave it up or set another one.
 *
 * @param setBy who set the schedule last
 * @param cause the entry that ended it
 */
public record EndedSchedule(Schedule schedule, Person setBy, LogEntry cause) {
    /** Whether the person who set the schedule needs to be told, because somebody else ended it. */
    public boolean isByAnother() {
        return !setBy.account().equals(cause.by().account());
    }

    /** What ended the schedule, as the rest of a sentence that begins with the name of the person. */
    public String inWords() {
        return switch (cause.kind()) {
            case SUBMITTED -> "submitted another revision";
            case CHANGES_REQUESTED -> "requested changes";
            case SUPERSEDED -> "published the next edition";
            case UNPUBLISHED -> "unpublished the guide";
            case SCHEDULE_DROPPED -> "gave up the schedule";
            case SCHEDULED -> "set another schedule";
            default -> "discarded the edition";
        };
    }
}
