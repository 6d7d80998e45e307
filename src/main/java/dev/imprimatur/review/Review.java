// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.DeletedGuides;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.publication.Renaming;
import dev.imprimatur.publication.TranslationLinks;
import dev.imprimatur.store.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What editors and publishers do with guides that are under review. Each method first writes the fact to the edition log and then brings
 * the process in line with the log, in the same call. If a crash interrupts a call between these two steps, the reconciler does the
 * second step later.
 */
@Component
public class Review {
    private final Permissions permissions;
    private final Guides guides;
    private final Editing editing;
    private final Editions editions;
    private final Publication publication;
    private final Workflows workflows;
    private final ContentTypes types;
    private final GuideReconciler reconciler;
    private final Renaming renaming;
    private final Audit audit;
    private final Translations translations;
    private final DeletedGuides deletedGuides;
    private final TranslationLinks links;

    Review(
            Guides guides,
            Editing editing,
            Editions editions,
            Publication publication,
            Workflows workflows,
            ContentTypes types,
            GuideReconciler reconciler,
            Renaming renaming,
            Audit audit,
            Translations translations,
            TranslationLinks links,
            DeletedGuides deletedGuides,
            Permissions permissions) {
        this.deletedGuides = deletedGuides;
        this.permissions = permissions;
        this.guides = guides;
        this.editing = editing;
        this.editions = editions;
        this.publication = publication;
        this.workflows = workflows;
        this.types = types;
        this.reconciler = reconciler;
        this.renaming = renaming;
        this.audit = audit;
        this.translations = translations;
        this.links = links;
    }

