// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Prepares a release that undoes another. Guides that readers did not have before are withdrawn. All others get a next edition with the
 * earlier text, which has to be reviewed as any other edition.
 */
@Component
public class ReleaseUndo {
    private static final int LONGEST_NAME = 180;

    private final Releases releases;
    private final Guides guides;
    private final Editions editions;
    private final Drafts drafts;
    private final Review review;
    private final LedgerReader reader;

    ReleaseUndo(
            Releases releases, Guides guides, Editions editions, Drafts drafts, Review review, LedgerReader reader) {
        this.releases = releases;
        this.guides = guides;
        this.editions = editions;
        this.drafts = drafts;
        this.review = review;
        this.reader = reader;
    }

    /** @param earlier the revision that readers had before; null to withdraw the guide */
    private record Step(Guide guide, @Nullable Integer earlier) {}

    /** Creates the release that undoes this one. Refuses if something about one of its guides has changed since. */
    public Release undo(String id, Person by) {
        var release = releases.require(id);
        var entries = release.entries();
        if (entries == null)
            throw Refusal.conflict("not-published", "the release is not published, so there is nothing to undo")
                    .raise();
        var faults = new ArrayList<Fault>();
        var steps = steps(entries, by, faults);
        if (!faults.isEmpty())
            throw new Refusal(
                            Refusal.Kind.CONFLICT,
                            "changed-since",
                            faults.size() + " of " + (faults.size() + steps.size())
                                    + " guides of the release cannot be undone, so nothing is prepared",
                            faults,
                            Map.of())
                    .raise();
        if (steps.stream().anyMatch(step -> step.earlier() != null) && !by.has("EDITOR"))
            throw Refusal.forbidden(
                            "editor-only",
                            "the earlier text of guides becomes a draft again, which takes the role EDITOR")
                    .raise();
        String name = release.name();
        var undoing =
                releases.create(new Releases.Wanted("Undo: " + CleanText.start(name, LONGEST_NAME), null, null), by);
        try {
            for (var step : steps) prepare(step, undoing.id(), "The release “" + name + "” is undone.", by);
        } catch (Refused refused) {
            // something happened to one of the guides since they were looked at
            if (refused.refusal().kind() != Refusal.Kind.UNAVAILABLE) releases.delete(undoing.id(), by);
            throw refused;
        }
        return releases.require(undoing.id());
    }

    private List<Step> steps(LedgerEntry.Release entries, Person by, List<Fault> faults) {
        var steps = new ArrayList<Step>();
        for (var entry : reader.of(entries)) {
            var guide = guides.require(entry.id());
            var why = changed(entry, guide, by);
            if (why == null)
                steps.add(new Step(guide, entry.isLive() ? before(entry) : Integer.valueOf(entry.revision())));
            else faults.add(new Fault("/guides/" + entry.id(), guide.title() + ": " + why));
        }
        return steps;
    }

    /** What has happened to the guide since the release; null if nothing has. */
    private @Nullable String changed(LedgerEntry entry, Guide guide, Person by) {
        var live = guide.live();
        boolean isSame = entry.isLive() ? live != null && live.edition() == entry.edition() : live == null;
        if (!isSame) return "it was published or unpublished since";
        var other = releases.of(guide)
                .filter(it -> it.state() == Release.State.OPEN && !isOfRequest(it, by))
                .map(Release::name);
        if (other.isPresent()) return "it is in the release “" + other.get() + "”; take it out of that one first";
        boolean isMine = editions.leftBy(by, guide.id(), LogEntry.Kind.OPENED).isPresent();
        return guide.state().isInProgress() && !isMine
                ? "its edition " + guide.edition() + " is in progress; discard it first"
                : null;
    }

    /** Whether an earlier attempt of the same request created the release. */
    private static boolean isOfRequest(Release release, Person by) {
        return by.request() != null && by.request().equals(release.createdBy().request());
    }

    /** The revision that readers had before the entry; null if they had none. */
    private @Nullable Integer before(LedgerEntry entry) {
        return editions.of(entry.id()).stream()
                .filter(edition -> edition.id().number() < entry.edition())
                .reduce((earlier, later) -> later)
                .filter(edition -> edition.state() == Edition.State.SUPERSEDED)
                .flatMap(Edition::publishedEntry)
                .map(LogEntry::revision)
                .map(Revision.Ref::number)
                .orElse(null);
    }

    private void prepare(Step step, String release, String reason, Person by) {
        var earlier = step.earlier();
        if (earlier == null) {
            releases.add(release, step.guide(), new Releases.WantedGuide("unpublish", reason, null, null), by);
            return;
        }
        review.openNext(step.guide(), by);
        drafts.restore(guides.require(step.guide().id()), null, earlier, by);
        releases.add(release, guides.require(step.guide().id()), Releases.WantedGuide.TO_PUBLISH, by);
    }
}
