// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Diff;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The revisions of a guide: finds them and compares them. */
@Component
public class GuideRevisions {
    private final ContentTypes types;
    private final Revisions revisions;

    GuideRevisions(ContentTypes types, Revisions revisions) {
        this.types = types;
        this.revisions = revisions;
    }

    /** All revisions of the guide, the newest first. */
    public List<Revision> of(Guide guide) {
        return revisions.of(guide.id());
    }

    /** The number that the next revision of the guide will have, unless somebody else submits first. */
    public int nextNumber(Guide guide) {
        return revisions.last(guide.id()).number() + 1;
    }

    public Revision require(Guide guide, int number) {
        return require(guide.id(), number);
    }

    public Revision require(String guide, int number) {
        return revisions.require(guide, number);
    }

    /** The revision with this number; empty if there is none, or if it was altered. */
    public Optional<Revision> findIntact(Guide guide, int number) {
        return revisions.findIntact(guide.id(), number);
    }

    /** The stored revisions with these numbers, by guide. */
    public Map<String, Revision> find(Map<String, Integer> numbers) {
        return revisions.find(numbers);
    }

    /** Whether the revision is stored, intact or not. */
    public boolean exists(String guide, int number) {
        return revisions.exists(guide, number);
    }

    /** What changed from one revision of the guide to another; items of lists are followed by their ids. */
    public List<Change> changes(Guide guide, Revision from, Revision to) {
        return Diff.between(
                types.require(guide.type()).shape(), from.content(), from.items(), to.content(), to.items());
    }

    /** What changed from revision {@code from} to revision {@code to}. */
    public List<Change> diff(Guide guide, int from, int to) {
        return changes(guide, require(guide, from), require(guide, to));
    }
}