    /** Creates a guide whose first edition is a draft. */
    public Guide create(String type, String slug, @Nullable String locale, JsonNode content, Person by) {
        return editions.together(() -> {
            var guide = editing.create(type, slug, locale, content, by);
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    /** Submits the working copy for review. */
    public Edition submit(Guide guide, @Nullable String etag, @Nullable String message, Person by) {
        return submit(guide, etag, message, null, by);
    }

    /** @param translatedFrom the number of the revision of the source guide that the text has, if the person says so */
    public Edition submit(
            Guide guide, @Nullable String etag, @Nullable String message, @Nullable Integer translatedFrom, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        Explanation.mustBeShort("/message", message);
        var from = translatedFrom == null ? null : translations.published(guide, translatedFrom, "/translatedFrom");
        var set = from == null ? null : translations.beforeChange(guide).orElse(null);
        var submitted = editions.together(() -> {
            var workflow = workflowOf(guide);
            var edition = editing.submit(
                    guide,
                    etag,
                    workflow.drafting().id(),
                    // the edition may have been moved to another version since
                    isChanged -> workflowOf(guide).approvals(isChanged),
                    message,
                    from,
                    by);
            reconciler.reconcileOrDefer(guide.id());
            return edition;
        });
        if (set != null) links.settle(set);
        return submitted;
    }

    private Workflow workflowOf(Guide guide) {
        return workflows.of(types.require(guide.type()), editions.get(guide.current()));
    }

    /** Opens the next edition of a guide. */
    public EditionId openNext(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        return editions.together(() -> {
            var id = editing.openNext(guide, by);
            reconciler.reconcileOrDefer(guide.id());
            return id;
        });
    }

    /** Discards the edition in progress. */
    public Edition discard(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        // what was said of the edition does not count any more
        var set = translations.beforeChange(guide);
        var discarded = editions.together(() -> {
            var edition = editing.discard(guide, by);
            reconciler.reconcileOrDefer(guide.id());
            return edition;
        });
        set.ifPresent(links::settle);
        return discarded;
    }

    /** Gives the guide another slug. If the guide is published, its former slug redirects readers from now on. */
    public void rename(Guide guide, String slug, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR, Permissions.PUBLISHER);
        editions.together(() -> {
            renaming.rename(guide, slug, by);
            reconciler.reconcileOrDefer(guide.id());
            return guide;
        });
    }

    /** Creates a guide with a draft of the content of another one, in the same locale. */
    public Guide duplicate(Guide original, String slug, Person by) {
        return editions.together(() -> {
            var guide = editing.duplicate(original, slug, by);
            reconciler.reconcileOrDefer(guide.id());
            return guides.require(guide.id());
        });
    }

    /** Deletes a guide that was never published. The audit keeps who deleted it, and what its logs say. */
    public void delete(String type, String id, Person by) {
        types.require(type);
        editions.together(() -> {
            if (!editions.isDeleted(id)) {
                var guide = guides.require(type, id);
                permissions.mustAllow(by, guide, Permissions.EDITOR);
                editing.mustBeDeletable(guide, by);
                translations.mustBeDeletable(guide);
                // first, so that no guide is deleted without a record
                String target = type + " " + guide.slug() + " " + guide.locale() + " " + id;
                audit.record(by.account(), "guide-deleted", target, null);
                editing.delete(guide, by);
            }
            reconciler.reconcileOrDefer(id);
            // an earlier attempt may have stopped before it removed the card
            editions.refreshCard(id);
            return id;
        });
        translations.deleted(id).ifPresent(links::settle);
    }

    /**
     * Brings a deleted guide back, as a draft with the words that it had. It is a translation of nothing.
     *
     * @param slug null for the slug that it had
     */
    public Guide undelete(String type, String id, @Nullable String slug, Person by) {
        types.require(type);
        return editions.together(() -> {
            // an earlier attempt may have stopped before the card was stored for good
            boolean isGone = editions.isDeleted(id) || guides.stored(id).isEmpty();
            var deleted = isGone ? deletedGuides.find(type, id).orElse(null) : null;
            if (deleted != null) bringBack(deleted, slug, by);
            else mustBeBroughtBackBy(by, type, id);
            // somebody else may have done the same meanwhile
            UnitOfWork.forgetAll();
            var guide = guides.require(type, id);
            deletedGuides.forget(id);
            if (guide.state() == Edition.State.DISCARDED) editing.openNext(guide, by);
            reconciler.reconcileOrDefer(id);
            return guides.require(type, id);
        });
    }

    private void bringBack(DeletedGuides.DeletedGuide deleted, @Nullable String slug, Person by) {
        permissions.mustAllowDeleted(by, deleted.guide());
        var card = editing.keepAddress(deleted, slug);
        // first, so that no guide is brought back without a record
        String target = card.type() + " " + card.slug() + " " + card.locale() + " " + card.id();
        audit.record(by.account(), "guide-undeleted", target, null);
        editing.undelete(deleted, card, by);
    }

    /** Refuses unless an earlier attempt of the same request brought the guide back. */
    private void mustBeBroughtBackBy(Person by, String type, String id) {
        // somebody else may have brought it back since the logs were read
        UnitOfWork.forgetAll();
        if (editions.leftBy(by, id, LogEntry.Kind.UNDELETED).isPresent()) return;
        if (editions.isDeleted(id)) throw DeletedGuides.missing(type).raise();
        permissions.mustAllow(by, guides.require(type, id), Permissions.EDITOR);
        throw Refusal.conflict("not-deleted", "the guide is not deleted").raise();
    }

    /**
     * Unpublishes the guide.
     *
     * @param message the reason in the person's own words
     * @param reasonCode the code of one of the content type's reasons; null if the person gives none
     */
    public LedgerEntry unpublish(
            Guide guide, String message, @Nullable String reasonCode, @Nullable String redirectTo, Person by) {
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        Explanation.mustBeGiven("/reason", message);
        var reason = Explanation.reason(types.require(guide.type()).reasons(Reason.Of.UNPUBLISH), reasonCode);
        return editions.together(() -> {
            var entry = publication.unpublish(guide, message, reason, redirectTo, by);
            reconciler.reconcileOrDefer(guide.id());
            return entry;
        });
    }
}
