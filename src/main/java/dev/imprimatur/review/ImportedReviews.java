// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Imports;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.publication.Publication;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Publishes guides on evidence of a review that took place elsewhere, as the import at start-up reads it. */
@Component
public class ImportedReviews {
    private final Imports imports;
    private final Guides guides;
    private final Publication publication;
    private final Workflows workflows;
    private final ContentTypes types;
    private final GuideReconciler reconciler;
    private final Rest rest;
    private final ReentrantLock batches = new ReentrantLock();

    ImportedReviews(
            Imports imports,
            Guides guides,
            Publication publication,
            Workflows workflows,
            ContentTypes types,
            GuideReconciler reconciler,
            Rest rest) {
        this.imports = imports;
        this.guides = guides;
        this.publication = publication;
        this.workflows = workflows;
        this.types = types;
        this.reconciler = reconciler;
        this.rest = rest;
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
     * A guide and the evidence that this content of it was reviewed elsewhere.
     *
     * @param content in normal form
     */
    public record Reviewed(Guide guide, JsonNode content, List<Reviewer> reviewers, Evidence evidence) {}

    /**
     * Does the work while this node imports no batch of guides. In the middle of a batch, logs, cards and processes do not agree, and the
     * import itself completes them.
     */
    <T> T betweenBatches(Supplier<T> work) {
        batches.lock();
        try {
            return work.get();
        } finally {
            batches.unlock();
        }
    }

    /** Does the work, which imports a batch of guides. */
    public void inBatch(Runnable work) {
        betweenBatches(() -> {
            work.run();
            return true;
        });
    }

    /** Creates guides whose drafts are for editors to work on. Returns the created ones; without those whose slug is taken. */
    public List<Guide> createDrafts(List<Imports.NewGuide> all) {
        var created = imports.create(all);
        created.forEach(guide -> reconciler.reconcileOrDefer(guide.id()));
        return created;
    }

    /** Creates guides that {@link #importReviewed} is about to publish. Returns the created ones; without those whose slug is taken. */
    public List<Guide> createForReview(List<Imports.NewGuide> all) {
        return imports.create(all);
    }

    /**
     * Publishes guides on evidence of reviews that took place elsewhere. The operator of this server vouches for the evidence by placing
     * the files where only the start-up import reads them. The evidence is valid for this content only: a guide that somebody else created,
     * or whose content differs, stays unchanged. After a crash, the same call completes the import.
     *
     * <p>An edition that rests after its publication needs no process until its review is requested or somebody changes the guide.
     *
     * @return the ids of the guides that are published on this evidence
     */
    public Set<String> importReviewed(List<Reviewed> all) {
        var editions =
                imports.importEvidence(all.parallelStream().map(this::stamped).toList());
        var publishing = all.stream()
                .map(Reviewed::guide)
                .filter(guide -> workflows.of(types.require(guide.type())).publishes())
                .map(Guide::id)
                .collect(Collectors.toSet());
        publication.publishFirstEditions(editions.stream()
                .filter(edition -> edition.state() == Edition.State.APPROVED
                        && edition.evidence().isPresent())
                .map(edition -> edition.id().guide())
                .filter(publishing::contains)
                .toList());
        var imported = editions.stream().map(edition -> edition.id().guide()).collect(Collectors.toSet());
        guides.find(imported).values().stream()
                .filter(guide -> !rest.mayRest(guide))
                .forEach(guide -> reconciler.reconcileOrDefer(guide.id()));
        return imported;
    }

    private Imports.Reviewed stamped(Reviewed it) {
        var type = types.require(it.guide().type());
        var evidence = it.evidence();
        return new Imports.Reviewed(
                it.guide(),
                ContentHash.of(it.content()).value(),
                workflows.of(type).drafting().id(),
                evidence.note(),
                submitted -> new Stamp(
                        submitted,
                        it.reviewers(),
                        null,
                        evidence.reviewedAt(),
                        evidence.lastReviewed(),
                        evidence.lastReviewed().plus(type.reviewInterval()),
                        Stamp.Origin.IMPORTED,
                        null),
                type.reviewIntervals().of(it.content()));
    }
}
