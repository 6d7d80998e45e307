// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Publishes guides on evidence of a review that took place elsewhere, as the import at start-up reads it. */
@Component
public class ImportedReviews {
    private final Drafts drafts;
    private final Editing editing;
    private final Editions editions;
    private final Workflows workflows;
    private final ContentTypes types;
    private final GuideReconciler reconciler;

    ImportedReviews(
            Drafts drafts,
            Editing editing,
            Editions editions,
            Workflows workflows,
            ContentTypes types,
            GuideReconciler reconciler) {
        this.drafts = drafts;
        this.editing = editing;
        this.editions = editions;
        this.workflows = workflows;
        this.types = types;
        this.reconciler = reconciler;
    }

    /**
     * Evidence of a review that took place elsewhere.
     *
     * @param note the source of the evidence
     */
    public record Evidence(
            Instant reviewedAt,
            LocalDate lastReviewed,
            @Nullable String note) {}

    /**
     * Publishes a guide on evidence of a review that took place elsewhere. The operator of this server vouches for the evidence by placing
     * the file where only the start-up import reads it. The evidence is valid for this content only: a guide that somebody else created,
     * or whose content differs, stays unchanged. After a crash, the same call completes the import.
     *
     * @return whether the guide is published on this evidence
     */
    public boolean importReviewed(Guide guide, JsonNode content, List<Reviewer> reviewers, Evidence evidence) {
        var hash = ContentHash.of(NormalForm.of(content)).value();
        var type = types.require(guide.type());
        var edition = editions.get(new EditionId(guide.id(), 1));
        if (!edition.log().getFirst().by().equals(Person.SYSTEM)) return false;
        if (edition.state() == Edition.State.DRAFT) {
            var draft = drafts.of(guide);
            if (!ContentHash.isOf(draft.content(), hash)) return false;
            edition = editing.submit(
                    guide, draft.etag(), workflows.of(type).drafting().id(), evidence.note(), Person.SYSTEM);
        }
        var submitted = edition.submitted()
                .filter(revision -> revision.contentHash().equals(hash))
                .orElse(null);
        if (submitted == null || edition.state().isOver()) return false;
        if (edition.state() == Edition.State.IN_REVIEW) {
            var interval = type.reviewInterval();
            var stamp = new Stamp(
                    submitted,
                    reviewers,
                    null,
                    evidence.reviewedAt(),
                    evidence.lastReviewed(),
                    evidence.lastReviewed().plus(interval),
                    Stamp.Origin.IMPORTED);
            editions.importEvidence(edition.id(), stamp);
        }
        reconciler.reconcile(guide.id());
        return true;
    }
}
