// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Checks a schema against the live revision, the submitted revision and the draft of each guide of its type. Reads the guides in batches
 * and keeps only the first contents that the schema does not allow. Content that the store does not hold as it was written is left out:
 * nothing is published from it, and the check of the stores reports it.
 */
@Component
public class TypeChanges {
    private static final int BATCH = 100;
    private static final int MOST_FAULTS = 10;

    private final Guides guides;
    private final WorkingCopies copies;
    private final Revisions revisions;
    private final int most;

    /** @param most {@code imprimatur.content-types.report}: how many contents a report lists */
    TypeChanges(
            Guides guides,
            WorkingCopies copies,
            Revisions revisions,
            @Value("${imprimatur.content-types.report:100}") int most) {
        this.guides = guides;
        this.copies = copies;
        this.revisions = revisions;
        this.most = most;
    }

    /** Checks the type as if it took the place of the accepted type of the same name. Changes nothing. */
    public TypeReport check(ContentType proposed) {
        var run = new Run(proposed);
        guides.eachBatchOf(proposed.name(), BATCH, run::check);
        return new TypeReport(
                proposed.name(), hash(proposed), run.checked, run.incompatible, List.copyOf(run.contents));
    }

    /** The hash by which the nodes of a store know a schema. Spaces, and the order of members, do not change it. */
    static String hash(ContentType type) {
        return ContentHash.of(type.schema()).value();
    }

    /** One check, with what it has found so far. */
    private final class Run {
        private final ContentType type;
        private final List<TypeReport.Content> contents = new ArrayList<>();
        private int checked;
        private int incompatible;

        Run(ContentType type) {
            this.type = type;
        }

        void check(List<Guide> batch) {
            var live = new HashMap<String, Integer>();
            var submitted = new HashMap<String, Integer>();
            var drafts = new ArrayList<EditionId>();
            for (var guide : batch) {
                var published = guide.live();
                if (published != null) live.put(guide.id(), published.revision());
                if (!guide.state().isInProgress()) continue;
                var revision = guide.revision();
                if (revision != null && guide.state() != Edition.State.DRAFT) submitted.put(guide.id(), revision);
                if (guide.state().isEditable()) drafts.add(guide.current());
            }
            var liveRevisions = revisions.intact(live);
            var submittedRevisions = revisions.intact(submitted);
            var drafted = new HashMap<String, WorkingCopy>();
            copies.find(drafts).forEach(copy -> drafted.put(copy.edition().guide(), copy));
            for (var guide : batch) {
                checkRevision(guide, "live", liveRevisions);
                checkRevision(guide, guide.state().apiName(), submittedRevisions);
                var copy = drafted.get(guide.id());
                if (copy != null && !copy.altered())
                    found(guide, copy.edition().number(), "draft", null, type.draftFaults(copy.content()));
            }
        }

        private void checkRevision(Guide guide, String state, Map<String, Revision> all) {
            var revision = all.get(guide.id());
            if (revision == null) return;
            found(
                    guide,
                    revision.edition(),
                    state,
                    revision.number(),
                    type.submissionFaults(type.withDefaults(revision.content())));
        }

        private void found(Guide guide, int edition, String state, @Nullable Integer revision, List<Fault> faults) {
            checked++;
            if (faults.isEmpty()) return;
            incompatible++;
            if (contents.size() < most)
                contents.add(new TypeReport.Content(
                        guide.id(),
                        guide.locale(),
                        guide.slug(),
                        edition,
                        state,
                        revision,
                        faults.stream().limit(MOST_FAULTS).toList()));
        }
    }
}
