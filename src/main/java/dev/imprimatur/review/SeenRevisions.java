// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Knows which revisions of an edition a reviewer has seen, so that a second round of review can show what is new. */
@Component
public class SeenRevisions {
    private final OpenedRevisions openedRevisions;

    SeenRevisions(OpenedRevisions openedRevisions) {
        this.openedRevisions = openedRevisions;
    }

    /**
     * An earlier revision that a person has seen.
     *
     * @param decided whether the person decided on the revision; otherwise the person only opened it
     */
    public record Seen(int revision, boolean decided) {}

    /**
     * The revisions before this one that the person has seen: first the last revision that the person decided on, then the last one that
     * the person opened, if it is later.
     */
    public List<Seen> before(Revision now, Guide guide, Edition edition, Person me) {
        int decided = submitted(edition.log().stream()
                        .filter(entry ->
                                entry.outcome() != null && entry.by().account().equals(me.account())))
                .filter(number -> number < now.number())
                .reduce(0, Math::max);
        var openedByMe = openedRevisions.of(guide, me);
        int opened = submitted(edition.log().stream())
                .filter(number -> number < now.number() && openedByMe.contains(number))
                .reduce(0, Math::max);
        return Stream.of(new Seen(decided, true), new Seen(opened > decided ? opened : 0, false))
                .filter(seen -> seen.revision() > 0)
                .toList();
    }

    private static Stream<Integer> submitted(Stream<LogEntry> log) {
        return log.map(LogEntry::revision).filter(Objects::nonNull).map(Revision.Ref::number);
    }

    /** Notes that the person has opened the revision. */
    public void noteOpened(Guide guide, Revision revision, Person me) {
        openedRevisions.note(guide, revision.number(), me);
    }
}
